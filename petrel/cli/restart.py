"""`petrel restart`: one part of the running site, begun anew."""

import click

from petrel.cli.common import say, with_data
from petrel.cli.wiring import Wiring


@click.command()
@click.argument("part")
@click.option("--reason", default="it hangs, or does not do what it is for", show_default=True, help="Why.")
@with_data
@click.pass_obj
def restart(wiring: Wiring, part: str, reason: str, data: str | None) -> None:
    """End what runs of PART (web, followers, jobs, brain, main-database, keyring) and have it started anew. Nothing
    that was acknowledged is lost; web processes go one at a time, and nobody is refused. It stands among the changes
    (petrel changes list) within seconds; where the databases are dead, once they live."""
    from petrel.ops import changes, processes

    now = wiring.settings_or_defaults(data)
    with changes.slips.doing(now.folder, changes.slips.new("restart", {"part": part}, reason), lasts=False):
        processes.renew(now.folder, part, say)
    click.echo(f"{part} was begun anew.")
