"""What runs by the clock: schedules of the site, its backups, the cleaning of the databases. To be joined by time with
what grows: whoever reads "a little slower every day at 00" is to see what runs at 00."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from petrel.core.doors import Reader
from petrel.core.jobs import SCHEDULES
from petrel.ops.backups import newest

SEES = """
select 'schedule' as kind, name, ran_at as at from ops.schedule where ran_at is not null
union all
select 'vacuum', schemaname || '.' || relname, greatest(last_autovacuum, last_autoanalyze)
  from pg_stat_user_tables where greatest(last_autovacuum, last_autoanalyze) > now() - interval '2 days'
"""
OFTEN_S = 3 * 3600
"""What comes more often than this is at every hour, and explains none."""


class Clocked(Struct, frozen=True):
    """One thing that runs by itself. `every_s`: 0 where it has no fixed distance."""

    kind: str
    name: str
    last_at: datetime
    every_s: float = 0.0


async def census(r: Reader, data: Path | None = None) -> list[Clocked]:
    """For System readers. By time of day."""
    found = [Clocked(row["kind"], row["name"], row["at"], _every_s(row["kind"], row["name"]))
             for row in await r.fetch(SEES)]
    if data is not None and (last := newest(data)) is not None:
        found.append(Clocked("backup", "petrel backups", datetime.fromtimestamp(datetime.now(UTC).timestamp()
                                                                                - last.age_s(), UTC), 86_400))
    return sorted(found, key=lambda one: one.last_at.astimezone(UTC).time())


def _every_s(kind: str, name: str) -> float:
    return SCHEDULES[name].every_s if kind == "schedule" and name in SCHEDULES else 0.0


def at_hour(things: Iterable[Clocked], hour: int, most: int = 3) -> list[Clocked]:
    """Those that last ran within that hour of the day, and do not run at every hour anyway. Pure."""
    return [one for one in things if one.last_at.astimezone(UTC).hour == hour
            and not 0 < one.every_s < OFTEN_S][:most]
