"""`petrel replay`: plays a recording of real traffic through the public API and checks the home timelines."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from petrel.cli.common import with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.ops.replay import Options, Report


class UtcTime(click.ParamType):
    """ISO 8601; without an offset it is UTC. Becomes unix seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time such as 2012-07-04T06:00:00Z", param, ctx)
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


@click.command()
@click.argument("trace_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_data
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True,
              help="How many recorded seconds are played in one.")
@click.option("--from", "from_at", type=UtcTime(), help="Start of the window.  [default: of the recording]")
@click.option("--until", "until_at", type=UtcTime(), help="End of the window, not included.")
@click.option("--accounts", type=click.IntRange(min=2), help="Only the N busiest accounts of the window.")
@click.option("--connections", type=click.IntRange(1, 512), default=64, show_default=True,
              help="Requests under way at once, at most.")
@click.option("--sample", type=click.IntRange(min=0), default=1000, show_default=True,
              help="Accounts whose home timeline is compared.")
@click.option("--seed", type=int, default=20120704, show_default=True, help="Draws the sample.")
@with_json
@click.pass_obj
def replay(wiring: Wiring, /, data: str | None, as_json: bool, **given: object) -> None:
    """Play the recording in TRACE_DIR on the site of --data, which is started if it does not run.

    The same command resumes a replay that was stopped. Exit code 1: something was refused or failed, or a home
    timeline differs from what the rules say.
    """
    from petrel.ops.replay import Options

    options = Options(data_dir=wiring.settings(data).folder, **given)  # type: ignore[arg-type]
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            report = runner.run(_replay(wiring, options))
    except KeyboardInterrupt:
        click.echo("Stopped; the same command goes on from here.", err=True)
        sys.exit(130)
    click.echo(report.as_json().decode() if as_json else report.as_text())
    sys.exit(1 if report.failures() else 0)


async def _replay(wiring: Wiring, options: "Options") -> "Report":
    from petrel.ops.replay import Show, SiteRooms, find_site, replay

    async with find_site(options.data_dir) as base_url, wiring.opened(options.data_dir):
        return await replay(options, base_url, SiteRooms(), Show())


def _new_loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()
