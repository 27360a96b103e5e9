"""`petrel surfaces`: what is closed, closing, opening again."""

from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

with_name = click.argument("name")


@click.group()
def surfaces() -> None:
    """Close a surface of the site through which something leaks: it answers 503 until two people open it again."""


@surfaces.command("list")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Every surface, and whether it is open."""
    from petrel.core.doors import reading
    from petrel.core.surfaces import SURFACES
    from petrel.core.viewer import System
    from petrel.ops import surfaces as room

    async def work() -> list[room.State]:
        async with reading(System("surfaces")) as r:
            return await room.listed(r)

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(one.name, "open" if one.is_open else f"closed {one.closed_at:%Y-%m-%d %H:%M:%S} UTC: {one.why}",
             SURFACES[one.name].covers if one.name in SURFACES else "one door") for one in found]
    put(found, lambda: table(rows, ("surface", "state", "covers")), as_json)


@surfaces.command()
@with_name
@click.option("--reason", required=True, help="Why; whoever opens it again decides by it.")
@with_data
@click.pass_obj
def close(wiring: Wiring, name: str, reason: str, data: str | None) -> None:
    """Close NAME within a second. Takes one person."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.ops import surfaces as room

    async def work() -> bool:
        async with writing(System("surfaces"), cause="petrel surfaces close") as w:
            return await room.close(w, name, reason)

    done = wiring.call(wiring.settings(data), work, say)
    click.echo(f"{name} is closed{'' if done else ' already'}. To open it again, two people: "
               f"petrel access ask surface.open surface={name} --reason ... --as HANDLE")


@surfaces.command("open")
@with_name
@click.option("--request", type=int, required=True, help="Number of the approved request.")
@with_data
@click.pass_obj
def open_(wiring: Wiring, name: str, request: int, data: str | None) -> None:
    """Open NAME again, by an approved request: petrel access ask surface.open surface=NAME."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.ops import surfaces as room

    async def work() -> Any:
        async with writing(System("surfaces"), cause="petrel surfaces open") as w:
            await room.open_again(w, name, request)

    wiring.call(wiring.settings(data), work, say)
    click.echo(f"{name} is open.")
