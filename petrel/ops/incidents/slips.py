"""What the crew says of an incident, in files of DATA/run beside the board.

The brain of this machine hears them before it calls anybody, whether the databases answer or not, and writes them there
when they do. So whoever says that they are on it is heard at once, and nothing that was said is lost.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from petrel.core import slips
from petrel.ops.incidents.shapes import Board, Card, Event, Incident


class Slip(Struct, frozen=True):
    """`number`: 0 for an incident that only this machine knows of, by its `root`. `said`: "" for "I am on it"."""

    at: datetime
    who: Annotated[str, Meta(min_length=1, max_length=60)]
    number: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    root: Annotated[str, Meta(max_length=200)] = ""
    said: Annotated[str, Meta(max_length=2000)] = ""

    def is_of(self, one: Incident) -> bool:
        return self.number == one.id if self.number else self.root == one.root


_box = slips.Box("said-*.json", Slip, lambda slip: slip)
leave, read, drop = _box.leave, _box.read, _box.drop


def onto(board: Board, said: Sequence[Slip]) -> Board:
    """The board with what they say. Pure; twice is once."""
    return replace(board, open=tuple(_with(card, [slip for slip in said if slip.is_of(card.incident)])
                                     for card in board.open))


def _with(card: Card, said: Sequence[Slip]) -> Card:
    one, events = card.incident, list(card.events)
    for slip in said:
        event = Event(slip.at, "note", f"{slip.who}: {slip.said}")
        if not slip.said:
            event = Event(slip.at, "command", f"{slip.who} is on it")
            if one.taken_at is None or one.taken_at < slip.at:
                one = replace(one, taken_by=slip.who, taken_at=slip.at)
        if event not in events:
            events.append(event)
    return replace(card, incident=one, events=tuple(sorted(events, key=lambda event: event.at)))
