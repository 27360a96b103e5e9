"""What the site says of itself, as its pages show it. Text in `html` is clean; all other text is plain."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct


class SiteText(Struct, frozen=True, kw_only=True):
    """What the crew wrote about the site. `html` is clean; `days`: from which each version counts, newest first."""

    html: str
    effective_on: date
    succeeded_on: date | None = None
    is_in_force: bool = True
    days: tuple[date, ...] = ()


class Reached(Struct, frozen=True, kw_only=True):
    """Where the crew is reached, as it wrote it."""

    authorities: str = ""
    people: str = ""
    languages: str = ""


class Announced(Struct, frozen=True, kw_only=True):
    """What the crew tells all members, until each has put it away."""

    id: int
    html: str
    at: datetime


class Founding(Struct, frozen=True, kw_only=True):
    """One page of setting the site up. `text` is what is written, or a draft (`is_draft`); `blanks`: what still stands
    in brackets. `settings`: as they are now, secrets as "***". `done`: names of pages that somebody has filled in."""

    step: str
    steps: tuple[str, ...]
    done: frozenset[str] = frozenset()
    text: str = ""
    is_draft: bool = False
    settings: Mapping[str, Any] = {}
    reached: Reached | None = None
