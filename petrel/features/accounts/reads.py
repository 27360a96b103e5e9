"""What a viewer can get of accounts. Whole accounts as the API shows them come from `accounts.cards` (SQL), in the
order and to the depth that the law allows; here is what stands around that."""

from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Reader, Row
from petrel.core.errors import Unauthenticated
from petrel.core.viewer import System
from petrel.features.accounts import rules, sealing
from petrel.features.accounts.shapes import (
    EMPTY_PROFILE,
    Account,
    App,
    Counts,
    Look,
    MailAddress,
    Own,
    Profile,
    State,
    decode_profile,
)


async def own(r: Reader) -> Own:
    """The viewer's own account; the address only for sessions. Errors: Unauthenticated."""
    row = await r.row("select * from accounts.held($1)", r.digest)
    if row is None:
        raise Unauthenticated
    account = Account(row["id"], row["handle"], None, row["role"], row["state"], row["is_protected"])
    key = await sealing.key_of(account.id) if row["sealed_profile"] or row["sealed_email"] else b""
    email = seal.open_sealed(key, account.id, row["sealed_email"]).decode() if row["sealed_email"] else None
    return Own(
        account, open_profile(key, account.id, row["sealed_profile"]), row["default_audience"],
        row["default_sensitive"], row["default_language"], row["is_discoverable"], row["is_indexable"], row["is_bot"],
        row["hides_network"], row["requests"], email, row["locale"], row["default_quote"],
        Look(row["theme"], row["text_size"], row["is_calm"]))


async def is_fresh(r: Reader) -> bool:
    """Whether the viewer signed in, at a browser, so short a time ago that they may show things to more people."""
    return bool(await r.value("select accounts.is_fresh($1, $2)", r.digest, rules.FRESH_S))


def open_profile(key: bytes | None, account: int, sealed: bytes | None) -> Profile:
    """The profile under its key; an empty one when there is none, or its key was destroyed."""
    return decode_profile(seal.open_sealed(key, account, sealed)) if sealed and key else EMPTY_PROFILE


async def open_profiles(rows: Sequence[Row]) -> dict[int, Profile]:
    """The profiles of rows that have `id` and `sealed_profile`; one query to the keyring for all."""
    wanted = [row["id"] for row in rows if row["sealed_profile"]]
    keys = await seal.keys(wanted)
    return {row["id"]: open_profile(keys.get(row["id"]), row["id"], row["sealed_profile"]) for row in rows}


async def mail_addresses(r: Reader, accounts: Sequence[int]) -> dict[int, MailAddress]:
    """Where mail to these accounts goes (System only); those without an address, or erased, are left out."""
    rows = await r.fetch("select * from accounts.mail_addresses($1, $2)", "mail", list(accounts)) if accounts else []
    keys = await seal.keys([row["account"] for row in rows])
    return {row["account"]: MailAddress(
        row["account"], row["handle"], State(row["state"]), row["digest"], row["confirmed_at"] is not None,
        seal.open_sealed(keys[row["account"]], row["account"], row["sealed_email"]).decode())
        for row in rows if row["account"] in keys}


async def profiles_of(r: Reader, accounts: Sequence[int]) -> list[tuple[Row, Profile]]:
    """For followers that index accounts (System only): id, handle, domain, version, state and what they allow,
    with the profile. Accounts that are gone are left out."""
    rows = await r.fetch("select * from accounts.profiles($1, $2)", "index", list(accounts))
    opened = await open_profiles(rows)
    return [(row, opened[row["id"]]) for row in rows]


async def ids_by_handle(r: Reader, handles: Sequence[str], domain: str = "") -> dict[str, int]:
    """Numbers of the handles that somebody has, by the handle as asked (any case). Tells nothing else of them."""
    lower = [handle.lower() for handle in handles]
    if isinstance(r.viewer, System):
        rows = await r.fetch("select handle, account as id from accounts.handle "
                             "where handle = any($1::text[]) and domain = $2", lower, domain)
        by_lower = {row["handle"]: row["id"] for row in rows}
    else:
        rows = await r.fetch("select ord, id from accounts.by_handles($1, $2, $3)", r.digest, lower,
                             [domain] * len(lower))
        by_lower = {lower[row["ord"] - 1]: row["id"] for row in rows}
    return {asked: by_lower[low] for asked, low in zip(handles, lower, strict=True) if low in by_lower}


async def find(r: Reader, handle: str) -> Account | None:
    """One of our accounts by handle, for the command line (System only)."""
    found = await listed(r, handle=handle)
    return found[0] if found else None


async def listed(r: Reader, *, after: int = 0, limit: int = 100, handle: str | None = None,
                 probes: bool = True, only_crew: bool = False) -> list[Account]:
    """Our accounts, oldest first, for the command line (System only). `probes`: the site's own decoys too."""
    rows = await r.fetch(
        "select a.id, a.handle, a.domain, a.role, a.state, a.is_protected from accounts.account a "
        "where a.domain is null and a.id > $1 and ($3::text is null or a.id = "
        "(select h.account from accounts.handle h where h.handle = lower($3) and h.domain = '')) "
        "and ($4 or a.state & $5 = 0) and (not $6 or a.role <> 'member') order by a.id limit $2", after, limit, handle,
        probes, int(State.PROBE), only_crew)
    return [Account(*row) for row in rows]


async def apps(r: Reader, numbers: Sequence[int]) -> dict[int, App]:
    """Apps by number: their names stand under posts, for everybody to see."""
    return {app.id: app for app in await _apps(r, list(numbers), None)}


async def app_by_client(r: Reader, client_id: str) -> App | None:
    return next(iter(await _apps(r, [], client_id)), None)


async def _apps(r: Reader, numbers: list[int], client_id: str | None) -> list[App]:
    rows = await r.fetch("select * from accounts.apps($1, $2, $3)", r.digest, numbers, client_id)
    return [App(x["id"], x["name"], x["website"], tuple(x["redirect_uris"]), tuple(x["scopes"]), x["client_id"])
            for x in rows]


async def counts(r: Reader) -> Counts:
    """Slow on a large site (reads every account): keep it for minutes."""
    row = await r.row("select * from accounts.counts($1)", r.digest)
    return Counts(*row) if row else Counts(0, 0, 0)


async def domains(r: Reader) -> list[str]:
    """Other servers whose accounts we know, by name."""
    return [row[0] for row in await r.fetch("select * from accounts.domains($1)", r.digest)]


async def contact(r: Reader) -> int | None:
    """The account that answers for this site: its first owner."""
    found = await r.value("select accounts.contact($1)", r.digest)
    return None if found is None else int(found)
