"""What was said to this site by petrel/rescue.py, while nothing else of it worked: a file that needs no database.

Looked at by web processes each second, by whatever begins a change, and at the start. A file that cannot be read closes
everything and freezes everything: empty is no truth.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.core import whole_file

FILE, KEYS, LOG, TOLD = "rescue.json", "rescue-keys.json", "rescue.log", "rescue.told.log"
EVERYTHING = "all"


class Pin(Struct, frozen=True):
    """The release that starts, whatever was installed since."""

    python: str
    root: str


class Said(Struct, frozen=True):
    """`closed`: surfaces, or "all", and why. `frozen`: why no change begins or goes on, "" when they may."""

    closed: Mapping[str, str] = {}
    frozen: str | None = None
    pin: Pin | None = None


NOTHING = Said()
UNREADABLE = Said({EVERYTHING: f"{FILE} cannot be read"}, f"{FILE} cannot be read")

_folder: Path | None = None
_stamp: tuple[int, int] = (0, 0)
_said = NOTHING


def install(folder: Path) -> None:
    """Whose file counts in this process."""
    global _folder, _stamp
    _folder, _stamp = folder, (0, 0)


def said() -> Said:
    """As it stands now; costs a look at the file's date."""
    global _stamp, _said
    if _folder is None:
        return NOTHING
    try:
        status = (_folder / FILE).stat()
    except FileNotFoundError:
        _stamp, _said = (0, 0), NOTHING
        return NOTHING
    except OSError:
        return UNREADABLE
    if (stamp := (status.st_mtime_ns, status.st_ino)) != _stamp:
        _stamp, _said = stamp, read(_folder)
    return _said


def read(folder: Path) -> Said:
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Said)
    except FileNotFoundError:
        return NOTHING
    except (OSError, msgspec.MsgspecError):
        return UNREADABLE


def unpin(folder: Path) -> None:
    """What is said stays, but that any release may start."""
    found = read(folder)
    if found.pin is not None:
        whole_file.write(folder / FILE, msgspec.json.encode(msgspec.structs.replace(found, pin=None)))


def untold() -> list[bytes]:
    """What was done since `tell`, a line each."""
    if _folder is None or not (_folder / LOG).exists():
        return []
    return (_folder / LOG).read_bytes().splitlines(keepends=True)


def tell(lines: list[bytes]) -> None:
    """They are in the journal. Ends the process in between, they are told twice; what came meanwhile stays."""
    assert _folder is not None
    told = b"".join(lines)
    with (_folder / TOLD).open("ab") as file:
        file.write(told)
    left = (_folder / LOG).read_bytes()[len(told):]
    whole_file.write(_folder / LOG, left)
