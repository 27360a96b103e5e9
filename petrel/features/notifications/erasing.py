"""Erasing what somebody was told, and what others were told of them."""

from petrel.core.doors import deriving
from petrel.core.erasing import SYSTEM, Batch, Order, erases, pass_over
from petrel.core.ids import cell_of

OWN = (
    "delete from notifications.notification where cell = $1 and account = $2",
    "delete from notifications.held where cell = $1 and account = $2",
    "delete from notifications.request where cell = $1 and account = $2",
    "delete from notifications.permission where cell = $1 and account = $2",
    "delete from notifications.policy where cell = $1 and account = $2",
    "delete from notifications.muted_thread where cell = $1 and account = $2",
    "delete from notifications.conversation where cell = $1 and account = $2",
    "delete from notifications.bell where cell = $1 and author = $2",
)
WINDOW = "where ctid >= $1::text::tid and ctid < $2::text::tid and"
OTHERS = {
    "notifications.notification": f"delete from notifications.notification {WINDOW} actor = $3",
    "notifications.held": f"delete from notifications.held {WINDOW} actor = $3",
    "notifications.request": f"delete from notifications.request {WINDOW} actor = $3",
    "notifications.permission": f"delete from notifications.permission {WINDOW} actor = $3",
    "notifications.bell": f"delete from notifications.bell {WINDOW} account = $3",
}


@erases("notifications", Order.DERIVED)
async def erase(account: int, at: str) -> Batch:
    async with deriving(SYSTEM.purpose) as w:
        return Batch(sum([await w.execute(sql, cell_of(account), account) for sql in OWN]))


@erases("notifications.others", Order.DERIVED)
async def erase_others(account: int, at: str) -> Batch:
    """One window of one table after the other; the place is `table:block`."""
    tables = list(OTHERS)
    table, _, block = at.partition(":") if at else (tables[0], "", "")
    async with deriving(SYSTEM.purpose) as w:
        batch = await pass_over(w, table, OTHERS[table], account, block)
    if batch.at:
        return Batch(batch.gone, f"{table}:{batch.at}")
    rest = tables[tables.index(table) + 1 :]
    return Batch(batch.gone, f"{rest[0]}:" if rest else "")
