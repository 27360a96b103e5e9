"""What probably did it, the likeliest first. Pure.

A change is weighed by two things: how much better it explains what cells went through than chance does, and what one
would have thought before looking: one that began just before is likelier than one of yesterday, a risky one likelier
than a harmless one, and one that began after it hurt did not do it. That nothing was changed and the component broke by
itself is a suspect like others.

What cells went through is explained by where a change is while it hurts (`changes.score`) or by when it came to which
cell (`changes.blame`), whichever says more: the first sees what harms long after it came, the second what harms by no
more than cells change by themselves. source: our choice; decisions 0074 and 0083.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from msgspec import Struct

from petrel.core.ids import CELLS_IN_USE
from petrel.ops import changes
from petrel.ops.incidents.shapes import Suspect

MOST = 8
FADES_S = 1800.0
"""After so long, a change is as likely again as e times less."""

OLDEST, AFTER, BY_RISK, UNDER_WAY = -4.0, -9.0, 0.4, 0.5
BY_ITSELF = -2.0
ALIKE = 2.0
"""Answers are not independent of each other (decision 0068): as evidence for `score`, so many count for one."""

KNOWN = 100
"""Answers, after which a cell is known by its own."""

LEAST = 5
"""Answers; of fewer in a minute nothing is said."""

CLEAR = 1.5
"""So well it explains where it hurts, if this is to be said."""

LATE_S = 30.0
"""What began so long after the beginning may still have been there: times of looks are that rough."""


class Exposed(Struct, frozen=True):
    """A change, and since when the first cell had it. `fits`: the logarithm of how much likelier it makes what cells
    went through."""

    id: int
    kind: str
    what: str
    state: str
    risk: int
    since: datetime
    fits: float = 0.0


class Part(Struct, frozen=True):
    """A component that may be the cause: how many of those that fail it explains, and whether the doctor finds
    something wrong with it as well. `is_silent`: it could have said that something is wrong, and does not."""

    name: str
    what: str
    explains: int
    does_fail: bool
    says: str
    do: str
    is_silent: bool = False


def rank(changed: Iterable[Exposed], parts: Iterable[Part], growing: Iterable[tuple[str, str]], began: datetime,
         failing: int) -> list[Suspect]:
    """`growing`: what has grown for days, as (sentence, command); `failing`: how many components fail."""
    logs: list[tuple[float, Suspect]] = []
    for one in changed:
        gap_s = (began - one.since).total_seconds()
        ahead = max(OLDEST, -gap_s / FADES_S) if gap_s >= -LATE_S else AFTER
        log = one.fits + ahead + BY_RISK * one.risk
        log += UNDER_WAY if one.state in ("going", "paused") else 0.0
        can_undo = one.state in ("going", "paused")
        says = f"{one.kind} {one.what}: {_gap(gap_s)}" + (", and it hurts where it is" if one.fits > CLEAR else "")
        do = f"petrel changes undo {one.id} --reason \"suspected\"" if can_undo else f"petrel changes show {one.id}"
        logs.append((log, Suspect("change", f"change {one.id}", says, 0.0, do, one.id if can_undo else None)))
    for part in parts:
        log = BY_ITSELF + 1.5 * (part.explains / max(1, failing)) + (1.5 if part.does_fail else 0.0)
        log -= 1.5 if part.is_silent and not part.does_fail else 0.0
        logs.append((log, Suspect("component", part.name, part.says, 0.0, part.do)))
    logs += [(BY_ITSELF - 1.0, Suspect("drift", "growth", says, 0.0, do)) for says, do in growing]
    return _weighed(logs)


def _gap(gap_s: float) -> str:
    if gap_s < -LATE_S:
        return "began after it hurt"
    return f"began {max(0.0, gap_s) / 60:.0f} min before" if gap_s < 7200 else f"began {gap_s / 3600:.0f} h before"


def _weighed(logs: Sequence[tuple[float, Suspect]]) -> list[Suspect]:
    if not logs:
        return []
    most = max(log for log, _ in logs)
    whole = sum(math.exp(log - most) for log, _ in logs)
    found = [(math.exp(log - most) / whole, log, one) for log, one in logs]
    found.sort(key=lambda one: (-one[1], one[2].name))
    return [Suspect(one.kind, one.name, one.says, round(weight, 4), one.do, one.change)
            for weight, _, one in found[:MOST]]


def fits(bad: Mapping[int, tuple[float, float]], late: datetime, symptoms: Sequence[changes.Symptom],
         spans: Sequence[Sequence[changes.Span]]) -> list[float]:
    """Of changes that were in these cells at these times. `bad`: of `beyond`; `late`: in which cells a change was by
    then is where it is while it hurts."""
    found = []
    for one, log in zip(spans, changes.blame(symptoms, spans), strict=True):
        score = changes.score(frozenset(cell for cell, since_s, _ in one if since_s <= late.timestamp()), bad)
        found.append(max(log, score / ALIKE) if score else log)
    return found


def symptom(counts: Sequence[tuple[datetime, Mapping[int, Sequence[int]]]], edge: int) -> changes.Symptom | None:
    """What was bad of the answers of each cell, minute by minute, as far as counts were remembered."""
    by_minute = {int(at.timestamp() // 60): counted for at, counted in counts}
    if not by_minute:
        return None
    first = min(by_minute)
    values = np.full((max(by_minute) - first, CELLS_IN_USE), np.nan)
    for row in range(len(values)):
        if (before := by_minute.get(first + row)) is not None and (now := by_minute.get(first + row + 1)) is not None:
            for cell, (bad, asked) in hurts(before, now, edge).items():
                if cell < CELLS_IN_USE and asked >= LEAST:
                    values[row, cell] = bad / asked
    return changes.Symptom(values, 60.0 * (first + 1))


def beyond(then: Mapping[int, tuple[float, float]], now: Mapping[int, tuple[float, float]]
           ) -> dict[int, tuple[float, float]]:
    """Of each cell how much was bad now, and how much would have been, by what it was like then. What is usual in all
    cells counts for some answers of each."""
    usual = (sum(bad for bad, _ in then.values()) + 0.5) / (sum(asked for _, asked in then.values()) + 1)
    found = {}
    for cell, (bad, asked) in now.items():
        was_bad, was_asked = then.get(cell, (0.0, 0.0))
        found[cell] = bad, asked * (was_bad + KNOWN * usual) / (was_asked + KNOWN)
    return found


def hurts(before: Mapping[int, Sequence[int]], now: Mapping[int, Sequence[int]], edge: int
          ) -> dict[int, tuple[float, float]]:
    """Of each cell (bad, asked) between two counts `(asked, failed, took...)`: an answer that failed or took longer
    than the first `edge` steps is bad."""
    found = {}
    for cell, counted in now.items():
        was = before.get(cell, ())
        asked, failed, *took = [n - (was[at] if at < len(was) else 0) for at, n in enumerate(counted)]
        if asked > 0:
            found[cell] = (float(min(asked, failed + sum(took[edge:]))), float(asked))
    return found
