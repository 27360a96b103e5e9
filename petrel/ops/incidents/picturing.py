"""The lines of the last hours that the board carries."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from petrel.core.doors import Reader
from petrel.ops import signals
from petrel.ops.incidents.shapes import Picture

HOURS = 6
MOST_LINES = 5
PICTURED: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("How long answers take", "seconds", (("half", "answer_p50_seconds"), ("99 of 100", "answer_p99_seconds"))),
    ("Answers a second", "per_s", (("answers", "answers_per_s"),)),
    ("Answers that fail", "ratio", (("failed", "answer_failed_ratio"),)),
    ("Disk", "ratio", (("used", "disk_used_ratio"),)),
    ("Behind the journal", "seconds", (("", "follower_lag_seconds"),)),
    ("Memory of processes", "bytes", (("", "resident_bytes"),)),
)
"""Title, unit, lines (name, measure); without a name: one for each target that there is."""


async def pictures(r: Reader, now: datetime) -> tuple[Picture, ...]:
    since = now - timedelta(hours=HOURS)
    targets = await signals.targets(r)
    found = []
    for title, unit, wanted in PICTURED:
        keys = [(name or target, measure, target) for name, measure in wanted
                for target in (("",) if name else targets.get(measure, ()))][:MOST_LINES]
        lines = await signals.lines(r, [(measure, target) for _, measure, target in keys], since)
        names = {(measure, target): name for name, measure, target in keys}
        found.append(Picture(title, unit, tuple((names[one.name, one.target], _short(one.points)) for one in lines)))
    return tuple(found)


def _short(points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """With as many digits as a picture shows."""
    return tuple((round(at), float(f"{number:.4g}")) for at, number in points)
