"""Erasing what somebody wrote to others in private, and their inbox. What they received stays with who wrote it."""

from petrel.core import seal
from petrel.core.doors import Reader, reading, writing
from petrel.core.erasing import BATCH, CAUSE, SYSTEM, Batch, Order, erases

WRITTEN = "select id, is_own from messages.written_by('erasing', $1, $2, $3)"
ERASE = "select messages.erase_written('erasing', $1, $2::bigint[])"
ERASE_INBOX = "select messages.erase_inbox('erasing', $1)"
WINDOW = 10 * BATCH


async def _written(r: Reader, account: int, at: str) -> tuple[list[int], str]:
    """Numbers in one window, and where the next one begins."""
    rows = await r.fetch(WRITTEN, account, int(at or 0), WINDOW)
    ends = [row["id"] for row in rows if not row["is_own"]]
    return [row["id"] for row in rows if row["is_own"]], str(ends[0]) if ends else ""


@erases("messages.keys", Order.KEYS)
async def destroy_keys(account: int, at: str) -> Batch:
    async with reading(SYSTEM) as r:
        ids, further = await _written(r, account, at)
    return Batch(await seal.destroy(ids), further)


@erases("messages", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    async with reading(SYSTEM) as r:
        ids, further = await _written(r, account, at)
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        async with writing(SYSTEM, cause=CAUSE) as w:
            await w.value(ERASE, account, some)
            w.record("messages.account.swept", account, refs=some)
        await seal.destroy(some)
    return Batch(len(ids), further)


@erases("messages.inbox", Order.FACTS)
async def erase_inbox(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = int(await w.value(ERASE_INBOX, account))
        w.record("messages.inbox.swept", account)
    return Batch(gone)
