"""`petrel waiting`: the ordered list for whoever comes back first."""

import sys

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@with_data
@with_json
@click.pass_obj
def waiting(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """What waits for the crew and nobody has taken up: what presses first. Exit code 1 when something presses."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import attendance as room

    async def work() -> "tuple[list[room.Waiting], room.Standing | None]":
        async with reading(System("cli")) as r:
            return await room.waiting(r), await room.standing(r)

    things, standing = wiring.call(wiring.settings(data), work, say)
    level = standing.caution if standing is not None else 0
    rows = [("!" if one.weight >= room.PRESSING else "", one.kind, one.what, f"{one.since:%F %H:%M}", room.where(one))
            for one in things]
    put({"caution": level, "means": room.EFFECTS[level], "waiting": things},
        lambda: room.EFFECTS[level] + ("\n\n" + table(rows, ("", "what", "of", "since (UTC)", "how to answer"))
                                       if rows else "\nNothing waits."), as_json)
    sys.exit(1 if any(one.weight >= room.PRESSING for one in things) else 0)
