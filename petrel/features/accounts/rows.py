"""Rows of accounts: the statements, and nothing decided. Reads for the web are functions in `functions.sql`."""

from collections.abc import Sequence

from msgspec import Struct

from petrel.core import policy
from petrel.core.doors import Reader, Row, Writer
from petrel.core.ids import cell_of
from petrel.features.accounts.shapes import Changes, Look, RemoteAccount, Way

INSERT_ACCOUNTS = """
insert into accounts.account (cell, id, handle, domain, role, state, is_protected, is_discoverable, is_indexable,
                              is_bot, sealed_profile, joined_at)
select law.cell(id), id, handle, nullif(domain, ''), role, state, is_protected, is_discoverable, is_indexable, is_bot,
       sealed_profile, to_timestamp((id >> 16) / 1000.0)
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::boolean[], $7::boolean[],
              $8::boolean[], $9::boolean[], $10::bytea[])
       a(id, handle, domain, role, state, is_protected, is_discoverable, is_indexable, is_bot, sealed_profile)
"""
INSERT_HANDLES = """
insert into accounts.handle (handle, domain, account)
select * from unnest($1::text[], $2::text[], $3::bigint[]) on conflict do nothing returning account
"""
INSERT_CREDENTIAL = """
insert into accounts.credential (cell, account, email_digest, sealed_email, secret_hash, locale, waits_for_crew,
                                 must_confirm, came_alone, email_signs_in)
values (law.cell($1), $1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (email_digest) where email_signs_in do nothing returning account
"""


class NewRow(Struct, frozen=True):
    """An account as it is inserted. `handle` as typed; `domain` "" for ours."""

    id: int
    handle: str
    domain: str = ""
    role: str = "member"
    state: int = 0
    protected: bool = False
    discoverable: bool = False
    indexable: bool = False
    bot: bool = False
    sealed_profile: bytes | None = None


async def insert_accounts(w: Writer, new: Sequence[NewRow]) -> set[int]:
    """Inserts accounts and their handles; returns the ids whose handle was taken, which must not stay."""
    won = await w.change(INSERT_HANDLES, [n.handle.lower() for n in new], [n.domain for n in new], [n.id for n in new])
    taken = {n.id for n in new} - {row[0] for row in won}
    if not taken:
        await w.execute(
            INSERT_ACCOUNTS, [n.id for n in new], [n.handle for n in new], [n.domain for n in new],
            [n.role for n in new], [n.state for n in new], [n.protected for n in new],
            [n.discoverable for n in new], [n.indexable for n in new], [n.bot for n in new],
            [n.sealed_profile for n in new])
    return taken


class NewCredential(Struct, frozen=True):
    account: int
    email_digest: bytes | None = None
    sealed_email: bytes | None = None
    secret_hash: str | None = None
    locale: str | None = None
    way: Way = Way()


async def insert_credential(w: Writer, new: NewCredential) -> None:
    """The address signs in only when it is confirmed or need not be, and nobody else has it."""
    values = (new.account, new.email_digest, new.sealed_email, new.secret_hash, new.locale, new.way.waits_for_crew,
              new.way.confirms, new.way.came_alone)
    signs_in = new.email_digest is not None and not new.way.confirms
    if not await w.change(INSERT_CREDENTIAL, *values, signs_in):
        await w.execute(INSERT_CREDENTIAL, *values, False)


COLUMNS = {
    "protected": "is_protected", "discoverable": "is_discoverable", "indexable": "is_indexable", "bot": "is_bot",
    "hides_network": "hides_network", "default_audience": "default_audience",
    "default_sensitive": "default_sensitive", "default_language": "default_language", "default_quote": "default_quote",
}


async def update_account(w: Writer, account: int, changes: Changes, sealed_profile: bytes | None) -> None:
    """Writes what is set in `changes`; a sealed profile when there is one. The version grows by one."""
    values: list[object] = [cell_of(account), account]
    parts = ["version = version + 1"]
    for name, column in COLUMNS.items():
        value = getattr(changes, name)
        if isinstance(value, bool | int | str) or value is None:
            values.append(value)
            parts.append(f"{column} = ${len(values)}")
    if sealed_profile is not None:
        values.append(sealed_profile)
        parts.append(f"sealed_profile = ${len(values)}")
    # Column names come from the table above, never from outside.
    await w.execute(f"update accounts.account set {', '.join(parts)} where cell = $1 and id = $2", *values)


