"""Files that are whole after a power cut: the old one or the new one, never a part."""

import os
from pathlib import Path


def write(path: Path, content: bytes, mode: int = 0o600, *, owner: tuple[int, int] | None = None) -> None:
    """Replaces a file; it is on the disk under its name when this returns. `owner`: user and group, else the caller's.

    Errors: OSError, with the old file untouched.
    """
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        if owner is not None:
            os.fchown(file.fileno(), *owner)
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    fresh.replace(path)
    settle(path.parent)


def owner_of(folder: Path) -> tuple[int, int] | None:
    """For `write`: root may write what the user has to read to whom this directory belongs."""
    if os.geteuid() != 0:
        return None
    home = folder.stat()
    return home.st_uid, home.st_gid


def settle(path: Path) -> None:
    """Waits until a file, or the names in a directory, are on the disk."""
    place = os.open(path, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
