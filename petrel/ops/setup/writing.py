"""Files that are whole after a power cut: the old one or the new one, never a part."""

from pathlib import Path

from petrel.core import whole_file


def write(path: Path, text: str, mode: int) -> None:
    """Replaces a file, unless it says this already. It is on the disk when this returns."""
    wanted = text.encode()
    if path.is_file() and not path.is_symlink() and path.read_bytes() == wanted:
        path.chmod(mode)
        return
    whole_file.write(path, wanted, mode)


def make_folder(folder: Path, mode: int) -> None:
    """Makes a directory and those above it. One that is there keeps its owner; a private one is made private again."""
    if not folder.is_dir():
        make_folder(folder.parent, 0o755)
        folder.mkdir(mode=mode)
        whole_file.settle(folder.parent)
    if mode == 0o700:
        folder.chmod(mode)
