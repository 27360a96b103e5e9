"""A member's own lists in the client API. Their timeline is in timelines.py."""

from msgspec import Struct

from petrel.api import present
from petrel.api.accounts_public import must_see
from petrel.api.http import Call, Id, Paged, Pieces, Reply, listed, route
from petrel.core.doors import reading, writing
from petrel.features import lists
from petrel.features.lists import RepliesPolicy

OWN = "a member's own choice of accounts; no post"


class List(Struct):
    id: str
    title: str
    replies_policy: str
    exclusive: bool


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class CreateForm(Struct, frozen=True, kw_only=True):
    title: str = ""
    replies_policy: RepliesPolicy = "list"
    exclusive: bool = False


class ChangeForm(Address, frozen=True, kw_only=True):
    """What is not sent stays as it is."""

    title: str | None = None
    replies_policy: RepliesPolicy | None = None
    exclusive: bool | None = None


class MembersForm(Paged, frozen=True, kw_only=True):
    """`limit` 0: all of them on one page."""

    id: Id


class ChooseForm(Address, frozen=True, kw_only=True):
    account_ids: list[Id] = []


def entity(one: lists.List) -> List:
    return List(str(one.id), one.title, one.replies_policy, one.is_exclusive)


@route("GET", "/api/v1/lists", scope="read:lists", surface="none", why_no_surface=OWN)
async def mine(call: Call) -> list[List]:
    async with reading(call.viewer) as r:
        return [entity(one) for one in await lists.mine(r)]


@route("POST", "/api/v1/lists", scope="write:lists", surface="none", why_no_surface=OWN)
async def create(call: Call, form: CreateForm) -> List:
    async with writing(call.member, cause=call.id) as w:
        return entity(
            await lists.create(w, form.title, replies_policy=form.replies_policy, exclusive=form.exclusive)
        )


@route("GET", "/api/v1/lists/:id", scope="read:lists", surface="none", why_no_surface=OWN)
async def show(call: Call, form: Address) -> List:
    async with reading(call.viewer) as r:
        return entity(await lists.get(r, form.id))


@route("PUT PATCH", "/api/v1/lists/:id", scope="write:lists", surface="none", why_no_surface=OWN)
async def change(call: Call, form: ChangeForm) -> List:
    async with writing(call.member, cause=call.id) as w:
        return entity(
            await lists.change(
                w, form.id, title=form.title, replies_policy=form.replies_policy, exclusive=form.exclusive
            )
        )


@route("DELETE", "/api/v1/lists/:id", scope="write:lists", surface="none", why_no_surface=OWN)
async def delete(call: Call, form: Address) -> None:
    async with writing(call.member, cause=call.id) as w:
        await lists.delete(w, form.id)


@route("GET", "/api/v1/lists/:id/accounts", scope="read:lists", surface="none", why_no_surface=OWN)
async def members(call: Call, form: MembersForm) -> Reply:
    page = None if form.limit == 0 else form.page(40)
    async with reading(call.viewer) as r:
        found = await lists.members(r, form.id, page)
        shown = await present.accounts(r, [m.account for m in found])
    if page is None:
        return Reply(Pieces(shown))
    return listed(call, Pieces(shown), [m.id for m in found], is_full=len(found) == page.limit, back_by="since_id")


@route("POST", "/api/v1/lists/:id/accounts", scope="write:lists", surface="none", why_no_surface=OWN)
async def add(call: Call, form: ChooseForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await lists.add(w, form.id, form.account_ids)


@route("DELETE", "/api/v1/lists/:id/accounts", scope="write:lists", surface="none", why_no_surface=OWN)
async def remove(call: Call, form: ChooseForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await lists.remove(w, form.id, form.account_ids)


@route("GET", "/api/v1/accounts/:id/lists", scope="read:lists", surface="none", why_no_surface=OWN)
async def holding(call: Call, form: Address) -> list[List]:
    async with reading(call.viewer) as r:
        await must_see(r, form.id)
        return [entity(one) for one in await lists.holding(r, form.id)]
