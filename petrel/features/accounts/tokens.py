"""Bearer tokens: sessions of browsers, access tokens of apps, tokens of apps by themselves.

Only the digest of a token is stored. Who is behind a digest the database alone says (`law.viewer`), at every
read; what `resolve` returns is what the door believes meanwhile.
"""

from collections.abc import Sequence

from petrel.core import ids, scopes, seal
from petrel.core.doors import Reader, Row, Writer, reading
from petrel.core.errors import NotFound, PetrelError
from petrel.core.viewer import Anonymous, AppOnly, Member, System
from petrel.features.accounts import sealing, uses
from petrel.features.accounts.rules import may_sign_in
from petrel.features.accounts.sealing import digest_of, new_token
from petrel.features.accounts.shapes import Issued, MayNotSignIn, Session, TokenKind

SESSION_DAYS = 365

_INSERT = """
insert into accounts.token (digest, kind, id, account, app, scopes, expires_at, sealed_device)
select digest, $2, id, account, $5, $6, now() + make_interval(days => $7), $8
  from unnest($1::bytea[], $3::bigint[], $4::bigint[]) t(digest, id, account) returning made_at
"""
_REVOKE = "update accounts.token set revoked_at = now() where revoked_at is null and {} returning id, account"


VIEWERS = """
select d.ord, v.account, v.kind, v.scopes, v.role, v.state, v.app, v.token
  from unnest($1::bytea[]) with ordinality d(digest, ord) cross join lateral law.viewer(d.digest) v
"""


async def resolve(r: Reader, digest: bytes, *, even_suspended: bool = False) -> Member | AppOnly | None:
    """Who holds the token with this digest; None for nobody, revoked or ended.

    Errors: MayNotSignIn for an account that may not be used (suspended, deactivated, not confirmed).
    """
    found = (await resolve_many(r, [digest], even_suspended=even_suspended))[0]
    if isinstance(found, PetrelError):
        raise found
    return found


async def resolve_many(r: Reader, digests: Sequence[bytes], *,
                       even_suspended: bool = False) -> list[Member | AppOnly | PetrelError | None]:
    """As `resolve`, for many in one query; the error of each stands in its place."""
    rows = {row["ord"] - 1: row for row in await r.fetch(VIEWERS, digests)}
    return [_holder(digest, rows.get(i), even_suspended) for i, digest in enumerate(digests)]


async def resolve_together(digests: list[bytes]) -> list[Member | AppOnly | PetrelError | None]:
    """For `core.together.Together`: the requests of a moment are resolved in one query."""
    async with reading(Anonymous()) as r:
        return await resolve_many(r, digests)


def _holder(digest: bytes, row: Row | None, even_suspended: bool) -> Member | AppOnly | PetrelError | None:
    if row is None or row["kind"] is None:
        return None
    held = frozenset(row["scopes"])
    if row["account"] is None:
        return AppOnly(row["app"], digest, held)
    member = Member(row["account"], digest, held, row["role"], row["app"], row["token"], row["kind"] == "session",
                    row["kind"] == "outdated")
    try:
        may_sign_in(row["state"], even_suspended=even_suspended)
    except MayNotSignIn as error:
        error.holder = member
        return error
    if member.token is not None:
        uses.note(member.token)
    return member


async def issue(w: Writer, account: int | None, app: int | None, wanted: Sequence[str]) -> Issued:
    """A token by which an app acts for an account, or for itself (`account` None). It does not end by itself."""
    return (await _issue(w, "app" if account is None else "access", [account], app, wanted))[0]


async def issue_many(w: Writer, accounts: Sequence[int], wanted: Sequence[str]) -> list[str]:
    """Access tokens without an app, in the order of the accounts. For the command line and replays."""
    return [one.token for one in await _issue(w, "access", accounts, None, wanted)]


