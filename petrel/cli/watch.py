"""`petrel watch`: the watcher for another host (petrel/watch.py), its key, and a copy of it."""

import sys
from importlib.resources import files
from pathlib import Path

import click

from petrel.cli.common import put, say, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def watch() -> None:
    """Watch a site from another host: names, certificate, pages, posts, backups, registration."""


@watch.command()
@click.argument("settings", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--once", is_flag=True, help="Look once; exit code 1 when something is wrong.")
def run(settings: Path, once: bool) -> None:
    """Watch as SETTINGS says, once a minute, until it is stopped."""
    from petrel import watch as watcher

    sys.exit(watcher.main([str(settings), *(["--once"] if once else [])]))


@watch.command()
def copy() -> None:
    """Print the watcher: one file that needs nothing but Python 3.11. Its first lines say what to write beside it."""
    click.echo((files("petrel") / "watch.py").read_text(), nl=False)


@watch.command()
@with_data
@with_json
@click.pass_obj
def key(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Print what the watcher shows to be told of backups and alerts. It opens nothing else."""
    from petrel.ops import watching

    found = wiring.call(wiring.settings(data), watching.health.watch_key, say)
    put({"key": found}, found, as_json)
