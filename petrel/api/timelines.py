"""Timelines in the client API, lists of one's own marks, and how far was read."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from msgspec import Struct

from petrel.api import present
from petrel.api.http import Call, Id, Paged, Pieces, Reply, listed, route
from petrel.api.present.statuses import rfc3339
from petrel.core import seen
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import NotFound
from petrel.core.pages import ROUNDS, Page, further
from petrel.features import posts, timelines
from petrel.features.posts import Surface

MOST = 40


class ListForm(Paged, frozen=True, kw_only=True):
    list_id: Id


class PublicForm(Paged, frozen=True, kw_only=True):
    """`remote` asks for posts of other servers only; there are none yet."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


class AccountForm(Paged, frozen=True, kw_only=True):
    id: Id
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    only_media: bool = False
    pinned: bool = False
    tagged: str = ""


class Address(Paged, frozen=True, kw_only=True):
    id: Id


class BookmarksForm(Paged, frozen=True, kw_only=True):
    """`folder`: only those in it (own-api.md)."""

    folder: Id | None = None


class MarkersForm(Struct, frozen=True, kw_only=True):
    timeline: list[Literal["home", "notifications"]] = []


class Place(Struct, frozen=True, kw_only=True):
    last_read_id: Id


class SetMarkersForm(Struct, frozen=True, kw_only=True):
    home: Place | None = None
    notifications: Place | None = None


@route("GET", "/api/v1/timelines/home", scope="read:statuses", surface="home")
async def home(call: Call, form: Paged) -> Reply:
    page = form.page(20, MOST)
    async with reading(call.viewer) as r:
        found = await timelines.home(r, page, partial(present.entries, r, Surface.HOME))
    return _listed(call, found, page)


def _listed(call: Call, found: list[tuple[int, bytes]], page: Page) -> Reply:
    return listed(call, Pieces(e for _, e in found), [i for i, _ in found], is_full=len(found) == page.limit)


async def shown_page(
    call: Call,
    page: Page,
    surface: Surface,
    propose: Callable[[Reader, Page], Awaitable[list[int]]],
) -> Reply:
    """Candidates by id from the database, through the law; hidden ones make room for the next, a few times over."""
    async with reading(call.viewer) as r:
        shown: list[tuple[int, bytes]] = []
        backwards = page.min_id is not None
        at = page
        for _ in range(ROUNDS):
            ids = await propose(r, at)
            more = await present.entries(r, surface, ids)
            shown = more + shown if backwards else shown + more
            if len(shown) >= page.limit or len(ids) < at.limit:
                break
            at = further(at, ids, page.limit, found=bool(more))
        shown = seen.first(r, shown, page.limit, last=backwards)
    return _listed(call, shown, page)


@route("GET", "/api/v1/timelines/public", scope="public or read:statuses", surface="pub")
async def public(call: Call, form: PublicForm) -> Reply:
    if form.remote:
        return Reply([])
    among = posts.with_media if form.only_media else posts.public
    return await shown_page(call, form.page(20, MOST), Surface.PUB, among)


@route("GET", "/api/v1/timelines/list/:list_id", scope="read:lists", surface="home")
async def of_list(call: Call, form: ListForm) -> Reply:
    async def propose(r: Reader, page: Page) -> list[int]:
        return [i for i, _ in await timelines.of_list(r, form.list_id, page)]

    return await shown_page(call, form.page(20, MOST), Surface.LIST, propose)


@route("GET", "/api/v1/accounts/:id/statuses", scope="public or read:statuses", surface="prof")
async def of_account(call: Call, form: AccountForm) -> Reply:
    async def propose(r: Reader, page: Page) -> list[int]:
        return await posts.by_author(
            r, form.id, page, replies=not form.exclude_replies, boosts=not form.exclude_reblogs
        )

    async def pinned(r: Reader, page: Page) -> list[int]:
        return [post for _, post in await posts.marked(r, posts.Mark.PIN, page, account=form.id)]

    async def with_media(r: Reader, page: Page) -> list[int]:
        return await posts.with_media(r, page, author=form.id, replies=not form.exclude_replies)

    among = with_media if form.only_media else propose
    return await shown_page(call, form.page(20, MOST), Surface.PROF, pinned if form.pinned else among)


async def _marked(call: Call, page: Page, kind: posts.Mark, folder: int | None = None) -> Reply:
    async with reading(call.viewer) as r:
        found = await (posts.marked(r, kind, page) if folder is None else posts.folders.kept_in(r, folder, page))
        entities = dict(await present.entries(r, Surface.API, [post for _, post in found]))
    return listed(
        call,
        Pieces(entities[p] for _, p in found if p in entities),
        [m for m, _ in found],
        is_full=len(found) == page.limit,
    )


@route("GET", "/api/v1/favourites", scope="read:favourites", surface="api")
async def favourites(call: Call, form: Paged) -> Reply:
    return await _marked(call, form.page(20, MOST), posts.Mark.LIKE)


@route("GET", "/api/v1/bookmarks", scope="read:bookmarks", surface="api")
async def bookmarks(call: Call, form: BookmarksForm) -> Reply:
    return await _marked(call, form.page(20, MOST), posts.Mark.BOOKMARK, form.folder)


async def _reacted(call: Call, form: Address, kind: posts.Mark) -> Reply:
    page = form.page(40, 80)
    async with reading(call.viewer) as r:
        if not await present.statuses(r, Surface.API, [form.id]):
            raise NotFound
        seen.only(r, ())  # it was looked for, and stays here
        found = await posts.reactions(r, form.id, kind, page)
        people = await present.accounts(r, [account for _, account in found])
    return listed(call, Pieces(people), [i for i, _ in found], is_full=len(found) == page.limit, back_by="since_id")


@route("GET", "/api/v1/statuses/:id/favourited_by", scope="public or read:accounts", surface="cnt")
async def favourited_by(call: Call, form: Address) -> Reply:
    return await _reacted(call, form, posts.Mark.LIKE)


@route("GET", "/api/v1/statuses/:id/reblogged_by", scope="public or read:accounts", surface="cnt")
async def reblogged_by(call: Call, form: Address) -> Reply:
    return await _reacted(call, form, posts.Mark.BOOST)


@route("GET", "/api/v1/markers", scope="read:statuses", surface="none", why_no_surface="ids of one's own reading only")
async def markers(call: Call, form: MarkersForm) -> dict[str, dict[str, object]]:
    async with reading(call.viewer) as r:
        rows = await timelines.markers(r, form.timeline)
    return {
        row["timeline"]: {
            "last_read_id": str(row["last_read"]),
            "version": row["version"],
            "updated_at": rfc3339(row["changed_at"]),
        }
        for row in rows
    }


@route(
    "POST", "/api/v1/markers", scope="write:statuses", surface="none", why_no_surface="ids of one's own reading only"
)
async def set_markers(call: Call, form: SetMarkersForm) -> dict[str, dict[str, object]]:
    sent: dict[Literal["home", "notifications"], Place | None] = {
        "home": form.home,
        "notifications": form.notifications,
    }
    given = {name: place for name, place in sent.items() if place is not None}
    async with writing(call.member, cause=call.id) as w:
        for name, place in given.items():
            await timelines.set_marker(w, name, place.last_read_id)
    return await markers(call, MarkersForm(timeline=list(given)))
