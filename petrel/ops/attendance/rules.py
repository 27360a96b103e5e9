"""When the site grows careful, and where each thing that waits is answered. Pure."""

from datetime import datetime

from petrel.ops.attendance.shapes import Kind, Waiting

PRESSING = 50
"""From this weight on a thing presses: alerts, breaches, notices of something illegal. source: our choice."""

EFFECTS: dict[int, str] = {
    0: "Somebody of the crew answers.",
    1: "Pressing things wait. Until they are answered, newcomers wait for the crew, and may do less in their first "
       "week.",
    2: "Nobody has answered for long. Nobody can join; members read and post as always.",
}

WHERE: dict[Kind, str] = {
    "breach": "petrel privacy breach show {number}",
    "alert": "petrel alerts quiet {number}, once you look at it",
    "case": "/desk/cases/{number}",
    "approval": "petrel access approve {number}",
    "gate": "/desk/arrivals",
    "newcomers": "/desk/arrivals",
    "appeal": "/desk/appeals/{number}",
}


def caution(now: datetime, oldest_at: datetime | None, *, careful_h: float, safe_h: float) -> int:
    """How careful the site has to be, from the oldest pressing thing alone."""
    if oldest_at is None:
        return 0
    hours = (now - oldest_at).total_seconds() / 3600
    return 2 if hours >= safe_h else 1 if hours >= careful_h else 0


def oldest_pressing(things: list[Waiting]) -> datetime | None:
    return min((one.since for one in things if one.weight >= PRESSING), default=None)


def where(one: Waiting) -> str:
    """What to run or open for it."""
    return WHERE[one.kind].format(number=one.number)