async def open_session(w: Writer, account: int, device: str = "") -> Issued:
    """A browser's way in, for a year. `device`: how its holder will know it, such as "Firefox on Android"."""
    sealed = await sealing.seal_text(account, device.encode()) if device else None
    return (await _issue(w, "session", [account], None, scopes.EVERYTHING_A_MEMBER_MAY, days=SESSION_DAYS,
                         sealed_device=sealed))[0]


async def issue_for_export(w: Writer, account: int) -> tuple[bytes, int]:
    """Digest and number of a token that reads as the account while its export is made, for a day at most. Whoever
    makes the export asks the database as that person, and is given what the law gives them."""
    one = (await _issue(w, "access", [account], None, ["read"], days=1))[0]
    return digest_of(one.token), one.id


async def sign_out(w: Writer) -> None:
    """Ends the session or token that this writer acts by. Twice does no harm."""
    await _revoke(w, "id = (select id from accounts.token_of($1))", w.digest)


async def revoke(w: Writer, token: int) -> None:
    """Ends one of the acting member's sessions or tokens; the system may end anybody's. Errors: NotFound."""
    is_system = isinstance(w.viewer, System)
    if not await _revoke(w, "id = $1 and ($2 or account = $3)", token, is_system, w.account):
        raise NotFound


async def revoke_digest(w: Writer, digest: bytes, app: int) -> bool:
    """Ends a token of this app, by its digest; False when the app has no such token. Twice is True twice."""
    row = await w.row("select id, app from accounts.token_of($1)", digest)
    if row is None or row["app"] != app:
        return False
    await _revoke(w, "id = $1", row["id"])
    return True


async def is_known(w: Writer, digest: bytes) -> bool:
    return bool(await w.value("select is_good from accounts.token_of($1)", digest))


async def revoke_number(w: Writer, token: int) -> None:
    """Ends a token by its number, whoever acts. For this room."""
    await _revoke(w, "id = $1", token)


async def revoke_all(w: Writer, account: int, *, even_own: bool = False) -> int:
    """Ends every way into an account but the one this writer acts by (or that too); returns how many."""
    return await _revoke(w, "account = $1 and ($3 or id is distinct from (select id from accounts.token_of($2)))",
                         account, w.digest, even_own)


async def sessions(r: Reader) -> list[Session]:
    """What is signed in to the viewer's account, newest first; nothing for apps."""
    rows = await r.fetch("select * from accounts.ways_in($1)", r.digest)
    key = await sealing.key_of(rows[0]["account"]) if any(x["sealed_device"] for x in rows) else b""
    return [Session(x["id"], x["kind"], x["app"], tuple(x["scopes"]), x["made_at"], x["expires_at"], x["is_current"],
                    x["used_on"], x["website"], _device(key, x)) for x in rows]


def _device(key: bytes, row: Row) -> str:
    return seal.open_sealed(key, row["account"], row["sealed_device"]).decode() if row["sealed_device"] else ""


async def _issue(w: Writer, kind: TokenKind, accounts: Sequence[int | None], app: int | None, wanted: Sequence[str],
                 days: int | None = None, sealed_device: bytes | None = None) -> list[Issued]:
    bearers = [new_token() for _ in accounts]
    numbers = [ids.new_id(ids.any_cell() if a is None else ids.cell_of(a)) for a in accounts]
    rows = await w.change(_INSERT, [digest_of(b) for b in bearers], kind, numbers, list(accounts), app, list(wanted),
                          days, sealed_device)
    for number, account in zip(numbers, accounts, strict=True):
        w.record("accounts.token.issued", number, refs=[account or 0, app or 0], actor=account)
    return [Issued(b, n, tuple(wanted), rows[0]["made_at"]) for b, n in zip(bearers, numbers, strict=True)]


async def _revoke(w: Writer, which: str, *args: object) -> int:
    rows = await w.change(_REVOKE.format(which), *args)
    for row in rows:
        w.record("accounts.token.revoked", row["id"], refs=[row["account"] or 0])
    return len(rows)
