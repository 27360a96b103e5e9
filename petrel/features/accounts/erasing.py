"""Erasing what accounts hold of somebody: the way in at once, the rest as the last step of all.

What stays is the number, in a row that says nothing else, so that whatever still names it is answered as the law
has it for what is purged; and the handle as a keyed digest, so that nobody can take the name and pass for who had it.
source: docs/decisions/0017-erasure.md
"""

import hmac
from collections.abc import Sequence

from petrel.core import policy, seal
from petrel.core.doors import Reader, Writer, writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases
from petrel.core.errors import NotFound
from petrel.core.ids import cell_of
from petrel.features.accounts import rows, tokens
from petrel.features.accounts.shapes import State

RETIRED_DAYS = 90

_STATE = "update accounts.account set state = state | $3, version = version + 1 where cell = $1 and id = $2"
_RETIRE = """
insert into accounts.retired_handle (digest) values ($1) on conflict (digest) do update set retired_at = now()
"""
_ARE_RETIRED = """
select digest from accounts.retired_handle
 where digest = any($1::bytea[]) and retired_at > now() - make_interval(days => $2)
"""
_FREE = "delete from accounts.retired_handle where retired_at < now() - make_interval(days => $1)"
# An erased account is closed and says nothing: every erased account has the same row but for its number.
_EMPTY = """
update accounts.account set handle = '', domain = null, role = 'member', state = $3, is_protected = true,
       is_discoverable = false, is_indexable = false, is_bot = false, hides_network = true, default_audience = 0,
       default_sensitive = false, default_language = null, default_quote = 0, version = version + 1,
       sealed_profile = null, posts_count = 0, followers_count = 0, following_count = 0, last_post_on = null,
       joined_at = 'epoch', country = null
 where cell = $1 and id = $2
"""
_ROWS = (
    "delete from accounts.token where account = $1",
    "delete from accounts.grant_code where account = $1",
    "delete from accounts.reset where account = $1",
    "delete from accounts.invite where maker = $1",
    "delete from accounts.announcement_reaction where cell = law.cell($1) and account = $1",
    "delete from accounts.announcement_read where cell = law.cell($1) and account = $1",
    "delete from accounts.actor_key where cell = law.cell($1) and account = $1",
    "delete from accounts.code_app where cell = law.cell($1) and account = $1",
    "delete from accounts.recovery_code where cell = law.cell($1) and account = $1",
    "delete from accounts.passkey where cell = law.cell($1) and account = $1",
    "delete from accounts.credential where cell = law.cell($1) and account = $1",
    "delete from accounts.remote where cell = law.cell($1) and account = $1",
    "delete from accounts.handle where account = $1",
)


async def begin_erasing(w: Writer, account: int) -> None:
    """Hides an account from everybody and ends every way into it, at once. Its end follows as a job of `privacy`.

    Twice does no harm. Errors: NotFound (no such account, or not one of ours).
    """
    row = await rows.fetch_account(w, account)
    if row is None or row["domain"] is not None:
        raise NotFound

    await hide(w, account)
    await tokens.revoke_all(w, account, even_own=True)

    w.record("accounts.account.erasing", account)
    w.record("accounts.account.changed", account)


async def hide(w: Writer, account: int) -> bool:
    """Nobody sees anything of the account any more. False when there is no such account. Records nothing."""
    return bool(await w.execute(_STATE, cell_of(account), account, int(State.DEACTIVATED)))


async def retired(r: Reader, handles: Sequence[str]) -> set[str]:
    """Which of these handles (lower case) belonged to somebody whose account was erased within 90 days."""
    digests = {await _digest(handle): handle for handle in handles}
    return {digests[row[0]] for row in await r.fetch(_ARE_RETIRED, list(digests), RETIRED_DAYS)}


async def free_handles(w: Writer) -> int:
    """Frees handles whose holders were erased 90 days ago; returns how many."""
    return await w.execute(_FREE, RETIRED_DAYS)


@erases("accounts.key", Order.KEYS)
async def destroy_key(account: int, at: str) -> Batch:
    """Profile, address, notes, lists, filters: all that is sealed under the account's key."""
    return Batch(await seal.destroy([account]))


@erases("accounts", Order.ACCOUNT)
async def erase(account: int, at: str) -> Batch:
    """The last step: only the number is left."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        handle = await w.value("select handle from accounts.handle where account = $1 and domain = ''", account)
        if handle is not None:
            await w.execute(_RETIRE, await _digest(handle))
        gone = sum([await w.execute(sql, account) for sql in _ROWS])
        await policy.widens(w, account)     # whether it was suspended goes too; purged shows less than that
        await w.execute(_EMPTY, cell_of(account), account, int(State.DEACTIVATED | State.PURGED))
        w.record("accounts.account.erased", account)
    return Batch(gone + 1)


async def _digest(handle: str) -> bytes:
    """Keyed, so that a copy of the table cannot be searched for names."""
    return hmac.digest(await seal.secret("handles"), handle.lower().encode(), "sha256")
