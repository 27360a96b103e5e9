"""The schedule that looks what waits, and says how careful the site is."""

import structlog

from petrel.core import clock, limits
from petrel.core.doors import deriving, reading, writing
from petrel.core.jobs import every
from petrel.core.viewer import System
from petrel.ops.attendance import reads
from petrel.ops.attendance.rules import EFFECTS, caution, oldest_pressing

log = structlog.get_logger("petrel.attendance")

WHO = System("attendance")
KEEP = """
insert into ops.attendance as a (mode, oldest_at) values ($1, $2)
on conflict (is_one) do update set mode = excluded.mode, oldest_at = excluded.oldest_at,
  since = case when a.mode = excluded.mode then a.since else now() end
"""


@every(20, "ops.attendance")
async def look() -> str | None:
    """Missed times: the site stays as careful as it was. Twice: the same again."""
    async with reading(WHO) as r:
        things, before = await reads.waiting(r), await reads.standing(r)
    now, oldest_at, setting = clock.now(), oldest_pressing(things), limits.current()
    level = caution(now, oldest_at, careful_h=setting.careful_after_h, safe_h=setting.safe_after_h)
    was = before.caution if before is not None else 0
    if before is not None and (level, oldest_at) == (was, before.oldest_at):
        return None
    if level == was:
        async with deriving("attendance") as w:
            await w.execute(KEEP, level, oldest_at)
        return None
    async with writing(WHO, cause="attendance") as w:
        await w.execute(KEEP, level, oldest_at)
        w.record("ops.attendance.changed", level, cell=0)
    (log.warning if level > was else log.info)("how careful the site is has changed", caution=level, was=was,
                                               waits=len(things), oldest=str(oldest_at or ""), means=EFFECTS[level])
    return EFFECTS[level]
