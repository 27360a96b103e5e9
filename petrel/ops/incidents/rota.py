"""Who is called, and when. Pure: the clock is given.

Steps: whoever's turn it is; the next in turn; the manager; everybody, again and again. Nobody is passed over because a
clock jumped: who waits is told how long by a clock that is never set, and of two clocks the later one counts.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from petrel.ops.incidents.shapes import Page
from petrel.ops.watching import Rota

AGAIN = 3
"""Once everybody was called, they are called again after so many waits."""

GRAVE, SATURDAY = 1, 5
CALLED = 2
"""From this severity on somebody is called at night; a 3 by day; nobody for a 4."""


def on_call(rota: Rota, now: datetime) -> str:
    """Whose turn it is."""
    first = datetime.combine(rota.begins, time(rota.at_hour), UTC)
    turn = (now - first) // timedelta(days=rota.turn_days)
    return rota.turns[turn % len(rota.turns)]


def leads(rota: Rota, now: datetime) -> str:
    """The incident manager: who leads, and touches no keyboard. Where nobody is named, whose turn is next."""
    return rota.manager or rota.turns[(rota.turns.index(on_call(rota, now)) + 1) % len(rota.turns)]


def order(rota: Rota, severity: int, now: datetime) -> list[tuple[str, ...]]:
    """Who is called at each step; the last one again and again."""
    first = on_call(rota, now)
    at = rota.turns.index(first)
    second = rota.turns[(at + 1) % len(rota.turns)]
    everybody = tuple(dict.fromkeys((*rota.turns, leads(rota, now))))
    steps = [(first, leads(rota, now)) if severity <= GRAVE else (first,), (second,), (leads(rota, now),), everybody]
    found: list[tuple[str, ...]] = []
    for step in steps:                          # of a crew of one or two nobody is called twice in a row for nothing
        names = tuple(dict.fromkeys(step))
        if not found or set(names) - set(found[-1]):
            found.append(names)
    return found


def is_day(now: datetime) -> bool:
    """Whether one may call about what can wait: by the machine's own zone, Monday to Friday."""
    here = now.astimezone()
    return here.weekday() < SATURDAY and 9 <= here.hour < 17


def due(rota: Rota, severity: int, calls: Sequence[Page], now: datetime, waited_s: float, by_day: bool
        ) -> tuple[int, tuple[str, ...]] | None:
    """(step, who) to call now; None when nobody is. `calls`: those made already; `waited_s`: since the last, by a clock
    that is never set; `by_day`: whether it is an office hour."""
    if severity > CALLED + 1 or (severity > CALLED and not by_day):
        return None
    steps = order(rota, severity, now)
    if not calls:
        return 0, steps[0]
    last = max(call.step for call in calls)
    passed_s = max(waited_s, (now - max(call.at for call in calls)).total_seconds())
    is_last = last >= len(steps) - 1
    # Whom nobody could reach is not waited for.
    was_heard = any(call.taken_at is not None or not call.why for call in calls if call.step == last)
    if passed_s < rota.wait_s * (AGAIN if is_last else 1) and (is_last or was_heard):
        return None
    return last + 1, steps[min(last + 1, len(steps) - 1)]
