"""`petrel releases`: what is installed on this machine. To go over to one: `petrel changes plan release to=NAME`."""

from pathlib import Path

import click

from petrel.cli.common import put, table, with_data, with_json
from petrel.cli.wiring import Wiring

with_name = click.argument("name")


@click.group()
def releases() -> None:
    """The releases of Petrel on this machine, and which of them serves."""


@releases.command("list")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Those that were added, and those that the site runs or came from."""
    from petrel.ops import gate
    from petrel.ops import releases as room

    found = room.listed(wiring.settings(data).folder)
    rows = [(one.name, one.state, one.release.version, one.release.build,
             "open" if gate.verdict(Path(one.release.root), one.release.build) else "", one.release.root)
            for one in found]
    put(found, lambda: table(rows, ("name", "is", "version", "build", "test gate", "where")) if rows else
        "None is known: the site was never started.", as_json)
    click.echo("" if as_json else "To go over to one: petrel changes plan release to=NAME --reason ...")


@releases.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--name", default="", help="What to call it.  [default: version and build]")
@with_data
@with_json
@click.pass_obj
def add(wiring: Wiring, directory: Path, name: str, data: str | None, as_json: bool) -> None:
    """Make the release that is installed in DIRECTORY known. It is tried whether it begins; nothing else happens."""
    from petrel.ops import releases as room

    slot = room.add(wiring.settings(data).folder, directory, name)
    put(slot, f"{slot.name} is known. Next: petrel changes plan release to={slot.name} --reason ...", as_json)


@releases.command()
@with_name
@with_data
@click.pass_obj
def remove(wiring: Wiring, name: str, data: str | None) -> None:
    """Take release NAME off the list. What serves and what can be gone back to stays."""
    from petrel.ops import releases as room

    went = room.remove(wiring.settings(data).folder, name)
    click.echo(f"{name} is off the list" + ("." if not went else ", and its files are gone."))
