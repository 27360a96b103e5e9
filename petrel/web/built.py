"""The app in the browser as it was built from client/, where it was: the pages are whole without it (decision 0056)."""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from petrel.web import look

FOLDER = look.STATIC / "app"
ENTRY = "src/main.tsx"
LEAST_PACKED_BYTES = 1024


class App(Struct, frozen=True):
    """Addresses of what a page names; all else is asked for by the script itself."""

    script: str
    styles: tuple[str, ...]
    early: tuple[str, ...] = ()     # what the script will ask for at once


class File(Struct, frozen=True):
    """`packed`: the same in gzip, where that is smaller. These files are the same for everybody."""

    type: str
    content: bytes
    packed: bytes | None = None


@cache
def app() -> App | None:
    """None where it was not built."""
    try:
        manifest: dict[str, Any] = msgspec.json.decode((FOLDER / "manifest.json").read_bytes())
        entry = manifest[ENTRY]
    except (OSError, KeyError, msgspec.DecodeError):
        return None
    address = "/static/app/{}".format
    return App(address(entry["file"]), tuple(map(address, entry.get("css", ()))),
               tuple(address(manifest[name]["file"]) for name in entry.get("imports", ()) if name in manifest))


@cache
def files() -> dict[str, File]:
    """By name, which carries a hash of what is in it. All are read at once: a process that goes on while the next
    release is put in its place serves what its own pages name."""
    return {path.name: _file(path) for path in sorted(FOLDER.iterdir()) if path.suffix in look.KINDS} if app() else {}


def _file(path: Path) -> File:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if len(content) >= LEAST_PACKED_BYTES else content
    return File(look.KINDS[path.suffix], content, packed if len(packed) < len(content) else None)
