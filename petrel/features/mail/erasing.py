"""Erasing what is known of somebody's mail."""

from petrel.core import seal
from petrel.core.doors import deriving, writing
from petrel.core.erasing import CAUSE, SYSTEM, Batch, Order, erases

LETTERS_WITH_KEYS = "select id from mail.letter where account = $1 and ended_at is null"
ROWS = (
    "delete from mail.letter where account = $1",
    "delete from mail.wish where cell = law.cell($1) and account = $1",
    "delete from mail.refusal where cell = law.cell($1) and account = $1",
)


@erases("mail.keys", Order.KEYS)
async def destroy_keys(account: int, at: str) -> Batch:
    """What letters that wait would have said."""
    async with deriving("erasing") as w:
        letters = [int(row[0]) for row in await w.fetch(LETTERS_WITH_KEYS, account)]
    return Batch(await seal.destroy(letters))


@erases("mail", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = sum([await w.execute(sql, account) for sql in ROWS])
        if gone:
            w.record("mail.account.swept", account)
    return Batch(gone)
