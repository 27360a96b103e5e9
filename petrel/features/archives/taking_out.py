"""Whom somebody follows, mutes and blocks, their lists and bookmarks, as the files that Mastodon's settings give and
take. As the viewer sees them: who is hidden from them is not in it.
"""

import csv
import io
from collections.abc import Awaitable, Callable, Iterable

from petrel.core import limits
from petrel.core.doors import Reader
from petrel.core.errors import NotFound, Unauthenticated
from petrel.core.pages import Page
from petrel.features import accounts, lists, posts, relationships
from petrel.features.archives import waiting
from petrel.features.relationships import Bit, Edge, domains

AT_ONCE = 200
Rows = list[tuple[str, ...]]


async def exported(r: Reader, name: str) -> str:
    """The file of this name. Errors: NotFound, Unauthenticated."""
    if name not in MAKERS:
        raise NotFound
    if r.account is None:
        raise Unauthenticated
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(await MAKERS[name](r))
    return text.getvalue()


async def _following(r: Reader) -> Rows:
    me = r.account or 0

    async def page(at: Page) -> list[Edge]:
        return await relationships.following(r, me, at)

    found: Rows = [("Account address", "Show boosts", "Notify on new posts", "Languages")]
    for part in await _parts(page):
        bits = {one.id: one.bits for one in await relationships.many(r, part)}
        for number, address in await _addresses(r, part):
            has = bits.get(number, 0)
            found.append((address, _word(not has & Bit.WITHOUT_BOOSTS), _word(has & Bit.BELL), ""))
    return found


async def _muted(r: Reader) -> Rows:
    found: Rows = [("Account address", "Hide notifications")]
    for part in await _parts(lambda at: relationships.mutes(r, at)):
        bits = {one.id: one.bits for one in await relationships.many(r, part)}
        found += [(address, _word(bits.get(number, 0) & Bit.MUTING_NOTIFICATIONS))
                  for number, address in await _addresses(r, part)]
    return found


async def _blocked(r: Reader) -> Rows:
    return [(address,) for part in await _parts(lambda at: relationships.blocks(r, at))
            for _, address in await _addresses(r, part)]


async def _servers(r: Reader) -> Rows:
    return [(one.name,) for one in await domains.blocked(r, Page(domains.MOST))]


async def _lists(r: Reader) -> Rows:
    found: Rows = []
    for one in await lists.mine(r):
        members = [member.account for member in await lists.members(r, one.id)]
        for at in range(0, len(members), AT_ONCE):
            found += [(one.title, address) for _, address in await _addresses(r, members[at:at + AT_ONCE])]
    return found


async def _bookmarks(r: Reader) -> Rows:
    kept = [post async for post in waiting.kept_posts(r)]
    found: Rows = []
    for at in range(0, len(kept), AT_ONCE):
        shown = [one for one in await posts.shown(r, posts.Surface.API, kept[at:at + AT_ONCE])
                 if one.row["code"] > posts.Code.TOMBSTONE]
        cards = await accounts.cards_of(r, [one.row["author"] for one in shown])
        found += [(f"{limits.current().base_url}/@{cards[one.row['author']].acct}/{one.row['id']}",)
                  for one in shown if one.row["author"] in cards]
    return found


MAKERS: dict[str, Callable[[Reader], Awaitable[Rows]]] = {
    "following_accounts.csv": _following,
    "muted_accounts.csv": _muted,
    "blocked_accounts.csv": _blocked,
    "blocked_domains.csv": _servers,
    "lists.csv": _lists,
    "bookmarks.csv": _bookmarks,
}


async def _parts(page: Callable[[Page], Awaitable[list[Edge]]]) -> list[list[int]]:
    """Everybody, newest first, so many at once."""
    found: list[list[int]] = []
    at = Page(AT_ONCE)
    while edges := await page(at):
        found.append([edge.account for edge in edges])
        at = Page(AT_ONCE, edges[-1].id)
    return found


async def _addresses(r: Reader, numbers: Iterable[int]) -> list[tuple[int, str]]:
    wanted = list(numbers)
    cards = await accounts.cards_of(r, wanted)
    here = limits.current().domain
    return [(number, cards[number].acct if "@" in cards[number].acct else f"{cards[number].acct}@{here}")
            for number in wanted if number in cards]


def _word(on: int | bool) -> str:
    return "true" if on else "false"
