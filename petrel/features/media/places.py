"""Where files lie: DATA/media/ab/cdef-NUMBER by their digest, what just came in DATA/media/coming/NUMBER. In a bucket
they have the same names (`shelf.py`).

All of it is ciphertext, each file under its own key (`core/sealed_file.py`): a copy of the directory, in a backup too,
says nothing once the key is gone. source: docs/law/visibility.md section 8; decision 0040.
"""

from pathlib import Path

from petrel.core.doors import current
from petrel.core.errors import Unavailable

NAME, COMING = "media", "coming"
_home: Path | None = None


def install(home: Path | None) -> None:
    """By the wiring: the directory of files. None: beside the run directory."""
    global _home
    _home = home


def home() -> Path:
    if _home is not None:
        return _home
    run = current().run_directory
    if run is None:
        raise Unavailable(detail="there is no data directory to keep files in")
    return run.parent / NAME


def file_name(number: int, digest: bytes) -> str:
    """The number ends the name: a file that goes and one of the same content that comes are never one."""
    name = digest.hex()[:32]
    return f"{name[:2]}/{name[2:]}-{number:x}"


def file_path(number: int, digest: bytes) -> Path:
    """Where it lies when it lies on this machine (`shelf.py`)."""
    return home() / file_name(number, digest)


def coming_path(upload: int) -> Path:
    return home() / COMING / f"{upload:x}"


def make_folder(path: Path) -> None:
    """For this file, readable to nobody else."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def unlink(path: Path) -> None:
    """The file, and a folder that is empty without it."""
    path.unlink(missing_ok=True)
    try:
        path.parent.rmdir()
    except OSError:
        pass                # others lie in it
