"""The policy's number is raised again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.ops.policy.commands import RAISE

harmless({"ops.policy.outdated": "that an older program was connected; it is told of again while it is"})


@restricts("ops.policy.raised")
async def raised(w: Writer, entry: Kept) -> bool:
    number = entry.refs[0]
    if number <= await w.value("select max(version) from law.policy"):
        return False
    await w.change(RAISE, number, "in force before the restore; the journal says why")
    return True
