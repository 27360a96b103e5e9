"""`petrel disk`: what is on it, what grows, and when it is full."""

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

MIB = 1 << 20


@click.group()
def disk() -> None:
    """See what is on the disk, what grows fastest, and when it is full."""


@disk.command()
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Everything that writes, the fastest grower first."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import disk as room

    now = wiring.settings(data)

    async def work() -> "room.Standing":
        async with reading(System("cli")) as r:
            return await room.standing(r, now.folder)

    found = wiring.call(now, work, say)
    rows = [(one.size.place, f"{one.size.bytes / MIB:.0f}", f"{one.size.budget / MIB:.0f}" if one.size.budget else "",
             "?" if one.per_day is None else f"{one.per_day / MIB:+.1f}") for one in found.places]
    full = "not within a time that can be told" if found.full_in_days is None else f"in {found.full_in_days:.0f} days"
    put(found, lambda: table(rows, ("what", "MiB", "budget", "MiB a day"))
        + f"\n\n{found.free_bytes / MIB:.0f} MiB are free; full {full}.", as_json)
