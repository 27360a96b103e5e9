"""What of changes is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import at_restore, harmless

harmless({
    "ops.change.noted": "that something was done by a path of its own, which has an entry of its own",
    "ops.change.planned": "a plan does nothing",
    "ops.change.started": "what was under way is undone in a restore",
    "ops.change.widened": "what was under way is undone in a restore",
    "ops.change.paused": "what was under way is undone in a restore",
    "ops.change.resumed": "what was under way is undone in a restore",
    "ops.change.dropped": "a plan does nothing",
    "ops.change.undone": "flags hold back what is new; what people may see is the law's, which no flag touches",
    "ops.change.confirmed": "flags hold back what is new; what people may see is the law's, which no flag touches",
    "ops.changes.frozen": "the crew sees the state of the site after a restore, and freezes again",
    "ops.changes.thawed": "a freeze that comes back is thawed again",
    "ops.rescue.used": "what was done in an emergency; its file counts, whatever the database says",
    "ops.change.ended": "what a restore itself writes: changes under way end",
})


@at_restore("ops.change.ended")
async def end_open(w: Writer) -> int:
    """Nobody knows how far they had come: they begin anew."""
    await w.execute("update ops.flag set becomes = null, becomes_percent = null, change = null, cells = '{}' "
                    "where change is not null")
    await w.execute("delete from ops.flag_account where change in "
                    "(select id from ops.change where state in ('going', 'paused'))")
    await w.execute("delete from ops.release")
    await w.execute("update ops.exposure set until = now() where until is null and change in "
                    "(select id from ops.change where state in ('going', 'paused'))")
    return len(await w.change("update ops.change set state = 'undone', why = 'a restore came', ended_at = now(), "
                              "turn = turn + 1 where state in ('going', 'paused') returning 1"))
