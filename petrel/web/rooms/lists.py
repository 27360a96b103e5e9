"""Pages of posts: candidates through the law until a page is full, and what lies beyond it on both sides."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from petrel.core import seen
from petrel.core.doors import Reader
from petrel.core.pages import ROUNDS, Page, further
from petrel.features import posts
from petrel.features.posts import Surface
from petrel.web.rooms.views import views_of
from petrel.web.shapes import Gap, PostView, Timeline

Item = TypeVar("Item")
Placed = tuple[int, PostView | Gap]
Propose = Callable[[Page], Awaitable[list[int]]]


class Paged(Struct, Generic[Item], frozen=True):
    """What one page shows, and the bounds of its neighbours, None where there are none."""

    items: tuple[Item, ...]
    older: int | None = None
    newer: int | None = None


async def placed(r: Reader, surface: Surface, ids: Sequence[int]) -> list[Placed]:
    """What may be shown of these candidates, each with its place in the list; tombstones as gaps."""
    found = await posts.shown(r, surface, ids)
    views = await views_of(r, found, surface)
    return [(one.row["id"], view) for one, view in zip(found, views, strict=True) if view is not None]


async def by_candidates(r: Reader, surface: Surface, page: Page, propose: Propose) -> Timeline:
    """Hidden candidates make room for the next, a few times over."""

    async def fetch(wanted: Page) -> list[Placed]:
        shown: list[Placed] = []
        backwards = wanted.min_id is not None
        at = wanted
        for _ in range(ROUNDS):
            ids = await propose(at)
            more = await placed(r, surface, ids)
            shown = more + shown if backwards else shown + more
            if len(shown) >= wanted.limit or len(ids) < at.limit:
                break
            at = further(at, ids, wanted.limit, found=bool(more))
        return seen.first(r, shown, wanted.limit, last=backwards)

    return timeline(await paged(r, page, fetch))


def timeline(one: Paged[PostView | Gap]) -> Timeline:
    return Timeline(posts=one.items, older=one.older, newer=one.newer)


async def paged(r: Reader, page: Page, fetch: Callable[[Page], Awaitable[list[tuple[int, Item]]]]) -> Paged[Item]:
    """One more than wanted is asked for, to know whether there is another page.

    Going back towards the newest, a page that is not full is the first one: it is shown whole.
    """
    found = await fetch(replace(page, limit=page.limit + 1))
    if page.min_id is not None and len(found) <= page.limit:
        page = Page(page.limit)
        found = await fetch(Page(page.limit + 1))
    has_more = len(found) > page.limit
    backwards = page.min_id is not None
    shown = seen.first(r, found, page.limit, last=backwards) if has_more else found
    if not shown:
        return Paged(())
    return Paged(
        items=tuple(item for _, item in shown),
        older=shown[-1][0] if has_more or backwards else None,
        newer=shown[0][0] if backwards or page.max_id is not None else None,
    )
