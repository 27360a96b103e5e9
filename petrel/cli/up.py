"""`petrel up`: the whole site on this machine."""

import sys

import click

from petrel.cli.common import with_data
from petrel.cli.wiring import Wiring


@click.command()
@with_data
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.  [default: 8000]")
@click.option("--workers", type=int, help="Web processes.  [default: 2]")
@click.option("--as-is", is_flag=True, help="With this release, also where the site has gone over to another.")
@click.option("--beside", is_flag=True, hidden=True, help="Only the web part, beside the release that serves.")
@click.option("--handover", type=int, hidden=True, help="Descriptor of what the release before left.")
@click.pass_obj
def up(wiring: Wiring, data: str | None, host: str | None, port: int | None, workers: int | None,
       as_is: bool, beside: bool, handover: int | None) -> None:
    """Serve the site until it is told to stop (Ctrl-C, SIGTERM). Makes everything it needs on the first start."""
    def say(line: str) -> None:
        click.echo(line)

    if handover is not None:
        sys.exit(wiring.take_over(data, handover, say, is_beside=beside))
    given = {name: value for name, value in {"host": host, "port": port, "web_workers": workers}.items()
             if value is not None}
    if beside:
        sys.exit(wiring.beside(wiring.settings(data, **given), given, say))
    sys.exit(wiring.up(wiring.settings(data, **given), say, given, as_is=as_is))
