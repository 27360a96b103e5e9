"""The app in the browser as it was built from client/, where it was: the pages are whole without it (decision 0056)."""

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from petrel.web import look

FOLDER = look.STATIC / "app"
ENTRY = "src/main.tsx"
WORKER = "worker/worker.js"
FAREWELL = look.STATIC / "farewell.js"
OF_PAGES = ("app.css", "mark.svg", "early.js", "frame.js")
LATER = "src/locales/"
"""What the worker does not fetch beforehand: one language is enough for one reader."""


class App(Struct, frozen=True):
    """Addresses of what a page names; all else is asked for by the script itself."""

    script: str
    styles: tuple[str, ...]
    early: tuple[str, ...] = ()     # what the script will ask for at once
    words: dict[str, tuple[str, ...]] = {}      # by language, what it asks for besides


@cache
def app() -> App | None:
    """None where it was not built."""
    try:
        manifest: dict[str, Any] = msgspec.json.decode((FOLDER / "manifest.json").read_bytes())
        entry = manifest[ENTRY]
    except (OSError, KeyError, msgspec.DecodeError):
        return None
    address = "/static/app/{}".format
    words: dict[str, tuple[str, ...]] = {
        name.removeprefix(LATER).removesuffix(".json"): (address(one["file"]),)
        for name, one in manifest.items() if name.startswith(LATER)}
    return App(address(entry["file"]), tuple(map(address, entry.get("css", ()))),
               tuple(address(manifest[name]["file"]) for name in entry.get("imports", ()) if name in manifest), words)


@cache
def files() -> dict[str, look.File]:
    """By name, which carries a hash of what is in it. All are read at once: a process that goes on while the next
    release is put in its place serves what its own pages name."""
    kept = (path for path in sorted(FOLDER.iterdir()) if path.suffix in look.KINDS) if app() else ()
    return {path.name: look.file_of(path) for path in kept}


def worker(*, is_on: bool) -> bytes:
    """The app's worker, told what this release is made of: with another release, browsers take it for another worker.
    Where there is to be none, what ends those that there are."""
    return _worker() if is_on and app() is not None and (FOLDER / WORKER).exists() else FAREWELL.read_bytes()


@cache
def _worker() -> bytes:
    manifest: dict[str, Any] = msgspec.json.decode((FOLDER / "manifest.json").read_bytes())
    parts = [one for key, one in manifest.items() if not key.startswith(LATER)]
    own = {name for one in parts for name in (one["file"], *one.get("css", ()))}
    addresses = sorted([f"/static/app/{name}" for name in own] + [look.static(name) for name in OF_PAGES])
    files, badge = msgspec.json.encode(addresses), msgspec.json.encode(look.static("icon-flat.png"))
    return b"const FILES = %s, BADGE = %s;\n" % (files, badge) + (FOLDER / WORKER).read_bytes()
