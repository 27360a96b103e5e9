"""DATA/database.json: addresses that were prepared and not taken yet, and the old databases that are kept after a move.

It holds passwords, as settings.toml does: 0600, of the site's user.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from petrel.core import clock, whole_file
from petrel.ops.databases.shapes import Unfit, Urls

FILE = "database.json"
KEPT_DAYS = 6
"""source: docs/law/visibility.md section 8, copies of keys live at most seven days; a day to act when it fails."""


class Kept(Struct, frozen=True):
    """The site moved from `urls` to `to` at `at_ms`; empty addresses are the embedded databases. Written before the
    settings are, so it counts only where they agree with `to`. `is_left`: they did agree, once."""

    urls: Urls
    to: Urls
    at_ms: int
    is_left: bool = False

    @property
    def until_ms(self) -> int:
        return self.at_ms + KEPT_DAYS * 86_400_000


class State(Struct, frozen=True):
    prepared: Urls = Urls()
    kept: Kept | None = None


def read(data: Path) -> State:
    """Errors: Unfit, for a file that somebody broke."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Unfit(f"{data / FILE} cannot be read: {problem}",
                    "Move it away; the settings say which databases the site uses.") from problem


def write(data: Path, state: State) -> None:
    """Durable when it returns."""
    whole_file.write(data / FILE, msgspec.json.encode(state), owner=whole_file.owner_of(data))


def kept(data: Path, current: Urls) -> Kept | None:
    """The old databases, when the site with these addresses has left them."""
    found = read(data).kept
    return found if found is not None and current == found.to else None


def note_left(data: Path, current: Urls) -> None:
    """From the first moment on that the settings agree: the old databases fall behind, and may not be served."""
    if (found := kept(data, current)) is not None and not found.is_left:
        write(data, State(kept=msgspec.structs.replace(found, is_left=True)))


def note_where(data: Path, current: Urls) -> None:
    """Before every start. Errors: Unfit, when these are the databases that the site moved away from."""
    note_left(data, current)
    found = read(data).kept
    if found is not None and found.is_left and current == found.urls:
        raise Unfit(f"The site moved from these databases to the {found.to.where} ones: what was posted since, and "
                    "what was deleted or closed since, is not in them.",
                    f"Set database_url and keyring_url back (they stand in {data / FILE}), and to return without loss: "
                    f"petrel database move --to {found.urls.where}. If the new ones are lost, restore a backup.")


def begin_leaving(data: Path, old: Urls, new: Urls) -> None:
    """What was prepared stays until the settings have it: the power may be cut between."""
    write(data, msgspec.structs.replace(read(data), kept=Kept(old, new, clock.now_ms())))


def forget(data: Path) -> None:
    """The old ones are gone."""
    write(data, msgspec.structs.replace(read(data), kept=None))
