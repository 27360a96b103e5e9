"""The end of what was long ago; and who looks whether the brain looks."""

from pathlib import Path

from petrel.core.doors import deriving, reading
from petrel.core.jobs import every
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.ops.incidents.minding import Minder
from petrel.ops.watching import Owner

DAYS = 400
OLD = "ended_at < now() - make_interval(days => $1)"
AGE_S = "select extract(epoch from now() - at)::float8 from ops.measured"
_minder: Minder | None = None


def install(data: Path, crew: Owner) -> None:
    """By the jobs' process: who is called where the plan names nobody else."""
    global _minder
    _minder = Minder(data, crew)


@every(60, "incidents.mind")
async def mind() -> str | None:
    """Calls somebody when the brain says nothing, which would call. Missed times: at the next."""
    if _minder is None:
        return None
    async with reading(System("incidents")) as r:
        age_s = await r.value(AGE_S)
    return await _minder.look(age_s)


@every(24 * 3600, "incidents.forget")
async def forget() -> str | None:
    """Incidents stay for a year and a month, as changes do. Missed times: longer."""
    async with deriving("incidents") as w:
        old = [row[0] for row in await w.fetch(f"select id from ops.incident where {OLD} limit 10000", DAYS)]
        await w.execute("delete from ops.page where incident = any($1::bigint[])", old)
        await w.execute("delete from ops.incident_note where incident = any($1::bigint[])", old)
        await w.execute("update ops.incident set joined = null where joined = any($1::bigint[])", old)
        await w.execute("delete from ops.incident where id = any($1::bigint[])", old)
    return f"{len(old)} incidents of long ago forgotten" if old else None


kept_for("ops.incident", days=DAYS, schedule="incidents.forget", overdue="ended_at < now() - interval '402 days'")
kept_for("ops.incident_note", days=DAYS, schedule="incidents.forget")
kept_for("ops.page", days=DAYS, schedule="incidents.forget")
