"""The end of what happened long ago, and flags that outlive their day."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from petrel.core import emergency, flags, ids
from petrel.core.doors import deriving, writing
from petrel.core.jobs import every
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.ops import releases, watching
from petrel.ops.changes import commands, slips

DAYS = 400


@every(24 * 3600, "changes.forget")
async def forget() -> str | None:
    """Changes stay for a year and a month, so that a year can be compared with the one before. Missed times: longer."""
    async with deriving("changes") as w:
        old = [row[0] for row in await w.fetch(
            "select id from ops.change c where coalesce(c.ended_at, c.made_at) < now() - make_interval(days => $1) "
            "and c.state not in ('going', 'paused') and not exists "
            "(select from ops.change later where later.needs = c.id) limit 10000", DAYS)]
        await w.execute("delete from ops.exposure where change = any($1::bigint[])", old)
        await w.execute("delete from ops.change where id = any($1::bigint[])", old)
        await w.execute("delete from ops.flag_account where until < current_date")
        thawed = await w.execute("delete from ops.freeze where until < now() - make_interval(days => $1)", DAYS)
    return f"{len(old) + thawed} changes of long ago forgotten" if old or thawed else None


kept_for("ops.change", days=DAYS, schedule="changes.forget",
         overdue="ended_at < now() - interval '402 days'")
kept_for("ops.flag_account", days=1, schedule="changes.forget", overdue="until < current_date - 2")
kept_for("ops.exposure", days=DAYS, schedule="changes.forget")
kept_for("ops.freeze", days=DAYS, schedule="changes.forget", overdue="until < now() - interval '402 days'")


@every(15, "changes.rescue")
async def tell_rescue() -> str | None:
    """What was done by petrel-rescue comes into the journal, once that works again. Missed times: at the next."""
    lines = emergency.untold()
    if not lines:
        return None
    async with writing(System("changes"), cause="petrel-rescue") as w:
        for line in lines:
            w.record("ops.rescue.used", ids.new_id(ids.any_cell()), body=line)
    emergency.tell(lines)
    return f"petrel-rescue was used {len(lines)} times"


@every(5, "changes.noted")
async def note() -> str | None:
    """What was done by a path of its own comes into the ledger. Missed times: at the next; slips lie until then."""
    if not releases.is_installed():
        return None
    data, now, noted = releases.folder(), datetime.now(UTC), 0
    for slip in slips.read(data):
        if not slip.is_over(now):
            continue
        async with writing(System("changes"), cause=f"slip {slip.kind}") as w:
            noted += await commands.note(w, slip) is not None
        slips.drop(data, slip)
    return f"{noted} changes noted that were made by a path of their own" if noted else None


@watching.source
def overdue(_data: Path) -> Iterator[watching.Measure]:
    """Days for which a flag has been in the code beyond its last."""
    today = datetime.now(UTC).date()
    for flag in flags.FLAGS.values():
        if (days := (today - flag.until).days) > 0:
            yield watching.Measure("flag_overdue_days", days, flag.name)
