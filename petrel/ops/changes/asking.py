"""Whoever asks which change did it: by what cells went through in these hours, and by taking changes out of cells."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from msgspec import Struct

from petrel.core.doors import Reader
from petrel.core.ids import CELLS_IN_USE
from petrel.ops import signals
from petrel.ops.changes import narrowing, rows, without
from petrel.ops.changes.blaming import Span, Symptom, blame
from petrel.ops.changes.narrowing import Narrowing, Round
from petrel.ops.changes.shapes import Change

MEASURES = {"failed": "cell_failed_ratio", "slow": "cell_p99_seconds"}
"""What can hurt in one cell more than in another, and is kept minute by minute for a day."""

HOURS = 24
BEFORE, ROUNDS_WITHIN = timedelta(hours=1), timedelta(hours=4)
"""Compared with: so long before the first round. A round that began longer ago was about something else."""

LASTS = timedelta(minutes=10)
"""A round, from when the last cell had it."""


class Suspect(Struct, frozen=True):
    """`score`: the logarithm of how much likelier what cells went through is if this change harms."""

    change: Change
    score: float


class Asked(Struct, frozen=True):
    """What is known of suspects that can be taken out of cells, and what to do next. `others`: how many changes of
    these hours cannot, and are ruled out by nothing here; `open_round`: one that is there now; `ripe_at`: when it has
    been there for long enough; `next`: the next, where none is."""

    known: Narrowing
    rounds: int
    others: int
    open_round: Change | None = None
    ripe_at: datetime | None = None
    next: Round = {}


async def suspects(r: Reader, since: datetime, until: datetime) -> list[Suspect]:
    """Changes that were in force in these times, the likeliest first. For System readers."""
    spans = await _spans(r, since, until)
    symptoms = [await _symptom(r, measure, since) for measure in MEASURES.values()]
    found = [Suspect(await rows.find(r, number), score)
             for number, score in zip(spans, blame(symptoms, spans.values()), strict=True)]
    return sorted(found, key=lambda one: (-one.score, -one.change.id))


async def narrow(r: Reader, measure: str, now: datetime) -> Asked:
    """`measure`: of MEASURES. For System readers."""
    spans = await _spans(r, now - timedelta(hours=HOURS), now)
    changes = [await rows.find(r, number) for number in spans]
    oldest_s = (now - ROUNDS_WITHIN).timestamp()
    rounds = [one for one in changes if one.kind == "without" and spans[one.id][0][1] > oldest_s]
    on_top: dict[int, frozenset[int]] = {}
    others = 0
    for one in changes:
        if one.kind == "without" or one.state in ("undone", "dropped"):
            continue
        _, tops = await without.standing(r, one.id)
        if without.why_not(one, tops):
            others += 1
        else:
            on_top[one.id] = frozenset(top.id for top in tops)
    began_s = min((since_s for one in rounds for _, since_s, _ in spans[one.id]), default=now.timestamp())
    symptom = await _symptom(r, MEASURES[measure], datetime.fromtimestamp(began_s, UTC) - BEFORE)
    known = narrowing.known(on_top, symptom, _had(symptom, on_top, spans, rounds))
    open_round = next((one for one in rounds if one.is_open), None)
    if open_round is not None:
        return Asked(known, len(rounds), others, open_round, (open_round.wave_at or now) + LASTS)
    return Asked(known, len(rounds), others, next=narrowing.propose(known, len(rounds)))


def _had(symptom: Symptom, on_top: Collection[int], spans: dict[int, list[Span]],
         rounds: Sequence[Change]) -> np.ndarray:
    """[minute, suspect, cell]: where each was, rounds taken off."""
    found = np.array([symptom.had(spans.get(number, ())) for number in on_top])
    for one in rounds:
        was = symptom.had(spans[one.id])
        for row, number in enumerate(on_top):
            cells = sorted(without.read(one.what["without"]).get(number, ()))
            found[row][:, cells] -= np.minimum(found[row], was)[:, cells]
    return found.transpose(1, 0, 2) if len(found) else np.zeros((symptom.minutes, 0, CELLS_IN_USE))


async def _spans(r: Reader, since: datetime, until: datetime) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for row in await r.fetch(rows.EXPOSED, since, until):
        span = row["cell"], row["since"].timestamp(), row["until"].timestamp() if row["until"] else None
        found.setdefault(row["change"], []).append(span)
    return found


async def _symptom(r: Reader, measure: str, since: datetime) -> Symptom:
    start_s, values = await signals.by_cell(r, measure, since)
    return Symptom(values, start_s)