async def set_role(w: Writer, account: int, role: str) -> None:
    await w.execute("update accounts.account set role = $3, version = version + 1 where cell = $1 and id = $2",
                    cell_of(account), account, role)


async def open_to_all(w: Writer, account: int) -> None:
    await policy.widens(w, account)
    await w.execute("update accounts.account set is_protected = false, version = version + 1 "
                    "where cell = $1 and id = $2", cell_of(account), account)


async def fetch_account(r: Reader, account: int) -> Row | None:
    """For writers and the system: the account without what is sealed."""
    return await r.row("select id, handle, domain, role, state, is_protected from accounts.account "
                       "where cell = $1 and id = $2", cell_of(account), account)


async def secrets_of(w: Writer, why: str, *, handle: str | None = None, email: bytes | None = None,
                     account: int | None = None) -> Row | None:
    return await w.row("select * from accounts.secrets_of($1, $2, $3, $4)", why, handle, email, account)


async def set_secret(w: Writer, account: int, secret_hash: str) -> None:
    await w.execute(
        "insert into accounts.credential (cell, account, secret_hash) values ($1, $2, $3) "
        "on conflict (cell, account) do update set secret_hash = $3",       # `excluded` would have to be read
        cell_of(account), account, secret_hash)


SET_LOOK = """
insert into accounts.credential (cell, account, theme, text_size, is_calm, locale) values ($1, $2, $3, $4, $5, $6)
on conflict (cell, account) do update set theme = $3, text_size = $4, is_calm = $5, locale = $6
"""


async def set_look(w: Writer, account: int, look: Look, locale: str | None) -> None:
    await w.execute(SET_LOOK, cell_of(account), account, look.theme, look.text_size, look.is_calm, locale)


async def set_email(w: Writer, account: int, digest: bytes, sealed: bytes) -> None:
    """It signs in only once it is confirmed; the link to the same address goes on working."""
    await w.execute(
        "insert into accounts.credential (cell, account, email_digest, sealed_email) values ($1, $2, $3, $4) "
        "on conflict (cell, account) do update set email_digest = $3, sealed_email = $4, email_signs_in = false, "
        "confirmed_at = null, confirm_digest = case when credential.email_digest = $3 then credential.confirm_digest "
        "end", cell_of(account), account, digest, sealed)


async def note_sign_in(w: Writer, account: int) -> None:
    await w.execute("update accounts.credential set signed_in_at = now() where cell = $1 and account = $2",
                    cell_of(account), account)


async def set_confirm_digest(w: Writer, account: int, digest: bytes) -> int:
    return await w.execute("update accounts.credential set confirm_digest = $3 where cell = $1 and account = $2 "
                           "and confirmed_at is null and email_digest is not null", cell_of(account), account, digest)


async def take_confirmation(w: Writer, digest: bytes) -> Row | None:
    """Marks the address behind this link as confirmed, once. It signs in from now on, unless somebody else has
    confirmed it before; one who gave it without confirming loses it."""
    rows = await w.change(
        "update accounts.credential set confirmed_at = now(), confirm_digest = null "
        "where confirm_digest = $1 returning cell, account, email_digest, waits_for_crew", digest)
    if not rows:
        return None
    one = rows[0]
    await w.execute("update accounts.credential set email_signs_in = false "
                    "where email_digest = $1 and email_signs_in and confirmed_at is null", one["email_digest"])
    await w.execute(
        "update accounts.credential set email_signs_in = true where cell = $1 and account = $2 and not exists "
        "(select from accounts.credential o where o.email_digest = $3 and o.email_signs_in)",
        one["cell"], one["account"], one["email_digest"])
    if not one["waits_for_crew"]:
        await w.execute(LET_IN, one["account"])
    return one


LET_IN = """
update accounts.account set state = state & ~4096, version = version + 1 where cell = law.cell($1) and id = $1
"""
ADMIT = """
update accounts.credential set waits_for_crew = false
 where cell = law.cell($1) and account = $1 and waits_for_crew
returning not must_confirm or confirmed_at is not null as is_ready
"""
WAITS = "select waits_for_crew from accounts.credential where cell = law.cell($1) and account = $1"
WAITING = """
select c.account from unnest($1::bigint[]) o(id)
  join accounts.credential c on c.cell = law.cell(o.id) and c.account = o.id where c.waits_for_crew
"""
CAME_ALONE = """
select c.account from unnest($1::bigint[]) o(id)
  join accounts.credential c on c.cell = law.cell(o.id) and c.account = o.id where c.came_alone
"""


