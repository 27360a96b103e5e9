"""Each hour how large everything is, so that growth over days is known."""

import asyncio
from pathlib import Path

from petrel.core.doors import deriving
from petrel.core.jobs import every
from petrel.core.retention import kept_for
from petrel.ops.disk.places import sizes

DAYS = 90
NOTE = "insert into ops.disk_sample (place, bytes) select * from unnest($1::text[], $2::bigint[])"
FORGET = "delete from ops.disk_sample where at < now() - make_interval(days => $1)"
_data: Path | None = None


def install(data: Path) -> None:
    """By the jobs process."""
    global _data
    _data = data


@every(3600, "disk.sample")
async def sample() -> str | None:
    """Missed times: a gap in what growth is worked out from."""
    if _data is None:
        return None
    found = await asyncio.to_thread(sizes, _data)
    async with deriving("disk") as w:
        await w.execute(NOTE, [one.place for one in found], [one.bytes for one in found])
        await w.execute(FORGET, DAYS)
    return None


kept_for("ops.disk_sample", days=DAYS, schedule="disk.sample", overdue="at < now() - interval '91 days'")
