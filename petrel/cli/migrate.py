"""`petrel migrate`: `petrel up` does it by itself; this is for fleets, and for what removes."""

import click

from petrel.cli.common import put, say, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@with_data
@with_json
@click.option("--contract", is_flag=True, help="Also remove what only older releases need: when none runs any more.")
@click.pass_obj
def migrate(wiring: Wiring, data: str | None, as_json: bool, contract: bool) -> None:
    """Bring both databases up to this release. Safe to run at any time, and twice."""
    ran = wiring.migrate(wiring.settings(data), say, contract=contract)
    put({"ran": ran}, "\n".join(ran) or "Nothing to do.", as_json)
