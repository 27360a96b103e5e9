"""`petrel inventory`: what every column of both databases is, whose it is, and how it goes."""

import sys
from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@with_data
@with_json
@click.option("--of", "subject", type=click.Choice(["account", "author", "both", "site", "nobody"]),
              help="Only what is of these.")
@click.option("--sealed", is_flag=True, help="Only what is sealed.")
@click.option("--open", "unbuilt", is_flag=True, help="Only what is promised and done by no code yet.")
@click.pass_obj
def inventory(wiring: Wiring, data: str | None, as_json: bool, subject: str | None, sealed: bool,
              unbuilt: bool) -> None:
    """Every column: what it is, whose, why, for how long, how it is erased, whether it may leave its region.

    Exit code 1 when a column has no line in the inventory, or one that cannot be read.
    """
    from petrel.core import inventory as room
    from petrel.core.doors import current, reading
    from petrel.core.viewer import System

    async def work() -> list[room.Found]:
        async with reading(System("inventory")) as r:
            return await room.read({"main": r.fetch, "keyring": current().pools["keyring.reader"].fetch})

    found = wiring.call(wiring.settings(data), work, say)
    chosen = [(name, line) for one in found for name, line in one.lines.items()
              if (subject is None or line.of.subject == subject) and (not sealed or line.key is not None)
              and not (unbuilt and line.kept.is_built and line.erased.is_built)]
    faults = [fault for one in found for fault in one.faults]
    put({"columns": dict(chosen), "faults": faults}, lambda: _text(chosen), as_json)
    for fault in faults:
        say(fault)
    sys.exit(1 if faults else 0)


def _text(chosen: list[tuple[str, Any]]) -> str:
    rows = [(name, line.what, " ".join((line.of.subject, *line.of.columns)), line.purpose,
             _noted(line.kept.text, line.kept.is_built), _noted(", ".join(line.erased.ways), line.erased.is_built),
             line.leaves) for name, line in chosen]
    return table(rows, ("column", "what", "of", "for", "kept", "erased", "leaves"))


def _noted(text: str, is_built: bool) -> str:
    return text if is_built else f"{text} (not built)"
