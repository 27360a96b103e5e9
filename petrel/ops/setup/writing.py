"""Files that are whole after a power cut: the old one or the new one, never a part."""

import os
from pathlib import Path


def write(path: Path, text: str, mode: int) -> None:
    """Replaces a file, unless it says this already. It is on the disk when this returns."""
    wanted = text.encode()
    if path.is_file() and not path.is_symlink() and path.read_bytes() == wanted:
        path.chmod(mode)
        return
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(wanted)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    fresh.replace(path)
    settle(path.parent)


def make_folder(folder: Path, mode: int) -> None:
    """Makes a directory and those above it. One that is there keeps its owner; a private one is made private again."""
    if not folder.is_dir():
        make_folder(folder.parent, 0o755)
        folder.mkdir(mode=mode)
        settle(folder.parent)
    if mode == 0o700:
        folder.chmod(mode)


def settle(folder: Path) -> None:
    """Waits until the names in a directory are on the disk."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
