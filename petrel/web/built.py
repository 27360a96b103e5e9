"""The app in the browser as it was built from client/, where it was: the pages are whole without it (decision 0056)."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from petrel.web import look

FOLDER = look.STATIC / "app"
ENTRY = "src/main.tsx"


class App(Struct, frozen=True):
    """Addresses of what a page names; all else is asked for by the script itself."""

    script: str
    styles: tuple[str, ...]
    early: tuple[str, ...] = ()     # what the script will ask for at once


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
def files() -> dict[str, look.File]:
    """By name, which carries a hash of what is in it. All are read at once: a process that goes on while the next
    release is put in its place serves what its own pages name."""
    kept = (path for path in sorted(FOLDER.iterdir()) if path.suffix in look.KINDS) if app() else ()
    return {path.name: look.file_of(path) for path in kept}
