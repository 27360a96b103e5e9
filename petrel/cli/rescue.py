"""`petrel rescue`: the one file for when nothing else works (petrel/rescue.py), and its keys."""

from importlib.resources import files

import click

from petrel.cli.common import put, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def rescue() -> None:
    """What still works when nothing else does. Keep a copy off this machine, and its instructions on paper."""


@rescue.command()
def copy() -> None:
    """Print it: one file that needs nothing but Python. Its first lines say what it does."""
    click.echo((files("petrel") / "rescue.py").read_text(), nl=False)


@rescue.command()
@with_data
@with_json
@click.pass_obj
def keys(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Make its three keys, two of which are needed for what is dangerous. Shown once: give each to somebody."""
    from petrel import rescue as program
    from petrel.core.errors import Conflict

    try:
        made = program.make_keys(wiring.settings(data).folder)
    except program.Stop as e:
        raise Conflict(str(e)) from None
    put({"keys": made}, "\n".join((
        *(f"Key {n}: {key}" for n, key in enumerate(made, 1)), "",
        "Give each to another person, on paper. They are not kept here; two of them thaw, open, pin and restore.",
        "Then print: petrel rescue instructions")), as_json)


@rescue.command()
@with_data
@click.pass_obj
def instructions(wiring: Wiring, data: str | None) -> None:
    """Print the sheet that is kept beside the keys."""
    from petrel import rescue as program

    click.echo(program.instructions(wiring.settings(data).folder))


@rescue.command()
@with_data
@click.pass_obj
def status(wiring: Wiring, data: str | None) -> None:
    """What it sees: processes, releases, what is closed and frozen."""
    from petrel import rescue as program

    click.echo("\n".join(program.status(wiring.settings(data).folder)))
