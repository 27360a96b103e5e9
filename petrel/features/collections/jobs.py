"""What collections do when somebody blocks."""

from petrel.core import jobs, journal
from petrel.core.doors import Writer, writing
from petrel.core.journal import Entry
from petrel.core.viewer import System
from petrel.features.collections.commands import part

IS_IN = "select 1 from collections.item where account = $2 and owner = $1 and not is_refused limit 1"


@journal.follow("collections", "relationships.block.created", surface="none", why_none="takes accounts out")
async def on_block_created(w: Writer, entries: list[Entry]) -> None:
    """Orders that two be parted where one recommends the other. Twice: nothing is found. Late or never: it shows
    neither while the block stands, but would again afterwards."""
    for entry in entries:
        one, two = entry.refs[:2]
        for owner, account in ((one, two), (two, one)):
            if await w.value(IS_IN, owner, account):
                w.later("collections.part", {"owner": owner, "account": account},
                        once=f"collections.part:{owner}:{account}")


@jobs.job("collections.part")
async def part_them(owner: int, account: int) -> None:
    """Twice: no effect. Late or never: see `on_block_created`."""
    async with writing(System("collections"), cause="collections.part") as w:
        await part(w, owner, account)
