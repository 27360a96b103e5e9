"""What the crew says of an incident, in files of DATA/run beside the board.

The brain of this machine hears them before it calls anybody, whether the databases answer or not, and writes them there
when they do. So whoever says that they are on it is heard at once, and nothing that was said is lost.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from petrel.core import whole_file
from petrel.ops.incidents.shapes import Board, Card, Event, Incident

FOLDER, NAMED = "run", "said-*.json"


class Slip(Struct, frozen=True):
    """`number`: 0 for an incident that only this machine knows of, by its `root`. `said`: "" for "I am on it"."""

    at: datetime
    who: Annotated[str, Meta(min_length=1, max_length=60)]
    number: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    root: Annotated[str, Meta(max_length=200)] = ""
    said: Annotated[str, Meta(max_length=2000)] = ""

    def is_of(self, one: Incident) -> bool:
        return self.number == one.id if self.number else self.root == one.root


def leave(data: Path, slip: Slip) -> None:
    """Twice is once. Errors: OSError; FileNotFoundError where the site has never run."""
    whole_file.write(_path(data, slip), msgspec.json.encode(slip), owner=whole_file.owner_of(data))


def read(data: Path) -> list[Slip]:
    """In the order in which they were said; without what makes no sense."""
    found = []
    for path in data.glob(f"{FOLDER}/{NAMED}"):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Slip))
        except (OSError, msgspec.MsgspecError):
            continue
    return sorted(found, key=lambda slip: slip.at)


def drop(data: Path, slip: Slip) -> None:
    """Once the databases have it."""
    _path(data, slip).unlink(missing_ok=True)


def onto(board: Board, slips: Sequence[Slip]) -> Board:
    """The board with what they say. Pure; twice is once."""
    return replace(board, open=tuple(_with(card, [slip for slip in slips if slip.is_of(card.incident)])
                                     for card in board.open))


def _with(card: Card, slips: Sequence[Slip]) -> Card:
    one, events = card.incident, list(card.events)
    for slip in slips:
        event = Event(slip.at, "note", f"{slip.who}: {slip.said}")
        if not slip.said:
            event = Event(slip.at, "command", f"{slip.who} is on it")
            if one.taken_at is None or one.taken_at < slip.at:
                one = replace(one, taken_by=slip.who, taken_at=slip.at)
        if event not in events:
            events.append(event)
    return replace(card, incident=one, events=tuple(sorted(events, key=lambda event: event.at)))


def _path(data: Path, slip: Slip) -> Path:
    name = hashlib.sha256(msgspec.json.encode(slip)).hexdigest()[:24]
    return data / FOLDER / NAMED.replace("*", name)
