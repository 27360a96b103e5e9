"""Search in the client API: people, hashtags and posts; hashtag timelines.

While the index is built anew after a crash, answers are of what it has already, and say so in a header.
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import Literal
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from petrel.api import present
from petrel.api.http import BadRequest, Call, Id, Offset, Paged, Pieces, Plain, Reply, route
from petrel.api.tags import entities
from petrel.api.timelines import MOST, shown_page
from petrel.core import limits, seen
from petrel.core.doors import Reader, reading
from petrel.core.errors import Invalid, NotFound, Unauthenticated
from petrel.core.pages import Page
from petrel.core.text import handles
from petrel.features import accounts, search
from petrel.features.posts import Surface

CATCHING_UP = (b"x-petrel-search", b"catching-up")
# The one thing that goes on behind answers. source: the API's AsyncRefresh entity, release 4.4.
REFRESH = "search-index"
REFRESHING = (b"mastodon-async-refresh", b'id="%s", retry=30' % REFRESH.encode())
ROUNDS = 5
MOST_OFFSET = 1_000
MOST_QUERY = 1_000


class SearchForm(Offset, frozen=True, kw_only=True):
    """`resolve`: addresses of this site are found always; other servers are not asked yet."""

    q: str = ""
    type: Literal["accounts", "hashtags", "statuses"] | None = None
    resolve: bool = False
    following: bool = False
    account_id: Id | None = None
    max_id: Id | None = None
    min_id: Id | None = None
    exclude_unreviewed: bool = False


class RefreshForm(Struct, frozen=True, kw_only=True):
    id: str


class AccountsForm(Offset, frozen=True, kw_only=True):
    q: str = ""
    resolve: bool = False
    following: bool = False


class TagForm(Paged, frozen=True, kw_only=True):
    """`any`, `all`, `none`: further tags. `local`: all posts are; `remote`: none is, yet."""

    hashtag: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    local: bool = False
    remote: bool = False
    only_media: bool = False


async def _say_state(call: Call, r: Reader) -> None:
    if not (await search.state(r)).is_ready:
        call.add_header(*CATCHING_UP)
        call.add_header(*REFRESHING)


@route("GET", "/api/v1_alpha/async_refreshes/:id", scope="read", surface="none", why_no_surface="how far work has come")
async def refresh(call: Call, form: RefreshForm) -> dict[str, dict[str, str | None]]:
    if form.id != REFRESH:
        raise NotFound
    async with reading(call.viewer) as r:
        status = "finished" if (await search.state(r)).is_ready else "running"
    return {"async_refresh": {"id": REFRESH, "status": status, "result_count": None}}


async def _people(r: Reader, form: SearchForm | AccountsForm, limit: int, offset: int) -> list[bytes]:
    """Hidden ones make room for the next. Who asks to `resolve` a whole address gets the account at it, also one they
    have blocked: apps look people up that way to unblock them."""
    exact = await _called(r, form.q) if form.resolve and not form.following and not offset else []
    shown = await present.accounts(r, exact)
    for _ in range(ROUNDS):
        found = await search.accounts(r, form.q, limit, offset=offset, following=form.following)
        shown += await present.accounts(r, [one for one in found if one not in exact])
        if len(shown) >= limit or len(found) < limit:
            break
        offset += limit
    return shown[:limit]


async def _called(r: Reader, typed: str) -> list[int]:
    """The account with exactly this handle or address, if there is one."""
    try:
        handle, domain = handles.address(typed.strip(), accounts.actors.own_domain())
    except Invalid:
        return []
    return list((await accounts.ids_by_handle(r, [handle], domain or "")).values())


async def _posts(r: Reader, form: SearchForm, asked: search.Asked, limit: int, offset: int) -> list[bytes]:
    """Hidden ones make room for the next, unless the client counts through the list by offset."""
    page = Page(min(offset, MOST_OFFSET) + limit, form.max_id, None, form.min_id)
    backwards = form.min_id is not None
    shown: list[tuple[int, bytes]] = []
    for _ in range(ROUNDS):
        found = await search.posts(r, asked, page, author=form.account_id)
        more = await present.entries(r, Surface.SRCH, found[offset:] if offset else found)
        shown = more + shown if backwards else shown + more
        if offset or len(shown) >= limit or len(found) < page.limit:
            break
        page = Page(limit, form.max_id, None, found[0]) if backwards else Page(limit, found[-1])
    return [entity for _, entity in seen.first(r, shown, limit, last=backwards)]


_ADDRESS = re.compile(r"/(?:@([A-Za-z0-9_]+)|ap/users/([0-9]{1,19}))(?:/(?:statuses/)?([0-9]{1,19}))?/?\Z")


async def _at_address(r: Reader, typed: str) -> tuple[list[bytes], list[bytes]] | None:
    """(accounts, statuses) at an address of this site; None for what is no such address."""
    base = limits.current().base_url
    found = _ADDRESS.match(unquote(typed.strip()).removeprefix(base)) if typed.strip().startswith(base) else None
    if found is None:
        return None
    handle, number, post = found.groups()
    if post is not None:
        is_id = int(post) < 1 << 63
        return [], await present.statuses(r, Surface.API, [int(post)] if is_id else [])
    numbers = [int(number)] if number else list((await accounts.ids_by_handle(r, [handle])).values())
    return await present.accounts(r, [one for one in numbers if one < 1 << 63]), []


@route("GET", "/api/v2/search", scope="public or read:search", surface="srch")
async def everything(call: Call, form: SearchForm) -> Plain:
    """Posts only for members. Counting through, and asking other servers, need one too. With operators posts only: they
    say nothing about people and hashtags, unless one of these was asked for."""
    limit, offset = form.bounds(20, 40)
    if not form.q.strip():
        raise BadRequest('The parameter "q" is missing')
    if len(form.q) > MOST_QUERY:
        raise BadRequest(f'The parameter "q" is too long: at most {MOST_QUERY} characters are accepted')
    async with reading(call.viewer) as r:
        if r.account is None and (form.resolve or form.offset):
            raise Unauthenticated("Search queries that resolve or page through results need somebody signed in")
        people: Sequence[bytes] = ()
        posts: Sequence[bytes] = ()
        hashtags = b"[]"
        at = await _at_address(r, form.q) if not offset else None
        if at is not None:
            people, posts = (part if form.type in (None, kind) else []
                             for part, kind in zip(at, ("accounts", "statuses"), strict=True))
        else:
            await _say_state(call, r)
            asked = search.understood(form.q)
            is_of_all = form.type is None and not asked.narrows
            if (is_of_all or form.type == "accounts") and not form.q.lstrip().startswith("#"):
                people = await _people(r, form, limit, offset)
            if (is_of_all or form.type == "hashtags") and not offset and not form.q.lstrip().startswith("@"):
                hashtags = msgspec.json.encode(await entities(r, await search.tags(r, form.q, limit)))
            if form.type in (None, "statuses") and r.account is not None:
                posts = await _posts(r, form, asked, limit, offset)
    return Plain([b'{"accounts":[', b",".join(people), b'],"statuses":[', b",".join(posts), b'],"hashtags":', hashtags,
                  b"}"])


@route("GET", "/api/v1/accounts/search", scope="read:accounts", surface="srch")
async def people(call: Call, form: AccountsForm) -> Pieces:
    limit, offset = form.bounds(40, 80)
    async with reading(call.viewer) as r:
        await _say_state(call, r)
        return Pieces(await _people(r, form, limit, offset) if form.q.strip() else [])


@route("GET", "/api/v1/timelines/tag/:hashtag", scope="public or read:statuses", surface="pub")
async def tag_timeline(call: Call, form: TagForm) -> Reply:
    if form.remote:
        return Reply([])
    async with reading(call.viewer) as r:
        await _say_state(call, r)
    return await shown_page(call, form.page(20, MOST), Surface.PUB, partial(_tagged, form))


async def _tagged(form: TagForm, r: Reader, page: Page) -> list[int]:
    return await search.tagged(r, form.hashtag, page, other=form.any[:10], also=form.all[:10], without=form.none[:10],
                               only_media=form.only_media)
