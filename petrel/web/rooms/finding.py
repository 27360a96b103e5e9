"""Search and hashtag pages over the index, which proposes; the law decides what of it is shown."""

from functools import partial

from petrel.core.doors import Reader, reading
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.features import accounts, search
from petrel.features.posts import Surface
from petrel.web.rooms import lists
from petrel.web.rooms.views import account_view
from petrel.web.shapes import AccountView, Found, PostView, Tag, Timeline

MOST_PEOPLE, MOST_TAGS, MOST_POSTS = 10, 8, 20
ROUNDS = 3


class FindingRooms:
    """One per process."""

    async def tag(self, viewer: Viewer, tag: str, page: Page) -> Timeline:
        async with reading(viewer) as r:
            return await lists.by_candidates(r, Surface.PUB, page, partial(search.tagged, r, tag))

    async def search(self, viewer: Viewer, query: str) -> Found:
        async with reading(viewer) as r:
            asked = search.understood(query)
            is_tag, is_name = query.startswith("#"), query.startswith("@")
            people = [] if is_tag or asked.narrows else await _people(r, query)
            names = [] if is_name or asked.narrows else await search.tags(r, query, MOST_TAGS)
            posts = [] if r.account is None else await _posts(r, asked)
            return Found(
                accounts=tuple(people),
                tags=tuple(Tag(name=name) for name in names),
                posts=tuple(posts),
                unclear=() if r.account is None else asked.unclear,
                is_catching_up=not (await search.state(r)).is_ready,
            )


async def _people(r: Reader, query: str) -> list[AccountView]:
    """Hidden ones make room for the next."""
    shown: list[AccountView] = []
    for turn in range(ROUNDS):
        found = await search.accounts(r, query, MOST_PEOPLE, offset=turn * MOST_PEOPLE)
        cards = await accounts.cards_of(r, found)
        shown += [account_view(card) for card in cards.values() if card.shell != accounts.TOMBSTONE]
        if len(shown) >= MOST_PEOPLE or len(found) < MOST_PEOPLE:
            break
    return shown[:MOST_PEOPLE]


async def _posts(r: Reader, asked: search.Asked) -> list[PostView]:
    """Newest first; for members only (visibility.md 4.1)."""
    found = await lists.by_candidates(r, Surface.SRCH, Page(MOST_POSTS), partial(search.posts, r, asked))
    return [post for post in found.posts if isinstance(post, PostView)]
