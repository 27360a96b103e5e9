"""The search for what grows, four times a day; the end of what was kept."""

from collections.abc import Iterable
from datetime import UTC, datetime

from petrel.core import amounts
from petrel.core.doors import Writer, deriving
from petrel.core.jobs import every
from petrel.core.retention import kept_for
from petrel.ops.signals import reads
from petrel.ops.signals.census import Clocked, at_hour, census
from petrel.ops.signals.drifting import MOST_DAYS, WHOLE_DAY, Drift, find

OBJECTIVES = {"answer_p99_seconds": 1.0, "answer_mean_seconds": 0.3, "answer_failed_ratio": 0.05,
              "schedule_seconds": 60.0, "follower_lag_seconds": 60.0, "canary_seconds": 5.0,
              "jobs_overdue_seconds": 300.0, "connections_used_ratio": 0.9, "disk_used_ratio": 0.85,
              "transaction_oldest_seconds": 120.0}
"""What may grow until where: the rules of watching say the same of what they watch. Nothing else is searched: that a
counter rises is no news."""

KEEP = """
insert into ops.drift (series, hour, days, first, last, per_day, objective, left_days, said)
select * from unnest($1::smallint[], $2::smallint[], $3::smallint[], $4::float8[], $5::float8[], $6::float8[],
                     $7::float8[], $8::float8[], $9::text[])
on conflict (series, hour) do update
   set days = excluded.days, first = excluded.first, last = excluded.last, per_day = excluded.per_day,
       objective = excluded.objective, left_days = excluded.left_days, said = excluded.said
"""
END = """
delete from ops.drift d where not exists
  (select from unnest($1::smallint[], $2::smallint[]) f(series, hour) where f.series = d.series and f.hour = d.hour)
"""
FORGET = """
delete from ops.look where (grain = 1 and at < now() - interval '14 days')
   or (grain = 15 and at < now() - interval '26 hours') or (grain = 300 and at < now() - interval '40 days')
   or at > now() + interval '1 hour'
"""


@every(6 * 3600, "signals.drift")
async def look_for_drift() -> str | None:
    """Missed times: found at the next."""
    async with deriving("signals") as w:
        found = await search(w, datetime.now(UTC))
    return f"{len(found)} things grow a little every day" if found else None


async def search(w: Writer, until: datetime) -> list[Drift]:
    """Looks at the days before `until`, and keeps what it finds instead of what it found before."""
    days, names, places = await reads.days_of_hours(w, until, MOST_DAYS)
    wanted = [at for at, (name, _) in enumerate(names) if name in OBJECTIVES]
    found = find(days[:, :, wanted], [names[at] for at in wanted], OBJECTIVES)
    things = await census(w)
    place = dict(zip(names, places, strict=True))
    keys = [place[one.name, one.target] for one in found], [one.hour for one in found]
    await w.execute(END, *keys)
    if found:
        await w.execute(KEEP, *keys, [one.days for one in found], [one.first for one in found],
                        [one.last for one in found], [one.per_day for one in found],
                        [one.objective for one in found], [one.left_days for one in found],
                        [sentence(one, things) for one in found])
    return found


def sentence(one: Drift, things: Iterable[Clocked] = ()) -> str:
    """For the alert, which says the days that are left itself. Pure."""
    when = "every day" if one.hour == WHOLE_DAY else f"every day around {one.hour:02}:00 UTC"
    said = (f"{what(one.name, one.target)} grows {when}: {amounts.of(one.name, one.first)} to "
            f"{amounts.of(one.name, one.last)} in {one.days} days")
    if beside := [f"{thing.kind} {thing.name}" for thing in at_hour(things, one.hour) if thing.name != one.target]:
        said += f" (then also runs: {', '.join(beside)})"
    return said


def what(name: str, target: str) -> str:
    """A series in words: the job or the address first. Pure."""
    if name == "schedule_seconds":
        return f"the time of the job {target}"
    if name.startswith("answer"):
        return f"{name.replace('_', ' ')} of {target or 'all answers'}"
    return f"{name.replace('_', ' ')}{f' of {target}' if target else ''}"


@every(3600, "signals.forget")
async def forget() -> str | None:
    """Missed times: rows stay a while longer."""
    async with deriving("signals") as w:
        count = await w.execute(FORGET)
    return f"{count} looks of long ago forgotten" if count else None


kept_for("ops.look", days=40, schedule="signals.forget", overdue="at < now() - interval '41 days'")
