"""The end of what was long ago."""

from petrel.core.doors import deriving
from petrel.core.jobs import every
from petrel.core.retention import kept_for

DAYS = 400
OLD = "ended_at < now() - make_interval(days => $1)"


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
