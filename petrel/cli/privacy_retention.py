"""`petrel privacy retention`: what is kept for so many days, and whether it really ends then."""

import sys

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@with_data
@with_json
@click.pass_obj
def retention(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Every term of the inventory: which schedule ends it, when that last ran and what it said, and what is overdue.

    Exit code 1 when something is kept longer than it may be.
    """
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import privacy

    wiring.load_rooms()

    async def work() -> list[privacy.retention.Standing]:
        async with reading(System("cli")) as r:
            return await privacy.retention.standing(r)

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(one.table, f"{one.days} days", one.schedule, f"{one.ran_at:%Y-%m-%d %H:%M}" if one.ran_at else "never",
             "" if one.overdue is None else one.overdue, one.said) for one in found]
    put(found, lambda: table(rows, ("table", "kept", "by", "last run", "overdue", "said")), as_json)
    sys.exit(1 if any(one.overdue for one in found) else 0)
