"""Reports in the client API's part for moderators. What is done to one report is done to its case."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

from msgspec import Raw, Struct

from petrel.api import present
from petrel.api.admin_accounts import entities
from petrel.api.http import Call, Id, Paged, Reply, listed, route
from petrel.api.present import collections as wire
from petrel.api.present.statuses import rfc3339
from petrel.core.doors import Reader, Writer, reading, writing
from petrel.features import about, accounts, collections, moderation
from petrel.features.moderation.apps import AppReport
from petrel.features.posts import Surface

R = "/api/v1/admin/reports"


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class ListForm(Paged, frozen=True, kw_only=True):
    """`account_id`, by whom, is taken and passed over: who reported is not told to apps."""

    resolved: bool = False
    target_account_id: Id | None = None
    account_id: Id | None = None


class SortForm(Struct, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    id: Id
    category: Literal["spam", "other", "violation", "legal"] | None = None
    rule_ids: tuple[str, ...] | None = None


async def _entities(r: Reader, found: Sequence[AppReport]) -> list[dict[str, Any]]:
    """Admin::Report. In place of who reported stands the account that answers for the site (visibility.md section 6).

    Posts and collections as the viewer sees them in the product; copies of others are on the desk, after a typed
    reason.
    """
    contact = await accounts.contact(r)
    numbers = [n for one in found for n in (one.about, one.assigned, one.closed_by, contact) if n is not None]
    people = await entities(await moderation.apps.cards(r, numbers))
    named = list(dict.fromkeys(number for one in found for number in one.posts))
    posts = dict(await present.entries(r, Surface.API, named))
    lists = {int(one.id): one for one in await wire.collections(r, await collections.many(r, named))}
    rules = {str(rule.id): {"id": str(rule.id), "text": rule.text, "hint": rule.hint} for rule in await about.rules(r)}
    return [{
        "id": str(one.id), "action_taken": one.is_closed, "action_taken_at": one.closed_at and rfc3339(one.closed_at),
        "category": "legal" if one.kind == "copyright" else one.kind, "comment": one.comment, "forwarded": False,
        "created_at": rfc3339(one.made_at), "updated_at": rfc3339(one.closed_at or one.made_at),
        "account": people.get(contact or 0), "target_account": people.get(one.about),
        "assigned_account": people.get(one.assigned or 0), "action_taken_by_account": people.get(one.closed_by or 0),
        "statuses": [Raw(posts[number]) for number in one.posts if number in posts],
        "rules": [rules[rule] for rule in one.rules if rule in rules],
        "collections": [lists[number] for number in one.posts if number in lists]} for one in found]


@route("GET", R, scope="admin:read:reports", surface="api")
async def many(call: Call, form: ListForm) -> Reply:
    page = form.page(100, 200)
    async with reading(call.viewer) as r:
        await moderation.crew(r, moderation.apps.REPORT_SCOPES)
        found = await moderation.apps.reports(r, page, closed=form.resolved, about=form.target_account_id)
        shown = await _entities(r, found)
    return listed(call, shown, [one.id for one in found], is_full=len(found) == page.limit)


@route("GET", R + "/:id", scope="admin:read:reports", surface="api")
async def show(call: Call, form: Address) -> dict[str, Any]:
    async with reading(call.viewer) as r:
        return await _one(r, form.id)


async def _one(r: Reader, number: int) -> dict[str, Any]:
    await moderation.crew(r, moderation.apps.REPORT_SCOPES)
    return (await _entities(r, [await moderation.apps.report(r, number)]))[0]


@route("PUT", R + "/:id", scope="admin:write:reports", surface="api")
async def sort(call: Call, form: SortForm) -> dict[str, Any]:
    async with writing(call.member, cause=call.id) as w:
        await moderation.crew(w, ["admin:write", "admin:write:reports"])
        await moderation.sort(w, (await moderation.apps.report(w, form.id)).id, form.category, form.rule_ids)
        return await _one(w, form.id)


def _act_route(path: str, act: Callable[[Writer, int], Awaitable[Any]]) -> None:
    @route("POST", f"{R}/:id/{path}", scope="admin:write:reports", surface="api")
    async def do(call: Call, form: Address) -> dict[str, Any]:
        async with writing(call.member, cause=call.id) as w:
            await moderation.crew(w, ["admin:write", "admin:write:reports"])
            await act(w, (await moderation.apps.report(w, form.id)).case)
            return await _one(w, form.id)


async def _take(w: Writer, case: int) -> None:
    await moderation.assign(w, case, to_me=True)


async def _give(w: Writer, case: int) -> None:
    await moderation.assign(w, case, to_me=False)


for _path, _act in (("assign_to_self", _take), ("unassign", _give), ("resolve", moderation.close),
                    ("reopen", moderation.reopen)):
    _act_route(_path, _act)
