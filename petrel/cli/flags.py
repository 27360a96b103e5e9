"""`petrel flags`: what some accounts have and others do not yet. To change one: `petrel changes plan flag`."""

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def flags() -> None:
    """What some accounts have and others do not yet."""


@flags.command("list")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Every flag of this program: what is in force, whose it is, when it is to be gone."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import changes

    async def work() -> "list[changes.FlagNow]":
        async with reading(System("cli")) as r:
            return await changes.flags_now(r)

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(f.name, ("on" if f.is_on else "off") + (f", the other for {f.percent} %" if f.percent else ""),
             f"change {f.change} in {len(f.cells)} cells" if f.change else "", f.accounts or "", f.owner,
             f"ENDED {f.until}" if f.has_ended else f.until, f.why) for f in found]
    put(found, lambda: table(rows, ("flag", "is", "under way", "accounts apart", "owner", "until", "why")), as_json)
    click.echo("" if as_json else "To change one: petrel changes plan flag flag=NAME to=on --reason ...")
