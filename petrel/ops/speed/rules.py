"""What a beacon may say. Everything in it comes from outside: each number has bounds, each word is of a list."""

import math

from msgspec import Struct

from petrel.core.errors import Invalid
from petrel.ops.speed.shapes import Beacon

CELLS = 16
PAGES = frozenset((
    "home", "public", "tag", "list", "thread", "profile", "notifications", "conversations", "search", "bookmarks",
    "compose", "settings", "other"))
"""Kinds of pages. Where somebody was is nobody's business, so there are few."""


class Measure(Struct, frozen=True):
    """`scale`: by what a number is multiplied before it is counted, so that 1 is less than anything worth knowing.
    `least` and `most`: what it can be at all. `notable`: a difference that somebody would notice."""

    title: str
    unit: str
    scale: float
    least: float
    most: float
    notable: float


MEASURES = {
    "first_content": Measure("First content", "ms", 1, 0, 120_000, 100),
    "interaction": Measure("From a touch or key to the next picture", "ms", 1, 0, 60_000, 16),
    "shift": Measure("Layout shift", "", 1_000, 0, 50, 0.02),
    "cold_start": Measure("Start with nothing kept", "ms", 1, 0, 120_000, 100),
    "hot_start": Measure("Start with everything kept", "ms", 1, 0, 120_000, 50),
    "dropped": Measure("Frames that were not drawn in time", "%", 10, 0, 100, 2),
}
ANSWER = Measure("Answers", "ms", 10, 0, 600_000, 10)


def read(beacon: Beacon, releases: frozenset[str]) -> list[tuple[str, float]]:
    """(measure, number on the scale that is counted). Errors: Invalid, for anything that no page of ours sends.

    `releases`: those that ran here.
    """
    if beacon.release not in releases:
        raise Invalid("release", "is none that runs here")
    if beacon.page not in PAGES:
        raise Invalid("page", "is not known")
    if not 0 <= beacon.cell < CELLS:
        raise Invalid("cell", f"is not one of {CELLS}")
    if not beacon.measures:
        raise Invalid("measures", "are missing")
    found = []
    for name, value in beacon.measures.items():
        measure = MEASURES.get(name)
        if measure is None:
            raise Invalid("measures", "are not known")
        if not math.isfinite(value) or not measure.least <= value <= measure.most:
            raise Invalid("measures", "are out of bounds")
        found.append((name, value * measure.scale))
    return found
