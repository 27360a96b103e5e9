"""`petrel restart`: one part of the running site, begun anew."""

import click

from petrel.cli.common import say, with_data
from petrel.cli.wiring import Wiring


@click.command()
@click.argument("part")
@with_data
@click.pass_obj
def restart(wiring: Wiring, part: str, data: str | None) -> None:
    """End what runs of PART (web, followers, jobs, brain, main-database, keyring) and have it started anew. Nothing
    that was acknowledged is lost; web processes go one at a time, and nobody is refused."""
    from petrel.core.doors import writing
    from petrel.core.errors import PetrelError
    from petrel.core.ids import any_cell, new_id
    from petrel.core.viewer import System
    from petrel.ops import processes

    now = wiring.settings_or_defaults(data)
    processes.renew(now.folder, part, say)
    click.echo(f"{part} was begun anew.")

    async def note() -> None:
        async with writing(System("cli"), cause="petrel restart") as w:
            w.record("ops.part.restarted", new_id(any_cell()), body=part.encode())

    try:
        wiring.call(wiring.settings(data), note, say)
    except PetrelError as e:                    # it is done; only the record of it is missing
        say(f"It does not stand in the journal: {e.message}")
