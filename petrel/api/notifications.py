"""Notifications in the client API, one by one (v1) and in groups (v2).

A candidate becomes a notification when its actor may be shown and, where it is about a post, that post too: the
owner's own by surface api, somebody else's by surface ntf; a collection while the owner is in it. Everything else
vanishes. What the policy
keeps back: notification_requests.py.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from petrel.api import present
from petrel.api.http import Call, Id, Paged, Pieces, Plain, Reply, listed, route
from petrel.api.present import collections
from petrel.api.present.cards import PartialAccount
from petrel.api.present.fallbacks import fallback
from petrel.api.present.rendered import candidates
from petrel.api.present.statuses import of_shown, when
from petrel.api.present.warnings import newest_warning
from petrel.api.relationships import by_id
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import NotFound
from petrel.core.pages import ROUNDS, Page, further
from petrel.core.seen import only
from petrel.features import notifications, posts, timelines
from petrel.features.notifications import (
    ALL_KINDS,
    GROUPED,
    OF_COLLECTION,
    OF_OWN,
    Candidate,
    Group,
    Kind,
    Leader,
    Members,
    Wanted,
)
from petrel.features.posts import Code, Surface

MOST = 80
OWN_CHOICE = "removes one's own notifications; no post leaves"
KINDS = {kind.word: kind for kind in Kind}


class ListForm(Paged, frozen=True, kw_only=True):
    """Types that do not exist here, such as update, are passed over. `supported_types`: what the app knows."""

    supported_types: tuple[str, ...] | None = None
    types: list[str] | None = None
    exclude_types: tuple[str, ...] = ()
    account_id: Id | None = None
    include_filtered: bool = False

    @property
    def wanted(self) -> Wanted:
        asked = ALL_KINDS if self.types is None else [KINDS[word] for word in self.types if word in KINDS]
        kinds = tuple(kind for kind in asked if kind.word not in self.exclude_types)
        return Wanted(kinds, self.account_id, self.include_filtered)


class GroupedForm(ListForm, frozen=True, kw_only=True):
    grouped_types: list[str] | None = None
    expand_accounts: Literal["full", "partial_avatars"] = "full"

    @property
    def grouped(self) -> frozenset[Kind]:
        if self.grouped_types is None:
            return frozenset(GROUPED)
        return frozenset(KINDS[word] for word in self.grouped_types if word in KINDS) & frozenset(GROUPED)


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class OneForm(Address, frozen=True, kw_only=True):
    supported_types: tuple[str, ...] | None = None


class GroupAddress(Struct, frozen=True, kw_only=True):
    group_key: str


class GroupForm(GroupAddress, frozen=True, kw_only=True):
    supported_types: tuple[str, ...] | None = None


class Seen(Struct, frozen=True):
    """A notification that may be shown, with its entities."""

    candidate: Candidate
    account: bytes
    status: bytes | None
    warning: bytes | None = None
    collection: bytes | None = None


class Count(Struct):
    count: int


async def posts_of(r: Reader, found: Sequence[Candidate]) -> dict[int, bytes]:
    """Status entities of the posts that these are about, as far as they may be shown in notifications; one query."""
    found = [c for c in found if c.kind not in OF_COLLECTION]
    kinds = {c.post: c.kind for c in found if c.post and c.kind not in OF_OWN}
    theirs, held = candidates(Surface.NTF, list(kinds))
    own, held_too = candidates(Surface.API, list({c.post for c in found if c.kind in OF_OWN}))
    shown, shown_too = await posts.shown_on(r, [theirs, own])
    # Code O: only where the viewer asked for it with a bell. source: docs/law/visibility.md section 14.
    fit = [s for s in shown if s.row["code"] != Code.IF_ASKED or kinds[s.row["id"]] is Kind.STATUS]
    entities = await of_shown(r, Surface.NTF, fit, held) + await of_shown(r, Surface.API, shown_too, held_too)
    return dict(entities)


async def collections_of(r: Reader, found: Iterable[Candidate]) -> dict[int, bytes]:
    """Collection entities that these are about, as far as they may be shown."""
    return await collections.entities(r, [c.post for c in found if c.kind in OF_COLLECTION])


async def seen(r: Reader, found: Sequence[Candidate]) -> list[Seen]:
    """What of these may be shown, in their order."""
    people = await by_id(r, [c.actor for c in found])
    fit = [c for c in found if c.actor in people]
    about, within = await posts_of(r, fit), await collections_of(r, fit)
    warning = await _warning(r, found)
    return [Seen(c, people[c.actor], about.get(c.post), warning if c.kind is Kind.MODERATION_WARNING else None,
                 within.get(c.post)) for c in fit if not c.post or c.post in about or c.post in within]


async def _warning(r: Reader, found: Iterable[Candidate]) -> bytes | None:
    return await newest_warning(r) if any(c.kind is Kind.MODERATION_WARNING for c in found) else None


def entity(one: Seen, known: tuple[str, ...] | None = None) -> bytes:
    """`known`: types that the app knows; None where it has not said."""
    c = one.candidate
    instead = fallback(c.kind, known, one.account, one.collection)
    status = b"" if one.status is None else b',"status":' + one.status
    warning = b"" if one.warning is None else b',"moderation_warning":' + one.warning
    collection = b"" if one.collection is None else b',"collection":' + one.collection
    told = b"" if instead is None else b',"fallback":' + msgspec.json.encode(instead)
    return b'{"id":"%d","type":"%s","created_at":"%s","group_key":"%s","account":%s%s%s%s%s}' % (
        c.id, c.kind.word.encode(), when(c.id).encode(), notifications.group_of(c).key.encode(), one.account, status,
        warning, collection, told)


async def _filled(r: Reader, page: Page, wanted: Wanted) -> tuple[list[Seen], bool]:
    """(what is shown, whether there may be more). Hidden ones make room for the next; no cursor names one of them."""
    shown: list[Seen] = []
    at, more = page, True
    for _ in range(ROUNDS):
        found = await notifications.listed(r, at, wanted)
        more = len(found) == at.limit
        some = await seen(r, found)
        shown += some
        if len(shown) >= page.limit or not more:
            break
        at = further(at, [c.id for c in found], page.limit, found=bool(some))
    shown.sort(key=lambda one: -one.candidate.id)
    if len(shown) >= page.limit:
        shown, more = shown[-page.limit:] if page.min_id is not None else shown[:page.limit], True
    only(r, [one.candidate.post for one in shown if one.status])
    return shown, more


@route("GET", "/api/v1/notifications", scope="read:notifications", surface="ntf")
async def one_by_one(call: Call, form: ListForm) -> Reply:
    page = form.page(40, MOST)
    async with reading(call.viewer) as r:
        shown, more = await _filled(r, page, form.wanted)
    return listed(call, Pieces(entity(one, form.supported_types) for one in shown),
                  [one.candidate.id for one in shown], is_full=more)


@route("GET", "/api/v1/notifications/:id", scope="read:notifications", surface="ntf")
async def show(call: Call, form: OneForm) -> bytes:
    async with reading(call.viewer) as r:
        shown = await seen(r, [await notifications.find(r, form.id)])
        only(r, [one.candidate.post for one in shown if one.status])
    if not shown:
        raise NotFound
    return entity(shown[0], form.supported_types)


async def _unread(r: Reader, limit: int) -> Page:
    """The page of what came after the viewer's mark."""
    marks = await timelines.markers(r, ["notifications"])
    return Page(limit, since_id=marks[0]["last_read"] if marks else None)


