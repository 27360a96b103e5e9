"""`petrel drills`: every scenario, and what has been proved of it. Needs no running site."""

import click

from petrel.cli.common import put, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@with_data
@with_json
@click.pass_obj
def drills(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """The scenarios of docs/law/SCENARIOS.md with the last verdict of each drill, from DATA/drills.

    proven: the whole drill passed with real parts and its sabotage run failed. partly: the same for a part of the
    row. built: there is a drill, and no such pair of verdicts. missing: no drill.
    """
    from petrel.core.errors import PetrelError
    from petrel.ops import drills as room

    try:
        rows, build = room.scenarios(), room.build_of()
        lines = room.table(rows, room.drills(), room.kept(wiring.settings_or_defaults(data).folder), build,
                           room.now_utc())
    except room.Broken as e:
        raise PetrelError(str(e)) from e
    put({"build": build, "rows": lines}, lambda: room.listing(lines, build), as_json)
