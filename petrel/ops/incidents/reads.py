"""What the console and the command line see."""

from datetime import UTC, datetime

import msgspec

from petrel.core.doors import Reader
from petrel.core.errors import NotFound
from petrel.ops.incidents import rows, tending
from petrel.ops.incidents.shapes import Board, Card
from petrel.ops.watching import Plan, alerts


async def board_for(r: Reader) -> Board | None:
    """For owners and admins; None where nobody has looked yet. Errors: NotFound, for everybody else."""
    row = await r.row("select at, board from ops.board_for($1)", r.digest)
    if row is None:
        raise NotFound
    return None if row["board"] is None else msgspec.json.decode(row["board"], type=Board)


async def card_of(r: Reader, number: int, plan: Plan) -> Card:
    """One incident, ended or not, for System readers. Errors: NotFound."""
    one = await rows.find(r, number)
    speaking = [tending.speak(plan, alert) for alert in await alerts.numbered(r, one.alerts)]
    hits = tuple(sorted({said.component for said in speaking} - {one.root}))
    known = await rows.exposed(r, one.began_at - tending.BEFORE, one.ended_at or datetime.now(UTC))
    suspects = tending.suspecting.rank([change for change, _ in known], tending.parts(one.root, hits, speaking, {}), (),
                                       one.began_at, len(hits) + 1)
    return tending.shown(one, speaking, hits, suspects, tuple(await rows.events(r, one)),
                         tuple(await rows.calls(r, number)))
