"""What tells of harm beside answers that fail or are slow: what is wrong with 200, lines of the log that were never
there before, memory. What was noticed of a change under way is forgotten with this process, and noticed anew.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from petrel.ops import releases
from petrel.ops.changes import evidence
from petrel.ops.changes.proving import Look, Proving
from petrel.ops.changes.shapes import Change, Found
from petrel.ops.watching import KindOfLine

LEAST_LINES = 3
Lines = Callable[[], Sequence[Mapping[str, KindOfLine]]]


class Looks(Struct, frozen=True):
    """`probe`: what is wrong in a cell (None: no probes fly); `lines`: kinds of log lines of each release that serves;
    `data`: whose processes these are."""

    probe: Look | None = None
    lines: Lines = lambda: ()
    data: Path | None = None


class Noticing:
    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._proving = Proving(looks.probe) if looks.probe is not None else None
        self._known: dict[int, set[str]] = {}           # kinds of lines from before each change, or told of
        self._began: dict[int, float] = {}
        self._slope = releases.Slope()

    def turn(self, changes: Sequence[Change]) -> dict[int, Found]:
        """What there is to say of each of those that are open."""
        wrong = self._proving.turn(changes) if self._proving is not None else {}
        now = time.monotonic()
        if self._looks.data is not None:
            self._slope.look(self._looks.data, now)
        for gone in set(self._began) - {change.id for change in changes}:
            del self._began[gone], self._known[gone]
        lines = self._looks.lines() if changes else ()
        return {change.id: self._found(change, lines, now, wrong.get(change.id, "")) for change in changes}

    def _found(self, change: Change, lines: Sequence[Mapping[str, KindOfLine]], now: float, wrong: str) -> Found:
        if change.id not in self._began:
            self._began[change.id] = now
            self._known[change.id] = {text for one in lines for text in one}
        if wrong:
            return Found(wrong=f"in its cells, and in no other, something is wrong: {wrong}")
        is_doubtful = self._proving is not None and change.id in self._proving.doubts
        new = new_line(change, lines, self._known[change.id])
        if new is not None and change.state == "going":
            self._known[change.id].add(new.text)
            said = f"its cells, and no others, write to the log what never stood there: {new.text}"
            return Found(wrong=said) if new.is_error else Found(strange=said)
        # A release has processes of its own, and is compared with the others' (releasing.py).
        said = self._slope.since(self._began[change.id]) if change.kind != "release" and change.state == "going" else ""
        if said:
            self._began[change.id] = now                # once somebody has looked, what comes after that counts
        return Found(strange=said, is_doubtful=is_doubtful)


def new_line(change: Change, lines: Sequence[Mapping[str, KindOfLine]], known: set[str]) -> KindOfLine | None:
    """A kind of line that only cells with the change have, too often for chance. Pure."""
    share = change.reach / len(change.visiting)
    if not 0 < share < 1:
        return None
    enough = max(LEAST_LINES, math.ceil(math.log(evidence.FALSE_ALARMS) / math.log(share)))
    have = frozenset(change.cells)
    for text in dict.fromkeys(text for one in lines for text in one if text not in known):
        kinds = [one[text] for one in lines if text in one]
        counts = [(cell, count) for kind in kinds for cell, count in kind.cells.items()]
        if all(cell in have for cell, _ in counts) and sum(count for _, count in counts) >= enough:
            return kinds[0]
    return None


__all__ = ["Found", "Looks", "Noticing", "new_line"]
