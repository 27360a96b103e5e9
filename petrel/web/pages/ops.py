"""The operations console: is it well; if not what hurts whom since when, what probably did it, who is on it, what is
the next safe step. For who runs the site; not there for anybody else."""

from starlette.responses import Response

from petrel.core import amounts, clock
from petrel.ops.incidents import telling
from petrel.web import charts, serve
from petrel.web.door import Visit
from petrel.web.forms import as_id

FIRST, LATELY = 6, 3
"""Suspects that are shown, and changes that were confirmed."""


async def show(visit: Visit) -> Response:
    visit.member()
    board, now = await visit.needs.board(visit.viewer), clock.now()
    word, says = telling.verdict(board, now)
    full_s = board.measures.get("disk_full_in_seconds") if board else None
    going = [change for change in board.changes if change.state in ("going", "paused")] if board else []
    lately = [change for change in board.changes if change.back][:LATELY] if board else []
    page = visit.page(
        "desk_ops.html", here="ops", app=None, board=board, word=word, says=says, first=FIRST,
        name_of=telling.name_of, on_it=telling.on_it,
        pictures=[(one, charts.picture(one)) for one in board.pictures] if board else (),
        looks=charts.LOOKS, full=amounts.lasting(full_s) if full_s is not None else "",
        lasting=lambda one: amounts.lasting((now - one.began_at).total_seconds()),
        going=going, lately=lately,
        marks={change.id: chr(ord("A") + at % 26) for at, change in enumerate(going)})
    return serve.allow_script(page)


async def act(visit: Visit) -> Response:
    me = visit.member()
    await visit.needs.operate(visit.viewer, f"@{me.handle}", visit.sent.get("act", ""),
                              as_id(visit.sent.get("number", "")) or 0, cause=visit.cause)
    return visit.go("/desk/ops")
