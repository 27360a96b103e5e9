"""Limiting and suspending an account, and lifting that again: for the room `moderation`, which decides.

source: docs/law/visibility.md sections 4.8 and 4.12.
"""

from typing import Literal

from petrel.core.doors import Writer
from petrel.core.ids import cell_of
from petrel.core.policy import widens
from petrel.features.accounts.shapes import State

RESTRICT = """
update accounts.account set state = state | $3, version = version + 1
 where cell = $1 and id = $2 and state & $3 = 0 and state & 2048 = 0
"""
RELEASE = """
update accounts.account set state = state & ~$3::integer, version = version + 1
 where cell = $1 and id = $2 and state & $3 <> 0
"""
Restriction = Literal["limited", "suspended"]
BITS: dict[Restriction, int] = {"limited": int(State.LIMITED), "suspended": int(State.SUSPENDED)}


async def restrict(w: Writer, account: int, how: Restriction) -> bool:
    """Holds at once, everywhere. False when it is so already, or nobody has this number."""
    if not await w.execute(RESTRICT, cell_of(account), account, BITS[how]):
        return False
    w.record("accounts.account.suspended" if how == "suspended" else "accounts.account.limited", account)
    w.record("accounts.account.changed", account)
    return True


async def release(w: Writer, account: int, how: Restriction) -> bool:
    """False when it was not so."""
    await widens(w, account)
    if not await w.execute(RELEASE, cell_of(account), account, BITS[how]):
        return False
    w.record("accounts.account.released", account, refs=[BITS[how]])
    w.record("accounts.account.changed", account)
    return True
