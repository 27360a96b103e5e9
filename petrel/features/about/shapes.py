"""Shapes of what the site says of itself."""

from datetime import date, datetime
from typing import Literal, get_args

from msgspec import Struct

Kind = Literal["about", "rules", "imprint", "privacy", "terms", "contact"]
KINDS: tuple[Kind, ...] = get_args(Kind)

KEPT: frozenset[Kind] = frozenset(("rules", "privacy", "terms"))
"""Of these old versions stay, since people agreed to them. The others name people who may have left."""


class Text(Struct, frozen=True):
    """One version. `effective_on`: in force from this day (UTC) on. `succeeded_on`: until the day before this."""

    kind: Kind
    version: int
    markdown: str
    at: datetime
    effective_on: date
    succeeded_on: date | None = None
    is_in_force: bool = True


class Rule(Struct, frozen=True):
    """`id` as the API has it: digits. `hint`: what stands under the rule, longer and in more words; may be empty."""

    id: str
    text: str
    hint: str = ""


class Contacts(Struct, frozen=True):
    """Where the crew is reached. `languages`: those it can be written to in. source: Digital Services Act, article 11
    (authorities), article 12 (people: direct, fast, and not only by a machine)."""

    authorities: str = ""
    people: str = ""
    languages: str = ""


class Summary(Struct, frozen=True):
    """What every page needs, in one query: the rules, and which kinds of text there are."""

    rules: tuple[Rule, ...] = ()
    kinds: frozenset[str] = frozenset()
