"""Which releases are installed: DATA/releases.json. Read by petrel/rescue.py too, which knows nothing of this."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from petrel.core import clock, emergency, whole_file
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.ops import upgrades
from petrel.ops.processes import Release, beside, read_status

FILE, FOLDER = "releases.json", "releases"
ASK = ("import sys, msgspec; from petrel.ops.processes import this_release; "
       "sys.stdout.buffer.write(msgspec.json.encode(this_release()))")
TRY_S = 60
State = Literal["serving", "beside", "last good", "pinned", "older", "gone"]


class Slot(Struct, frozen=True):
    """`state`: what it is just now; of what the site runs or has run it is known without being written."""

    name: str
    release: Release
    added_ms: int
    state: State = "older"


class Kept(Struct, frozen=True):
    """The file. `many`: as many as there are slots; a list that has lost some says otherwise."""

    many: int
    slots: tuple[Slot, ...]


_folder: Path | None = None
_settings: Mapping[str, str] = {}


def install(data: Path, settings: Mapping[str, str] | None = None) -> None:
    """Whose releases this process is about. `settings`: what another program has to find in its environment to have the
    same, those of the command line too."""
    global _folder, _settings
    _folder, _settings = data, settings or {}


def is_installed() -> bool:
    return _folder is not None


def folder() -> Path:
    assert _folder is not None, "releases.install first"
    return _folder


def environment(release: Release) -> dict[str, str]:
    """For a command of that release about this site."""
    return {**release.environment(), **_settings}


def listed(data: Path) -> list[Slot]:
    """Those that were added, and those that the site runs or came from; the newest first. Errors: Conflict."""
    now = _states(data)
    found = [msgspec.structs.replace(slot, state=_state(slot.release, now)) for slot in _known(data, now)]
    return sorted(found, key=lambda one: (ORDER.index(one.state), -one.added_ms))


ORDER: tuple[State, ...] = ("serving", "beside", "last good", "pinned", "older", "gone")


def find(data: Path, name: str) -> Slot:
    """Errors: NotFound, Conflict."""
    now = _states(data)
    for slot in _known(data, now):
        if slot.name == name:           # only of this one all files are read, to see whether it is still the same
            return msgspec.structs.replace(slot, state=_state(slot.release, now))
    raise NotFound(f"No release is called {name}. `petrel releases list` shows them, `petrel releases add DIRECTORY` "
                   "adds one.")


def name_of(data: Path, release: Release) -> str:
    """What it is called. Errors: Conflict."""
    return next((slot.name for slot in _read(data) if slot.release.build == release.build), _name(release))


def add(data: Path, place: Path, name: str = "") -> Slot:
    """The release in a directory: one with `petrel/` in it and its virtual environment in `.venv`, or a virtual
    environment that Petrel is installed in. Errors: Invalid, Conflict."""
    release = _release_in(place.resolve())
    name = name or _name(release)
    if not name.isprintable() or not 1 <= len(name) <= 60 or "/" in name or name != name.strip():
        raise Invalid("name", "is a word of 1 to 60 signs without a slash")
    slots = _read(data)
    for slot in listed(data):
        if slot.name == name and slot.release.build != release.build:
            raise Conflict(f"{name} is another release already, in {slot.release.root}. Choose a --name.")
    made = Slot(name, release, clock.now_ms())
    _write(data, [*(one for one in slots if one.release.build != release.build), made])
    return made


def remove(data: Path, name: str) -> bool:
    """Takes it off the list, and its files where they lie in DATA/releases: whether they went. Errors: NotFound,
    Conflict for one that is needed."""
    slot = find(data, name)
    if slot.state not in ("older", "gone"):
        raise Conflict(f"{name} is {slot.state}: it stays. What serves, and what can be gone back to, is not removed.")
    _write(data, [one for one in _read(data) if one.release.build != slot.release.build])
    ours = (data / FOLDER).resolve()
    inside = [one for one in (Path(slot.release.root), *Path(slot.release.root).parents) if one.parent == ours]
    for place in inside:
        shutil.rmtree(place)
    return bool(inside)


def _release_in(place: Path) -> Release:
    root = place if (place / "petrel" / "__main__.py").exists() else None
    pythons = [place / ".venv/bin/python", place / "bin/python"]
    python = next((one for one in pythons if os.access(one, os.X_OK)), None)
    if python is None:
        raise Invalid("directory", f"{place} has no Python in .venv/bin or bin: install the release there first "
                                   "(docs/handbook/upgrade.md, step 1)")
    environment = {**os.environ, "PYTHONPATH": str(root)} if root else {
        name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        done = subprocess.run([python, "-P", "-c", ASK], env=environment, capture_output=True, timeout=TRY_S,
                              cwd="/", check=False)
        return msgspec.json.decode(done.stdout, type=Release)
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError) as e:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] if "done" in locals() else [str(e)]
        raise Invalid("directory", f"{place} holds no release that begins: {' '.join(said)}") from e


def _states(data: Path) -> dict[Release, State]:
    """Of releases that are needed. Errors: CannotUpgrade."""
    found: dict[Release, State] = {}
    status, record, pin = read_status(data), upgrades.read(data), emergency.read(data).pin
    if status is not None and status.release is not None:
        found[status.release] = "serving"
    if (other := beside.wanted(data)) is not None:
        found.setdefault(other, "beside")
    if record is not None:
        gone_back = record.step in ("given back", "back")
        good = record.giver if record.step in ("done", "on trial", "handing over", "migrating") else record.taker
        if not gone_back:
            found.setdefault(good, "last good")
        if status is None or status.release is None:
            found.setdefault(record.giver if gone_back else record.taker, "serving")
    for slot in _read(data):
        if pin is not None and (pin.python, pin.root) == (slot.release.python, slot.release.root):
            found.setdefault(slot.release, "pinned")
    return found


def _known(data: Path, now: Mapping[Release, State]) -> list[Slot]:
    slots = {slot.release.build: slot for slot in _read(data)}
    for release in now:
        slots.setdefault(release.build, Slot(_name(release), release, 0))
    return list(slots.values())


def _state(release: Release, now: dict[Release, State]) -> State:
    by_build = {one.build: state for one, state in reversed(list(now.items()))}
    if release.build in by_build:
        return by_build[release.build]
    return "older" if release.why_not_here() is None else "gone"


def _name(release: Release) -> str:
    return f"{release.version}-{release.build}"


def _read(data: Path) -> tuple[Slot, ...]:
    """Errors: Conflict. Empty is no truth."""
    path = data / FILE
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError) as e:
        raise Conflict(f"{path} cannot be read: {e}. Nothing is done with releases until it can. Put back a copy, or "
                       "move it away and add each release anew.") from e
    if not kept.slots or len(kept.slots) != kept.many:
        raise Conflict(f"{path} has lost releases: it names {len(kept.slots)} of {kept.many}. Nothing is done with "
                       "releases until that is mended. Put back a copy, or move it away and add each release anew.")
    return kept.slots


def _write(data: Path, slots: list[Slot]) -> None:
    path = data / FILE
    if not slots:
        path.unlink(missing_ok=True)
        return
    kept = Kept(len(slots), tuple(msgspec.structs.replace(one, state="older") for one in slots))
    whole_file.write(path, msgspec.json.format(msgspec.json.encode(kept), indent=1), owner=whole_file.owner_of(data))