@route("GET", "/api/v1/notifications/unread_count", scope="read:notifications", surface="ntf")
async def unread(call: Call, form: ListForm) -> Count:
    limit = form.page(100, 1000).limit
    async with reading(call.viewer) as r:
        found = await notifications.listed(r, await _unread(r, limit), form.wanted)
        count = len(await seen(r, found))
        only(r, ())
        return Count(count)


@route("POST", "/api/v1/notifications/clear", scope="write:notifications", surface="none", why_no_surface=OWN_CHOICE)
async def clear(call: Call) -> None:
    async with writing(call.member, cause=call.id) as w:
        await notifications.clear(w)


route("POST", "/api/v2/notifications/clear", scope="write:notifications", surface="none",
      why_no_surface=OWN_CHOICE)(clear)


@route("POST", "/api/v1/notifications/:id/dismiss", scope="write:notifications", surface="none",
       why_no_surface=OWN_CHOICE)
async def dismiss(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await notifications.dismiss(w, form.id)


# -- In groups ------------------------------------------------------------------------------------------------------


class GroupEntity(Struct):
    """`most_recent_notification_id` is a number on the wire: typed apps expect one."""

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: int
    page_min_id: str
    page_max_id: str
    latest_page_notification_at: str
    sample_account_ids: list[str]
    status_id: str | None
    moderation_warning: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    collection: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    fallback: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class Shown(Struct):
    """Groups that may be shown, with the entities that they name."""

    groups: list[GroupEntity]
    people: dict[int, bytes]
    statuses: dict[int, bytes]


async def _whole(r: Reader, leaders: Sequence[Leader], grouped: frozenset[Kind],
                 known: tuple[str, ...] | None = None) -> Shown:
    """Each leader's group as a whole; groups of which nobody or whose post may not be shown are left out."""
    people = await by_id(r, [actor for one in leaders for actor in one.whole.actors])
    newest = [one.newest for one in leaders]
    about, within = await posts_of(r, newest), await collections_of(r, newest)
    shown = Shown([], {}, {})
    for one in leaders:
        actors = [actor for actor in one.whole.actors if actor in people]
        if actors and (not one.newest.post or one.newest.post in about or one.newest.post in within):
            shown.groups.append(_group(one, notifications.group_of(one.newest, grouped), actors))
            if one.newest.kind is Kind.MODERATION_WARNING and (warning := await newest_warning(r)):
                shown.groups[-1].moderation_warning = msgspec.Raw(warning)
            if one.newest.post in within:
                shown.groups[-1].collection = msgspec.Raw(within[one.newest.post])
                instead = fallback(one.newest.kind, known, people[actors[0]], within[one.newest.post])
                shown.groups[-1].fallback = msgspec.UNSET if instead is None else instead
            shown.people.update((actor, people[actor]) for actor in actors)
            if one.newest.post in about:
                shown.statuses[one.newest.post] = about[one.newest.post]
    return shown


def _group(one: Leader, key: Group, actors: list[int]) -> GroupEntity:
    count, newest = max(one.whole.count, len(actors)), max(one.whole.newest, one.newest.id)
    return GroupEntity(key.key, count, one.newest.kind.word, newest, str(one.lowest), str(one.newest.id),
                       when(one.newest.id), [str(actor) for actor in actors],
                       str(one.newest.post) if one.newest.post and one.newest.kind not in OF_COLLECTION else None)


def _answer(shown: Shown, *, partial: bool = False) -> Plain:
    """With `partial` only the newest actor of each group comes as a whole account."""
    whole, small = shown.people, b""
    if partial:
        first = {int(group.sample_account_ids[0]) for group in shown.groups}
        whole = {number: card for number, card in shown.people.items() if number in first}
        others = [msgspec.json.decode(card, type=PartialAccount)
                  for number, card in shown.people.items() if number not in first]
        small = b',"partial_accounts":' + msgspec.json.encode(others)
    return Plain([b'{"accounts":[', b",".join(whole.values()), b"]", small, b',"statuses":[',
                  b",".join(shown.statuses.values()), b'],"notification_groups":',
                  msgspec.json.encode(shown.groups), b"}"])


@route("GET", "/api/v2/notifications", scope="read:notifications", surface="ntf")
async def in_groups(call: Call, form: GroupedForm) -> Reply:
    page = form.page(40, MOST)
    whole = Shown([], {}, {})
    ids: list[int] = []
    at, more = page, True
    async with reading(call.viewer) as r:
        for _ in range(ROUNDS):
            leaders, more = await notifications.led(r, at, form.wanted, form.grouped)
            part = await _whole(r, leaders, form.grouped, form.supported_types)
            ids += [int(group.page_max_id) for group in part.groups]
            whole.groups += part.groups
            whole.people |= part.people
            whole.statuses |= part.statuses
            if whole.groups or not leaders or not more:
                break
            at = further(at, [one.newest.id for one in leaders], page.limit, found=False)
        only(r, whole.statuses)
    answer = listed(call, _answer(whole, partial=form.expand_accounts == "partial_avatars"),
                    sorted(ids, reverse=True), is_full=more)
    return answer


@route("GET", "/api/v2/notifications/unread_count", scope="read:notifications", surface="ntf")
async def unread_groups(call: Call, form: GroupedForm) -> Count:
    limit = form.page(100, 1000).limit
    async with reading(call.viewer) as r:
        leaders, _ = await notifications.led(r, await _unread(r, limit), form.wanted, form.grouped)
        count = len((await _whole(r, leaders, form.grouped)).groups)
        only(r, ())
        return Count(count)


async def _leader(r: Reader, group: Group) -> Leader:
    """Errors: NotFound."""
    if group.only:
        found = await notifications.find(r, group.only)
        return Leader(found, found.id, Members(1, found.id, (found.actor,)))
    whole = await notifications.members_of(r, group)
    return Leader(Candidate(whole.newest, group.kind, whole.actors[0], group.post), whole.newest, whole)


@route("GET", "/api/v2/notifications/:group_key", scope="read:notifications", surface="ntf")
async def show_group(call: Call, form: GroupForm) -> Plain:
    group = notifications.group_named(form.group_key)
    async with reading(call.viewer) as r:
        shown = await _whole(r, [await _leader(r, group)], frozenset() if group.only else frozenset(GROUPED),
                             form.supported_types)
        only(r, shown.statuses)
    if not shown.groups:
        raise NotFound
    return _answer(shown)


@route("GET", "/api/v2/notifications/:group_key/accounts", scope="read:notifications", surface="none",
       why_no_surface="who did it; no post")
async def group_accounts(call: Call, form: GroupAddress) -> Pieces:
    async with reading(call.viewer) as r:
        whole = await notifications.members_of(r, notifications.group_named(form.group_key), actors=500)
        return Pieces(await present.accounts(r, whole.actors))


@route("POST", "/api/v2/notifications/:group_key/dismiss", scope="write:notifications", surface="none",
       why_no_surface=OWN_CHOICE)
async def dismiss_group(call: Call, form: GroupAddress) -> None:
    async with writing(call.member, cause=call.id) as w:
        await notifications.dismiss_group(w, notifications.group_named(form.group_key))
