"""How people stand to each other in the client API: following, blocking, muting, and the lists of those.

Nobody is told who blocks them: `blocked_by` is always false (source: docs/law/visibility.md section 9).
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from msgspec import Struct

from petrel.api import present
from petrel.api.http import Call, Id, Paged, Pieces, Plain, Reply, listed, route
from petrel.api.present.statuses import rfc3339
from petrel.core.doors import Reader, Writer, reading, writing
from petrel.core.pages import Page
from petrel.features import relationships
from petrel.features.relationships import Bit, Edge, Relation

NO_POSTS = "how people stand to each other; no post"


class Relationship(Struct):
    """The Relationship entity. What Petrel has not (languages of a follow) is empty."""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class Address(Struct, frozen=True, kw_only=True):
    """One account by its number."""

    id: Id


class ManyForm(Struct, frozen=True, kw_only=True):
    id: list[Id] = []


class FollowForm(Address, frozen=True, kw_only=True):
    """What is not sent stays as it is; at first: with boosts, without a bell."""

    reblogs: bool | None = None
    notify: bool | None = None


class MuteForm(Address, frozen=True, kw_only=True):
    """`duration` in seconds; 0: until unmuted."""

    notifications: bool = True
    duration: int = 0


class NoteForm(Address, frozen=True, kw_only=True):
    comment: str = ""


def _entity(relation: Relation, has_blocked_domain: bool) -> Relationship:
    has = relation.has
    asks = has(Bit.FOLLOWING) or has(Bit.REQUESTED)
    return Relationship(
        id=str(relation.id),
        following=has(Bit.FOLLOWING),
        showing_reblogs=asks and not has(Bit.WITHOUT_BOOSTS),
        notifying=asks and has(Bit.BELL),
        languages=None,
        followed_by=has(Bit.FOLLOWED_BY),
        blocking=has(Bit.BLOCKING),
        blocked_by=False,
        muting=has(Bit.MUTING),
        muting_notifications=has(Bit.MUTING_NOTIFICATIONS),
        muting_expires_at=rfc3339(relation.muting_until) if relation.muting_until else None,
        requested=has(Bit.REQUESTED),
        requested_by=has(Bit.REQUESTED_BY),
        domain_blocking=has_blocked_domain,
        endorsed=has(Bit.ENDORSED),
        note=relation.note,
    )


async def entities(r: Reader, found: Sequence[Relation]) -> list[Relationship]:
    blocked = await relationships.domains.blocked_among(r, [one.id for one in found]) if found else set()
    return [_entity(one, one.id in blocked) for one in found]


@route("GET", "/api/v1/accounts/relationships", scope="read:follows", surface="none", why_no_surface=NO_POSTS)
async def many(call: Call, form: ManyForm) -> list[Relationship]:
    async with reading(call.viewer) as r:
        return await entities(r, await relationships.many(r, form.id))


Act = Callable[[Writer, int], Awaitable[Relation]]


async def _acted(call: Call, other: int, act: Act) -> Relationship:
    async with writing(call.member, cause=call.id) as w:
        return (await entities(w, [await act(w, other)]))[0]


@route("POST", "/api/v1/accounts/:id/follow", scope="write:follows", surface="none", why_no_surface=NO_POSTS,
       limit="follows")  # fmt: skip
async def follow(call: Call, form: FollowForm) -> Relationship:
    async with writing(call.member, cause=call.id) as w:
        found = await relationships.follow(w, form.id, boosts=form.reblogs, bell=form.notify)
        return (await entities(w, [found]))[0]


@route("POST", "/api/v1/accounts/:id/mute", scope="write:mutes", surface="none", why_no_surface=NO_POSTS)
async def mute(call: Call, form: MuteForm) -> Relationship:
    async with writing(call.member, cause=call.id) as w:
        found = await relationships.mute(w, form.id, notifications=form.notifications, duration_s=form.duration)
        return (await entities(w, [found]))[0]


@route("POST", "/api/v1/accounts/:id/note", scope="write:accounts", surface="none", why_no_surface=NO_POSTS)
async def note(call: Call, form: NoteForm) -> Relationship:
    async with writing(call.member, cause=call.id) as w:
        return (await entities(w, [await relationships.set_note(w, form.id, form.comment)]))[0]


def _act_route(path: str, act: Act, scope: str) -> None:
    @route("POST", path, scope=scope, surface="none", why_no_surface=NO_POSTS)
    async def do(call: Call, form: Address) -> Relationship:
        return await _acted(call, form.id, act)


for _verb, _act, _scope in (
    ("unfollow", relationships.unfollow, "write:follows"),
    ("remove_from_followers", relationships.remove_follower, "write:follows"),
    ("block", relationships.block, "write:blocks"),
    ("unblock", relationships.unblock, "write:blocks"),
    ("unmute", relationships.unmute, "write:mutes"),
    ("pin", relationships.endorse, "write:accounts"),
    ("unpin", relationships.unendorse, "write:accounts"),
    ("endorse", relationships.endorse, "write:accounts"),
    ("unendorse", relationships.unendorse, "write:accounts"),
):
    _act_route(f"/api/v1/accounts/:id/{_verb}", _act, _scope)
_act_route("/api/v1/follow_requests/:id/authorize", relationships.accept, "write:follows")
_act_route("/api/v1/follow_requests/:id/reject", relationships.reject, "write:follows")


async def by_id(r: Reader, accounts: Sequence[int]) -> dict[int, bytes]:
    """Account entities by number; hidden ones left out."""
    return dict(await present.numbered(r, list(dict.fromkeys(accounts))))


async def people(call: Call, r: Reader, found: Sequence[Edge], page: Page) -> Reply:
    """The accounts of a page of edges, with its Link."""
    shown = await present.accounts(r, [edge.account for edge in found])
    return listed(call, Pieces(shown), [e.id for e in found], is_full=len(found) == page.limit, back_by="since_id")


@route("GET", "/api/v1/follow_requests", scope="read:follows", surface="none", why_no_surface=NO_POSTS)
async def requests(call: Call, form: Paged) -> Reply:
    page = form.page(40)
    async with reading(call.viewer) as r:
        return await people(call, r, await relationships.requests(r, page), page)


@route("GET", "/api/v1/blocks", scope="read:blocks", surface="none", why_no_surface=NO_POSTS)
async def blocks(call: Call, form: Paged) -> Reply:
    page = form.page(40)
    async with reading(call.viewer) as r:
        return await people(call, r, await relationships.blocks(r, page), page)


@route("GET", "/api/v1/mutes", scope="read:mutes", surface="none", why_no_surface=NO_POSTS)
async def mutes(call: Call, form: Paged) -> Reply:
    """Accounts with one member more: when the mute ends."""
    page = form.page(40)
    async with reading(call.viewer) as r:
        found = await relationships.mutes(r, page)
        shown = await by_id(r, [edge.account for edge in found])
    items = [
        b'%s,"mute_expires_at":%s}' % (shown[e.account][:-1], msgspec.json.encode(e.until and rfc3339(e.until)))
        for e in found if e.account in shown
    ]  # fmt: skip
    return listed(
        call, Pieces(items), [e.id for e in found], is_full=len(found) == page.limit, back_by="since_id"
    )


@route("GET", "/api/v1/endorsements", scope="read:accounts", surface="none", why_no_surface=NO_POSTS)
async def endorsements(call: Call, form: Paged) -> Reply:
    page = form.page(40)
    async with reading(call.viewer) as r:
        return await people(call, r, await relationships.endorsed(r, call.member.account, page), page)


@route("GET", "/api/v1/accounts/familiar_followers", scope="read:follows", surface="none", why_no_surface=NO_POSTS)
async def familiar_followers(call: Call, form: ManyForm) -> Plain:
    """For each account asked about that the viewer can see: who follows it of those whom the viewer follows."""
    async with reading(call.viewer) as r:
        familiar = await relationships.familiar_followers(r, form.id)
        everybody = [*familiar, *(account for accounts in familiar.values() for account in accounts)]
        shown = await by_id(r, everybody)
    items = [
        b'{"id":"%d","accounts":[%s]}' % (one, b",".join(shown[a] for a in accounts if a in shown))
        for one, accounts in familiar.items() if one in shown
    ]  # fmt: skip
    return Plain([b"[", b",".join(items), b"]"])
