"""A member's scheduled posts in the client API, and drafts, which that API does not have: ours are under /petrel."""

import hashlib

from msgspec import Struct

from petrel.api.http import Call, Id, Paged, Reply, listed, route
from petrel.api.present.drafts import SavedDraft, ScheduledStatus, moment, saved, scheduled
from petrel.api.statuses import CreateForm
from petrel.core.doors import reading, writing
from petrel.features import drafts

SCHEDULED = "/api/v1/scheduled_statuses"
DRAFTS = "/api/v1/petrel/drafts"


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class MoveForm(Address, frozen=True, kw_only=True):
    """Without `scheduled_at` nothing changes."""

    scheduled_at: str | None = None


class ChangeForm(CreateForm, frozen=True, kw_only=True):
    """The whole draft anew: what is not sent is empty then."""

    id: Id


@route("GET", SCHEDULED, scope="read:statuses", surface="api")
async def all_scheduled(call: Call, form: Paged) -> Reply:
    page = form.page(20, 40)
    async with reading(call.viewer) as r:
        found = await drafts.mine(r, page, is_due=True)
        shown = await scheduled(r, found)
    return listed(call, shown, [one.id for one in found], is_full=len(found) == page.limit)


@route("GET", f"{SCHEDULED}/:id", scope="read:statuses", surface="api")
async def show_scheduled(call: Call, form: Address) -> ScheduledStatus:
    async with reading(call.viewer) as r:
        return (await scheduled(r, [await drafts.get(r, form.id, is_due=True)]))[0]


@route("PUT PATCH", f"{SCHEDULED}/:id", scope="write:statuses", surface="api")
async def move(call: Call, form: MoveForm) -> ScheduledStatus:
    async with writing(call.member, cause=call.id) as w:
        if not form.scheduled_at:
            return (await scheduled(w, [await drafts.get(w, form.id, is_due=True)]))[0]
        return (await scheduled(w, [await drafts.move(w, form.id, moment(form.scheduled_at))]))[0]


@route("DELETE", f"{SCHEDULED}/:id", scope="write:statuses", surface="api")
async def cancel(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await drafts.delete(w, form.id, is_due=True)


@route("GET", DRAFTS, scope="read:statuses", surface="api")
async def all_drafts(call: Call, form: Paged) -> Reply:
    page = form.page(20, 40)
    async with reading(call.viewer) as r:
        found = await drafts.mine(r, page, is_due=False)
        shown = await saved(r, found)
    return listed(call, shown, [one.id for one in found], is_full=len(found) == page.limit)


@route("POST", DRAFTS, scope="write:statuses", surface="api", limit="statuses")
async def save(call: Call, form: CreateForm) -> SavedDraft:
    """Under an Idempotency-Key that was used before, it is that draft, with what is sent now."""
    key = call.header(b"idempotency-key")
    once = hashlib.sha256(b"draft " + key.encode()).digest() if key else None
    async with writing(call.member, cause=call.id) as w:
        return (await saved(w, [await drafts.save(w, form.draft(), once=once)]))[0]


@route("GET", f"{DRAFTS}/:id", scope="read:statuses", surface="api")
async def show_draft(call: Call, form: Address) -> SavedDraft:
    async with reading(call.viewer) as r:
        return (await saved(r, [await drafts.get(r, form.id, is_due=False)]))[0]


@route("PUT PATCH", f"{DRAFTS}/:id", scope="write:statuses", surface="api", limit="statuses")
async def change(call: Call, form: ChangeForm) -> SavedDraft:
    async with writing(call.member, cause=call.id) as w:
        return (await saved(w, [await drafts.change(w, form.id, form.draft())]))[0]


@route("DELETE", f"{DRAFTS}/:id", scope="write:statuses", surface="api")
async def discard(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await drafts.delete(w, form.id, is_due=False)
