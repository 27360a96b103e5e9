"""Comparing this release with the one before; the end of what was counted long ago."""

from petrel.core.doors import deriving
from petrel.core.jobs import every
from petrel.core.retention import kept_for
from petrel.ops.speed import changes

DAYS = 90


@every(120, "speed.compare")
async def compare() -> str | None:
    """Twice: the same. Late: a slower release is noticed later."""
    async with deriving("speed") as w:
        await changes.look(w)
    return None


@every(6 * 3600, "speed.forget")
async def forget() -> str | None:
    """Missed times: they stay a while longer."""
    async with deriving("speed") as w:
        count = 0
        for table in ("field_measure", "answer_time"):
            count += len(await w.fetch(f"delete from ops.{table} where day < now() - interval '90 days' returning 1"))
    return f"{count} rows of long ago forgotten" if count else None


for _table in ("ops.field_measure", "ops.answer_time"):
    kept_for(_table, days=DAYS, schedule="speed.forget", overdue="day < now() - interval '92 days'")
