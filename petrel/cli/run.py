"""`petrel run PART`: one kind of process alone, under a supervisor of your own."""

import click

from petrel.cli.common import say, with_data
from petrel.cli.wiring import Wiring


@click.command()
@click.argument("part", type=click.Choice(["web", "followers", "jobs", "brain"]))
@with_data
@click.option("--host", help="Address to listen on (web).")
@click.option("--port", type=int, help="Port to listen on (web).")
@click.pass_obj
def run(wiring: Wiring, part: str, data: str | None, host: str | None, port: int | None) -> None:
    """Run one part until SIGTERM. The databases must run and be migrated: `petrel up`, or servers of your own."""
    wiring.run(part, wiring.settings(data, host=host, port=port, web_workers=1), say)
