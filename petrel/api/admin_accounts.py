"""Accounts in the client API's part for moderators: lists, one account, letting in, limiting, suspending and lifting
that, having erased what is suspended."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Raw, Struct

from petrel.api.http import Call, Id, Paged, Reply, listed, route
from petrel.api.present.cards import of_rows
from petrel.api.present.statuses import rfc3339
from petrel.core.doors import Reader, Row, reading, writing
from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.viewer import System
from petrel.features import about, accounts, moderation, privacy, signup
from petrel.features.accounts import State, rules
from petrel.features.collections import MOST_COLLECTIONS
from petrel.features.moderation import NewReport, Verdict, What
from petrel.features.moderation.apps import DEACTIVATED, SILENCED, SUSPENDED, UNCONFIRMED, Wanted

A = "/api/v1/admin/accounts"
NO_POSTS = "accounts, as the crew may know them; no post"
WRITE_SCOPES = ["admin:write", "admin:write:accounts"]
STATES = {"active": (0, SUSPENDED | SILENCED | UNCONFIRMED | DEACTIVATED), "pending": (UNCONFIRMED, 0),
          "disabled": (DEACTIVATED, 0), "silenced": (SILENCED, 0), "suspended": (SUSPENDED, 0)}
ACTS: dict[str, What] = {"none": "warn", "silence": "limit", "suspend": "suspend"}


class Address(Struct, frozen=True, kw_only=True):
    id: Id


class FirstForm(Paged, frozen=True, kw_only=True):
    """As the first version of this list asks: one word for each thing."""

    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    staff: bool = False
    username: str = ""
    by_domain: str = ""

    @property
    def wanted(self) -> Wanted:
        status = next((word for word in STATES if getattr(self, word)), "")
        return _wanted("local" if self.local else "remote" if self.remote else "", status, self.username,
                       self.by_domain, self.staff)


class ListForm(Paged, frozen=True, kw_only=True):
    origin: Literal["local", "remote"] | None = None
    status: Literal["active", "pending", "disabled", "silenced", "suspended"] | None = None
    permissions: Literal["staff"] | None = None
    username: str = ""
    by_domain: str = ""

    @property
    def wanted(self) -> Wanted:
        return _wanted(self.origin or "", self.status or "", self.username, self.by_domain,
                       self.permissions == "staff")


class ActionForm(Address, frozen=True, kw_only=True):
    """`text` are the reasons, which the person reads. Without a report this is one by whoever acts."""

    type: Literal["none", "sensitive", "disable", "silence", "suspend"]
    report_id: Id | None = None
    text: str = ""


def _wanted(origin: str, status: str, handle: str, domain: str, staff: bool) -> Wanted:
    has, without = STATES.get(status, (0, 0))
    is_local = {"local": True, "remote": False}.get(origin)
    return Wanted(is_local, has, without, handle.strip().removeprefix("@") or None, domain.strip().lower() or None,
                  staff)


async def entities(rows: Sequence[Row]) -> dict[int, dict[str, Any]]:
    """Admin::Account by number. Addresses of mail and network are for cases with a typed reason, not for apps."""
    cards = dict(await of_rows(rows))
    async with reading(System("admin")) as r:
        waiting = await accounts.waiting(r, [row["id"] for row in rows if row["state"] & State.UNCONFIRMED])
    return {row["id"]: _entity(row, cards[row["id"]], row["id"] in waiting) for row in rows if row["id"] in cards}


def _entity(row: Row, card: bytes, waits: bool) -> dict[str, Any]:
    state, role = row["state"], row["role"]
    rank = rules.RANK[role]
    return {
        "id": str(row["id"]), "username": row["handle"], "domain": row["domain"], "email": "", "ip": None, "ips": [],
        "created_at": rfc3339(row["joined_at"]), "locale": None, "invite_request": None, "account": Raw(card),
        "role": None if row["domain"] else {"id": str(rank), "name": "" if role == "member" else role, "color": "",
                                            "permissions": "0", "highlighted": rank > 0,
                                            "collection_limit": MOST_COLLECTIONS},
        "confirmed": not state & State.UNCONFIRMED, "approved": not waits, "disabled": bool(state & State.DEACTIVATED),
        "sensitized": False, "silenced": bool(state & State.LIMITED), "suspended": bool(state & State.SUSPENDED)}


async def one(r: Reader, account: int) -> dict[str, Any]:
    """Errors: NotCrew, NotFound."""
    await moderation.crew(r, moderation.apps.ACCOUNT_SCOPES)
    found = await entities(await moderation.apps.cards(r, [account]))
    if account not in found:
        raise NotFound
    return found[account]


async def _list(call: Call, form: Paged, wanted: Wanted) -> Reply:
    page = form.page(100, 200)
    async with reading(call.viewer) as r:
        await moderation.crew(r, moderation.apps.ACCOUNT_SCOPES)
        rows = await moderation.apps.people(r, wanted, page)
    return listed(call, list((await entities(rows)).values()), [row["id"] for row in rows],
                  is_full=len(rows) == page.limit)


@route("GET", A, scope="admin:read:accounts", surface="none", why_no_surface=NO_POSTS)
async def first_list(call: Call, form: FirstForm) -> Reply:
    return await _list(call, form, form.wanted)


@route("GET", "/api/v2/admin/accounts", scope="admin:read:accounts", surface="none", why_no_surface=NO_POSTS)
async def second_list(call: Call, form: ListForm) -> Reply:
    return await _list(call, form, form.wanted)


@route("GET", A + "/:id", scope="admin:read:accounts", surface="none", why_no_surface=NO_POSTS)
async def show(call: Call, form: Address) -> dict[str, Any]:
    async with reading(call.viewer) as r:
        return await one(r, form.id)


@route("POST", A + "/:id/action", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def act(call: Call, form: ActionForm) -> None:
    if form.type not in ACTS:
        raise Invalid("type", "is not done here: this site limits and suspends accounts, and takes posts down")
    what: What = "nothing" if form.type == "none" and not form.text.strip() else ACTS[form.type]
    async with writing(call.member, cause=call.id) as w:
        await moderation.crew(w, WRITE_SCOPES)
        case, broken = await _case(w, form)
        named = [rule.text for rule in await about.rules(w) if str(rule.id) in broken]
        verdict = Verdict(what, "none" if what == "nothing" else "rules", "; ".join(named)[:300] or
                          "The rules of this site", form.text)
        await moderation.decide(w, case, verdict, scopes=WRITE_SCOPES)


async def _case(w: Any, form: ActionForm) -> tuple[int, tuple[str, ...]]:
    """The case, and ids of the rules that the report names. Errors: NotFound."""
    if form.report_id is None:
        return (await moderation.report(w, NewReport(form.id))).case, ()
    found = await moderation.apps.report(w, form.report_id)
    if found.about != form.id:
        raise NotFound
    return found.case, found.rules


async def _released(call: Call, account: int, what: What) -> dict[str, Any]:
    async with writing(call.member, cause=call.id) as w:
        await moderation.release(w, account, what, scopes=WRITE_SCOPES)
        return await one(w, account)


@route("POST", A + "/:id/unsilence", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def unsilence(call: Call, form: Address) -> dict[str, Any]:
    return await _released(call, form.id, "limit")


@route("POST", A + "/:id/unsuspend", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def unsuspend(call: Call, form: Address) -> dict[str, Any]:
    return await _released(call, form.id, "suspend")


@route("POST", A + "/:id/approve", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def approve(call: Call, form: Address) -> dict[str, Any]:
    await signup.crew.admit(call.member, form.id, cause=call.id, scopes=WRITE_SCOPES)
    async with reading(call.viewer) as r:
        return await one(r, form.id)


@route("POST", A + "/:id/reject", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def reject(call: Call, form: Address) -> dict[str, Any]:
    """As it was: there is no such account any more."""
    async with reading(call.viewer) as r:
        shown = await one(r, form.id)
    await signup.crew.refuse(call.member, form.id, cause=call.id, scopes=WRITE_SCOPES)
    return shown


@route("DELETE", A + "/:id", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def erase(call: Call, form: Address) -> dict[str, Any]:
    """Begins the erasure (decision 0017) of an account whose suspension can no longer be appealed; as it was."""
    async with writing(call.member, cause=call.id) as w:
        shown = await one(w, form.id)
        await moderation.may_erase(w, form.id, scopes=WRITE_SCOPES)
        await privacy.erasure.begin(w, form.id, by_crew=True)
    return shown


@route("POST", A + "/:id/enable", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def enable(call: Call, form: Address) -> dict[str, Any]:
    """Nobody of the crew disables a sign-in here: who can sign in is as asked."""
    async with reading(call.viewer) as r:
        await moderation.crew(r, WRITE_SCOPES)
        shown = await one(r, form.id)
    if shown["disabled"]:
        raise Refused("deny.own",
                      "Who deactivated their account comes back by signing in; nobody else can do it for them")
    return shown


@route("POST", A + "/:id/unsensitive", scope="admin:write:accounts", surface="none", why_no_surface=NO_POSTS)
async def unsensitive(call: Call, form: Address) -> dict[str, Any]:
    """No account is marked so here: it is as asked."""
    async with reading(call.viewer) as r:
        await moderation.crew(r, WRITE_SCOPES)
        return await one(r, form.id)
