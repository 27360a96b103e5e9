"""Shapes of speed."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct


class Beacon(Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser says once, when a page is left. `page`: of rules.PAGES; `measures`: names of rules.MEASURES."""

    release: str
    page: str
    cell: int
    measures: Mapping[str, float]


class Counted(Struct, frozen=True):
    """By what a number of a beacon is counted."""

    release: str
    page: str
    measure: str
    cell: int


class Point(Struct, frozen=True):
    """One day: in the unit of the measure, what half of all numbers, three quarters, and 95 of a hundred were no more
    than."""

    day: date
    count: int
    p50: float
    p75: float
    p95: float


class Series(Struct, frozen=True):
    """A measure over days. `releases`: which were in use for the first time on which day."""

    name: str
    unit: str
    points: tuple[Point, ...]
    releases: tuple[tuple[date, str], ...]


class Line(Struct, frozen=True):
    """One row of a table: of what, in which release, and as Point."""

    name: str
    release: str
    count: int
    p50: float
    p75: float
    p95: float


class Change(Struct, frozen=True):
    """What became of one measure on one kind of page with a release: what three quarters of the numbers were within
    `before` it, and are now. `weight`: the difference as a multiple of what chance does to it, above 0 for slower.
    `since`: when it was found slower, None where it is not. `said`: that in a sentence."""

    release: str
    page: str
    measure: str
    before: str
    counted: int
    was: float
    is_now: float
    weight: float
    since: datetime | None = None
    said: str = ""


class Speed(Struct, frozen=True):
    """What the crew's page shows. `field`: one for each measure, all pages together; `pages`: by measure, each kind of
    page; `answers`: all together; `endpoints`: each, those first that took most of the time; `changes`: of the release
    that runs, against the one before."""

    days: int
    field: tuple[Series, ...]
    pages: Mapping[str, tuple[Line, ...]]
    answers: Series | None
    endpoints: tuple[Line, ...]
    changes: tuple[Change, ...] = ()
