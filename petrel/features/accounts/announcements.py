"""Announcements: what the crew tells all members at once, until each has put it away.

Their text is public and the crew's own, so it is not sealed.
"""

import unicodedata
from collections.abc import Container, Sequence
from datetime import datetime

from msgspec import Struct

from petrel.core import ids
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Invalid, NotFound, Refused, Unauthenticated
from petrel.core.text.length import graphemes
from petrel.core.text.normal import clean
from petrel.core.viewer import System
from petrel.features.accounts import reads

MOST_CHARACTERS = 5_000
MOST_DIFFERENT = 8
REACTIONS = "select * from accounts.announcement_reactions($1, $2)"
TOLD_LATELY = """
select count(*) from accounts.announcement
 where text = $1 and withdrawn_at is null and published_at > now() - interval '7 days'
"""


class Announcement(Struct, frozen=True):
    """`text` plain. Shown from `starts_at` (else `published_at`) to `ends_at`, where these are given."""

    id: int
    text: str
    starts_at: datetime | None
    ends_at: datetime | None
    published_at: datetime
    is_dismissed: bool = False
    reactions: tuple["Reaction", ...] = ()


class Reaction(Struct, frozen=True):
    """How many put this picture under it."""

    name: str
    count: int
    is_own: bool


async def listed(r: Reader, *, with_dismissed: bool = False) -> list[Announcement]:
    """What the viewer is told now, oldest first; nothing for somebody not signed in."""
    rows = await r.fetch("select id, text, starts_at, ends_at, published_at, is_dismissed "
                         "from accounts.announcements($1, $2)", r.digest, with_dismissed)
    put = await _reactions(r, [row["id"] for row in rows])
    return [Announcement(*row, reactions=tuple(put.get(row["id"], ()))) for row in rows]


async def _reactions(r: Reader, numbers: Sequence[int]) -> dict[int, list[Reaction]]:
    found: dict[int, list[Reaction]] = {}
    if numbers:
        for number, *reaction in await r.fetch(REACTIONS, r.digest, numbers):
            found.setdefault(number, []).append(Reaction(*reaction))
    return found


async def announce(w: Writer, text: str, *, starts_at: datetime | None = None,
                   ends_at: datetime | None = None) -> int:
    """Tells all members; returns its number. Errors: Refused (unless admin or owner), Invalid."""
    await _only_admins(w)
    text = clean(text)
    if not text or graphemes(text) > MOST_CHARACTERS:
        raise Invalid("text", f"must have 1 to {MOST_CHARACTERS} characters")
    if starts_at and ends_at and ends_at <= starts_at:
        raise Invalid("ends_at", "must be after its start")

    number = ids.new_id(ids.any_cell())
    await w.execute("insert into accounts.announcement (id, text, starts_at, ends_at) values ($1, $2, $3, $4)",
                    number, text, starts_at, ends_at)

    w.record("accounts.announcement.published", number, body=text.encode())

    return number


async def announce_once(w: Writer, text: str) -> None:
    """As `announce`, unless members were told the same within a week. Errors: Refused, Invalid."""
    if not await w.value(TOLD_LATELY, clean(text)):
        await announce(w, text)


async def withdraw(w: Writer, number: int) -> None:
    """Nobody is shown it from now on. Errors: Refused, NotFound."""
    await _only_admins(w)
    if not await w.execute("update accounts.announcement set withdrawn_at = now() "
                           "where id = $1 and withdrawn_at is null", number):
        raise NotFound
    w.record("accounts.announcement.withdrawn", number)


async def dismiss(w: Writer, number: int) -> None:
    """The acting member puts it away. Twice is as once. Errors: NotFound."""
    await _shown(w, number)
    if await w.execute("insert into accounts.announcement_read (cell, account, announcement) "
                       "values (law.cell($1), $1, $2) on conflict do nothing", w.account, number):
        w.record("accounts.announcement.dismissed", number, cell=ids.cell_of(w.account or 0))


async def react(w: Writer, number: int, name: str, *, own: Container[str] = ()) -> None:
    """The acting member puts a picture under it: of Unicode, or one of the site's `own`. Twice is as once.

    Errors: NotFound, Invalid.
    """
    there = await _shown(w, number)
    if not is_picture(name) and name not in own:
        raise Invalid("name", "is not a recognized emoji")
    known = {one.name for one in there.reactions}
    if name not in known and len(known) >= MOST_DIFFERENT:
        raise Invalid(message="Validation failed: Limit of different reactions reached")
    if await w.execute("insert into accounts.announcement_reaction (cell, account, announcement, name) "
                       "values (law.cell($1), $1, $2, $3) on conflict do nothing", w.account, number, name):
        w.record("accounts.announcement.reacted", number, cell=ids.cell_of(w.account or 0))


async def unreact(w: Writer, number: int, name: str) -> None:
    """Takes one's own picture away; none is as well. Errors: NotFound."""
    await _shown(w, number)
    if await w.execute("delete from accounts.announcement_reaction "
                       "where cell = law.cell($1) and account = $1 and announcement = $2 and name = $3",
                       w.account, number, name):
        w.record("accounts.announcement.unreacted", number, cell=ids.cell_of(w.account or 0))


def is_picture(name: str) -> bool:
    """Whether it is one picture of Unicode. source: UTS 51; symbols, flags of two letters, and keycaps."""
    return len(name) <= 32 and graphemes(name) == 1 and (
        any(unicodedata.category(c) == "So" for c in name) or "\ufe0f" in name or "\u20e3" in name)


async def _shown(w: Writer, number: int) -> Announcement:
    if w.account is None:
        raise Unauthenticated
    for one in await listed(w, with_dismissed=True):
        if one.id == number:
            return one
    raise NotFound


async def _only_admins(w: Writer) -> None:
    if not isinstance(w.viewer, System) and (await reads.own(w)).account.role not in ("admin", "owner"):
        raise Refused("deny.role")
