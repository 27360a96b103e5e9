"""What a window of the recording asks of the site, in the order of the recording, with what waits for what.

A boost or a reply is of its target's *latest post*: the last thing the target wrote (mention, reply, first post)
before it in the recording; where there is none, a first post is put before it. So everything about an event but
the site's ids is known before the play begins. Times are not looked at here, only order.
"""

from array import array
from collections.abc import Iterator

import msgspec
import numpy as np

from petrel.ops.replay.shapes import Kind
from petrel.ops.replay.trace import Trace

CHUNK = 1 << 16
NONE = -1


class Plan(msgspec.Struct, frozen=True):
    """Operations in order; all arrays have one element for each, and numbers of operations index them."""

    key: np.ndarray  # int64: row of the recording, or -(person + 1) for a first post; stable across runs
    kind: np.ndarray  # uint8
    actor: np.ndarray  # int32, person
    target: np.ndarray  # int32, person
    at: np.ndarray  # int64, unix seconds
    answers: np.ndarray  # int32: the operation whose post is boosted or replied to, or NONE
    before: np.ndarray  # int32: the actor's operation before this one, or NONE
    fallback: np.ndarray  # int32: the actor's post before this one, or NONE; taken when this one was not accepted

    def __len__(self) -> int:
        return len(self.key)


class _Columns:
    """Plain arrays that grow: a list of Python numbers would need five times the memory."""

    def __init__(self) -> None:
        self.key, self.at = array("q"), array("q")
        self.kind = array("B")
        self.actor, self.target, self.answers = array("i"), array("i"), array("i")
        self.before, self.fallback = array("i"), array("i")
        self.last_of: dict[int, int] = {}
        self.post_of: dict[int, int] = {}

    def add(self, key: int, kind: int, actor: int, target: int, at: int) -> int:
        """The new operation's number. A boost or reply must find a post of its target in `post_of`."""
        number = len(self.key)
        answers = self.post_of[target] if kind in (Kind.BOOST, Kind.REPLY) else NONE
        for column, value in (
            (self.key, key),
            (self.kind, kind),
            (self.actor, actor),
            (self.target, target),
            (self.at, at),
            (self.answers, answers),
            (self.before, self.last_of.get(actor, NONE)),
            (self.fallback, NONE if kind == Kind.BOOST else self.post_of.get(actor, NONE)),
        ):
            column.append(value)
        self.last_of[actor] = number
        if kind != Kind.BOOST:
            self.post_of[actor] = number
        return number

    def finish(self) -> Plan:
        return Plan(
            key=np.array(self.key, np.int64),
            kind=np.array(self.kind, np.uint8),
            actor=np.array(self.actor, np.int32),
            target=np.array(self.target, np.int32),
            at=np.array(self.at, np.int64),
            answers=np.array(self.answers, np.int32),
            before=np.array(self.before, np.int32),
            fallback=np.array(self.fallback, np.int32),
        )


def first_post_key(person: int) -> int:
    return -(person + 1)


def build(trace: Trace, rows: np.ndarray) -> Plan:
    """`rows` in rising order: those to be played and those played in earlier runs (they decide what is latest)."""
    columns = _Columns()
    for row, actor, target, at, kind in _events(trace, rows):
        if kind != Kind.MENTION and target not in columns.post_of:
            columns.add(first_post_key(target), Kind.FIRST, target, target, at)
        columns.add(row, kind, actor, target, at)
    return columns.finish()


def _events(trace: Trace, rows: np.ndarray) -> Iterator[tuple[int, int, int, int, int]]:
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        yield from zip(
            part.tolist(),
            trace.actor[part].tolist(),
            trace.target[part].tolist(),
            trace.at[part].tolist(),
            trace.kind[part].tolist(),
            strict=True,
        )
