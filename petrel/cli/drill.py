"""`petrel drill NAME`: rehearses a disaster on a site of its own. The exit code is the verdict's."""

import sys
from typing import Any, NoReturn

import click
import msgspec

from petrel.cli.common import say, with_data, with_json
from petrel.cli.wiring import Wiring


class DrillCommand(click.Command):
    """A wrong option is a broken drill as well: a script that misspells --sabotage must not take it for a verdict."""

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **rest: Any) -> click.Context:
        given = list(args)
        try:
            return super().make_context(info_name, args, *more, **rest)
        except click.UsageError as e:
            e.show()
            name = next((word for word in given if not word.startswith("-")), "")
            _give_up(name, e.format_message(), sabotage="--sabotage" in given)


@click.command(cls=DrillCommand)
@click.argument("name")
@click.option("--sabotage", is_flag=True, help="Switch the drill's own protection off: it has to fail then.")
@click.option("--keep", "keeps", is_flag=True, help="Leave the scratch directory, to look at it.")
@with_data
@with_json
@click.pass_obj
def drill(wiring: Wiring, name: str, data: str | None, as_json: bool, sabotage: bool, keeps: bool) -> None:
    """Rehearse the disaster NAME on a private site. `petrel drills` lists them.

    Exit code: 0 passed, 1 failed, 2 impossible on this machine, 3 a broken drill. The last line printed is JSON.
    The verdict is kept in DATA/drills and, when the site of --data runs, in its journal.
    """
    from petrel.ops import drills

    folder = wiring.settings(data).folder
    try:
        found, outcome, verdict = drills.run(name, wiring.opened, say, sabotage=sabotage, keeps=keeps)
    except KeyboardInterrupt:
        click.echo("Interrupted: no verdict.", err=True)
        sys.exit(130)
    if found is not None:
        drills.keep(folder, verdict, wiring.opened, say)
        if not as_json:
            click.echo(drills.report(found, outcome, verdict))
    _end(verdict)


def _end(verdict: Any) -> NoReturn:
    click.echo(msgspec.json.encode(verdict))
    sys.exit(verdict.exit_code)


def _give_up(name: str, why: str, *, sabotage: bool) -> NoReturn:
    from petrel.ops import drills

    _end(drills.broken(name, why, sabotage=sabotage))
