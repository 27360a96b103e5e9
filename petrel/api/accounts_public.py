"""Accounts in the client API, as anybody may ask for them: by number, by address, and who is around them."""

from urllib.parse import urlsplit

from msgspec import Struct

from petrel.api import present
from petrel.api.http import Call, Id, Paged, Pieces, Reply, route
from petrel.api.relationships import people
from petrel.core.doors import Reader, reading
from petrel.core.errors import Invalid, NotFound
from petrel.core.limits import current
from petrel.core.text import handles
from petrel.features import accounts, relationships

MOST_IDS = 40
NO_POSTS = "accounts; no post"


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class ManyForm(Struct, frozen=True, kw_only=True):
    """`id[]` as documented; `ids[]` as some clients send it."""

    id: list[Id] = []
    ids: list[Id] = []


class LookupForm(Struct, frozen=True, kw_only=True):
    acct: str


class AroundForm(Paged, frozen=True, kw_only=True):
    id: Id


@route("GET", "/api/v1/accounts", scope="public", surface="none", why_no_surface=NO_POSTS)
async def many(call: Call, form: ManyForm) -> Pieces:
    async with reading(call.viewer) as r:
        return Pieces(await present.accounts(r, list(dict.fromkeys([*form.id, *form.ids]))[:MOST_IDS]))


@route("GET", "/api/v1/accounts/lookup", scope="public or read:accounts", surface="none", why_no_surface=NO_POSTS)
async def lookup(call: Call, form: LookupForm) -> bytes:
    """Only accounts known here: nothing is fetched from elsewhere."""
    try:
        handle, domain = handles.address(form.acct, urlsplit(current().base_url).netloc)
    except Invalid as e:
        raise NotFound from e
    async with reading(call.viewer) as r:
        found = await accounts.ids_by_handle(r, [handle], domain or "")
        if not found:
            raise NotFound
        return await present.account(r, found[handle])


@route("GET", "/api/v1/accounts/:id", scope="public", surface="none", why_no_surface=NO_POSTS)
async def show(call: Call, form: Address) -> bytes:
    async with reading(call.viewer) as r:
        return await present.account(r, form.id)


async def must_see(r: Reader, account: int) -> None:
    """Errors: NotFound, for an account that does not exist or is hidden from the viewer."""
    await present.account(r, account)


@route("GET", "/api/v1/accounts/:id/followers", scope="public", surface="none", why_no_surface=NO_POSTS)
async def followers(call: Call, form: AroundForm) -> Reply:
    """Empty where the viewer may not see them (for anybody signed out: always), as that API answers."""
    page = form.page(40)
    async with reading(call.viewer) as r:
        await must_see(r, form.id)
        return await people(call, r, await relationships.followers(r, form.id, page), page)


@route("GET", "/api/v1/accounts/:id/following", scope="public", surface="none", why_no_surface=NO_POSTS)
async def following(call: Call, form: AroundForm) -> Reply:
    """As `followers`."""
    page = form.page(40)
    async with reading(call.viewer) as r:
        await must_see(r, form.id)
        return await people(call, r, await relationships.following(r, form.id, page), page)


@route("GET", "/api/v1/accounts/:id/endorsements", scope="public", surface="none", why_no_surface=NO_POSTS)
async def endorsements(call: Call, form: AroundForm) -> Reply:
    page = form.page(40)
    async with reading(call.viewer) as r:
        await must_see(r, form.id)
        return await people(call, r, await relationships.endorsed(r, form.id, page), page)
