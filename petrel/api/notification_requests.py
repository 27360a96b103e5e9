"""Whom a member wants to hear from, and what is held of the others until they say yes."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from msgspec.structs import asdict, replace

from petrel.api.http import Call, Id, Paged, Pieces, Reply, listed, route
from petrel.api.notifications import posts_of
from petrel.api.present.statuses import when
from petrel.api.relationships import by_id
from petrel.core.doors import Reader, Writer, reading, writing
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.core.seen import only
from petrel.features import notifications
from petrel.features.notifications import Candidate, Kind, Policy, Request, Step, Summary

OWN = "a member's own choice of senders; no post"


class PolicyForm(Struct, frozen=True, kw_only=True):
    """What is not sent stays as it is."""

    for_not_following: Step | None = None
    for_not_followers: Step | None = None
    for_new_accounts: Step | None = None
    for_private_mentions: Step | None = None
    for_limited_accounts: Step | None = None


class OldPolicyForm(Struct, frozen=True, kw_only=True):
    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class ManyForm(Struct, frozen=True, kw_only=True):
    id: list[Id] = []


class Merged(Struct):
    """What was accepted is in the list at once."""

    merged: bool = True


def _summary(summary: Summary) -> dict[str, int]:
    return {"pending_requests_count": summary.requests, "pending_notifications_count": summary.notifications}


def _new_form(policy: Policy, summary: Summary) -> dict[str, object]:
    return {f"for_{name}": step for name, step in asdict(policy).items()} | {"summary": _summary(summary)}


def _old_form(policy: Policy, summary: Summary) -> dict[str, object]:
    steps = asdict(policy)
    names = [name.removeprefix("filter_") for name in OldPolicyForm.__struct_fields__]
    return {f"filter_{name}": steps[name] != "accept" for name in names} | {"summary": _summary(summary)}


async def _change(call: Call, changes: dict[str, Step]) -> tuple[Policy, Summary]:
    async with writing(call.member, cause=call.id) as w:
        policy, summary = await notifications.policy(w)
        policy = replace(policy, **changes)
        await notifications.set_policy(w, policy)
        return policy, summary


@route("GET", "/api/v2/notifications/policy", scope="read:notifications", surface="none", why_no_surface=OWN)
async def policy(call: Call) -> dict[str, object]:
    async with reading(call.viewer) as r:
        return _new_form(*await notifications.policy(r))


@route("PATCH PUT", "/api/v2/notifications/policy", scope="write:notifications", surface="none", why_no_surface=OWN)
async def change_policy(call: Call, form: PolicyForm) -> dict[str, object]:
    sent = {name.removeprefix("for_"): step for name, step in asdict(form).items() if step is not None}
    return _new_form(*await _change(call, sent))


@route("GET", "/api/v1/notifications/policy", scope="read:notifications", surface="none", why_no_surface=OWN)
async def old_policy(call: Call) -> dict[str, object]:
    async with reading(call.viewer) as r:
        return _old_form(*await notifications.policy(r))


@route("PATCH PUT", "/api/v1/notifications/policy", scope="write:notifications", surface="none", why_no_surface=OWN)
async def change_old_policy(call: Call, form: OldPolicyForm) -> dict[str, object]:
    sent: dict[str, Step] = {name.removeprefix("filter_"): "filter" if on else "accept"
                             for name, on in asdict(form).items() if on is not None}
    return _old_form(*await _change(call, sent))


async def _entities(r: Reader, found: Sequence[Request]) -> list[bytes]:
    """Requests whose senders may be shown; the last post only where it may be."""
    people = await by_id(r, [one.actor for one in found])
    found = [one for one in found if one.actor in people]
    about = await posts_of(r, [Candidate(one.newest, Kind.MENTION, one.actor, one.last_post) for one in found])
    only(r, about)
    return [b'{"id":"%d","created_at":"%s","updated_at":"%s","notifications_count":"%d","account":%s,"last_status":%s}'
            % (one.id, when(one.id).encode(), when(one.newest).encode(), one.count, people[one.actor],
               about.get(one.last_post, b"null")) for one in found]


@route("GET", "/api/v1/notifications/requests", scope="read:notifications", surface="ntf")
async def requests(call: Call, form: Paged) -> Reply:
    page = form.page(40, 80)
    async with reading(call.viewer) as r:
        found = await notifications.requests(r, page)
        items = await _entities(r, found)
    return listed(call, Pieces(items), [one.id for one in found], is_full=len(found) == page.limit)


@route("GET", "/api/v1/notifications/requests/merged", scope="read:notifications", surface="none", why_no_surface=OWN)
async def merged(call: Call) -> Merged:
    return Merged()


@route("GET", "/api/v1/notifications/requests/:id", scope="read:notifications", surface="ntf")
async def request(call: Call, form: Address) -> bytes:
    async with reading(call.viewer) as r:
        items = await _entities(r, await notifications.requests(r, Page(1), only=form.id))
    if not items:
        raise NotFound
    return items[0]


Answer = Callable[[Writer, Sequence[int]], Awaitable[int]]


def _answer_routes(verb: str, answer: Answer) -> None:
    where = "/api/v1/notifications/requests"

    @route("POST", f"{where}/:id/{verb}", scope="write:notifications", surface="none", why_no_surface=OWN)
    async def answer_one(call: Call, form: Address) -> None:
        async with writing(call.member, cause=call.id) as w:
            if not await answer(w, [form.id]):
                raise NotFound

    @route("POST", f"{where}/{verb}", scope="write:notifications", surface="none", why_no_surface=OWN)
    async def answer_many(call: Call, form: ManyForm) -> None:
        async with writing(call.member, cause=call.id) as w:
            await answer(w, form.id)


_answer_routes("accept", notifications.accept)
_answer_routes("dismiss", notifications.dismiss_requests)
