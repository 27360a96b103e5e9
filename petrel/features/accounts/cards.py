"""Accounts as one viewer may see them, opened: for doors that show people rather than send entities."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from petrel.core.doors import Reader, Row
from petrel.features.accounts.reads import open_profiles
from petrel.features.accounts.shapes import Profile, Role

CARDS = "select * from accounts.cards($1, $2::bigint[], $3::integer[])"
FIRST_LINE, FULL, TOMBSTONE = 1, 2, 3


class Card(Struct, frozen=True, kw_only=True):
    """`shell` says how much of it may be shown: first line, all, or a tombstone. source: visibility.md section 9."""

    id: int
    shell: int
    handle: str
    domain: str | None
    role: Role
    is_protected: bool
    is_bot: bool
    is_indexable: bool
    joined_at: datetime
    last_post_on: date | None
    posts: int
    followers: int
    following: int
    relation: int
    profile: Profile

    @property
    def acct(self) -> str:
        return f"{self.handle}@{self.domain}" if self.domain else self.handle


def open_card(row: Row, profile: Profile) -> Card:
    """From a row of type accounts.card."""
    plain = {name: row[name] for name in Card.__struct_fields__ if name != "profile"}
    return Card(profile=profile, **plain)


async def cards_of(r: Reader, ids: Sequence[int]) -> dict[int, Card]:
    """Those of these accounts that the viewer may see anything of, in the order asked."""
    rows = await _rows(r, ids)
    profiles = await open_profiles(rows)
    return {row["id"]: open_card(row, profiles[row["id"]]) for row in rows}


async def visible(r: Reader, ids: Sequence[int]) -> set[int]:
    """Which of these accounts the viewer may see anything of."""
    return {row["id"] for row in await _rows(r, ids)}


async def findable_cells(r: Reader) -> list[int]:
    """In which there is an account of ours that agreed to be found outside."""
    return [row[0] for row in await r.fetch("select * from accounts.findable_cells($1)", r.digest)]


async def findable(r: Reader, cell: int, most: int) -> list[tuple[str, date | None]]:
    """Those of one cell: handle, and day of the newest post."""
    rows = await r.fetch("select * from accounts.findable($1, $2, $3)", r.digest, cell, most)
    return [(row[0], row[1]) for row in rows]


async def _rows(r: Reader, ids: Sequence[int]) -> list[Row]:
    return await r.fetch(CARDS, r.digest, list(ids), [0] * len(ids)) if ids else []