async def admit(w: Writer, account: int) -> bool:
    """False when it does not wait for the crew."""
    found = await w.change(ADMIT, account)
    if found and found[0]["is_ready"]:
        await w.execute(LET_IN, account)
    return bool(found)


async def waits(r: Reader, account: int) -> bool:
    return bool(await r.value(WAITS, account))


async def waiting(r: Reader, accounts: Sequence[int]) -> set[int]:
    """Those of them that wait for the crew to let them in (System only)."""
    return {int(row[0]) for row in await r.fetch(WAITING, list(accounts))} if accounts else set()


async def came_alone(r: Reader, accounts: Sequence[int]) -> set[int]:
    """Those of them that came by the form, without an invitation."""
    return {int(row[0]) for row in await r.fetch(CAME_ALONE, list(accounts))}


async def upsert_remote(w: Writer, account: int, remote: RemoteAccount) -> None:
    await w.execute(
        "insert into accounts.remote (cell, account, actor_uri, inbox_uri, shared_inbox_uri, key_uri, public_key, "
        "fetched_at) values ($1, $2, $3, $4, $5, $6, $7, now()) "
        "on conflict (cell, account) do update set inbox_uri = excluded.inbox_uri, "
        "shared_inbox_uri = excluded.shared_inbox_uri, key_uri = excluded.key_uri, "
        "public_key = excluded.public_key, fetched_at = now()",
        cell_of(account), account, remote.actor_uri, remote.inbox_uri, remote.shared_inbox_uri, remote.key_uri,
        remote.public_key)


# At most so many of each a run, so that a transaction stays short.
SWEEPS = (
    "delete from accounts.grant_code where digest in (select digest from accounts.grant_code "
    "where expires_at < now() - interval '1 day' limit 5000)",
    "delete from accounts.token where id in (select id from accounts.token "
    "where revoked_at < now() - interval '30 days' or expires_at < now() - interval '30 days' limit 5000)",
    "delete from accounts.reset where digest in (select digest from accounts.reset "
    "where expires_at < now() - interval '1 day' limit 5000)",
    "delete from accounts.invite where digest in (select digest from accounts.invite "
    "where uses_left = 0 or expires_at < now() limit 5000)",
    "delete from accounts.used_challenge where digest in (select digest from accounts.used_challenge "
    "where expires_at < now() limit 5000)",
)
UNCONFIRMED_DAYS, UNDECIDED_DAYS = 7, 30


async def sweep(w: Writer) -> int:
    """Removes what can never be used again; returns how many rows."""
    return sum([await w.execute(sql) for sql in SWEEPS])


async def remove_unconfirmed(w: Writer) -> list[int]:
    """Removes accounts whose address was not confirmed within a week. They could never act, so nothing hangs on
    them."""
    rows = await w.change(
        "delete from accounts.account where (cell, id) in (select cell, id from accounts.account a "
        "where state & 4096 <> 0 and joined_at < now() - make_interval(days => $1) and not exists "
        "(select from accounts.credential c where c.cell = a.cell and c.account = a.id and c.waits_for_crew "
        "and a.joined_at > now() - make_interval(days => $2)) limit 1000) returning id",
        UNCONFIRMED_DAYS, UNDECIDED_DAYS)
    removed = [int(row[0]) for row in rows]
    if removed:
        await remove(w, removed)
    return removed


async def remove(w: Writer, accounts: list[int]) -> int:
    """The rows of this room; returns how many accounts were still there."""
    gone = await w.execute("delete from accounts.account a using unnest($1::bigint[]) g(id) "
                           "where a.cell = law.cell(g.id) and a.id = g.id", accounts)
    await w.execute("delete from accounts.handle where account = any($1::bigint[])", accounts)
    await w.execute("delete from accounts.token where account = any($1::bigint[])", accounts)
    await w.execute("delete from accounts.actor_key where account = any($1::bigint[])", accounts)
    await w.execute("delete from accounts.credential c using unnest($1::bigint[]) g(id) "
                    "where c.cell = law.cell(g.id) and c.account = g.id", accounts)
    return gone
