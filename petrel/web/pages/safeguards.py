"""What must hold, whose it is and whether it still does, and the runbooks: for the crew. Not there for anybody else."""

from collections import Counter
from itertools import groupby

from starlette.responses import Response

from petrel.core import amounts
from petrel.ops.safeguards import Standing
from petrel.web.door import Visit

STATES = ("proven", "proven on an older build", "partly", "partly on an older build", "built", "missing")


async def show(visit: Visit) -> Response:
    visit.member()
    found = await visit.needs.safeguards(visit.viewer)
    counts = Counter(state_of(one) for one in found.standings)
    by_section = sorted(found.standings, key=lambda one: (section_of(one), one.safeguard.row))
    return visit.page("desk_safeguards.html", here="safeguards", found=found, state_of=state_of, amount=amounts.of,
                      counts=[(state, counts[state]) for state in STATES if counts[state]],
                      sections=[(name, list(rows)) for name, rows in groupby(by_section, section_of)])


async def runbook(visit: Visit) -> Response:
    visit.member()
    name = visit.request.path_params["name"]
    return visit.page("desk_runbook.html", here="safeguards", name=name,
                      book=await visit.needs.runbook(visit.viewer, name))


def state_of(one: Standing) -> str:
    """As `petrel drills` says it."""
    return one.proof.state if one.proof is not None else "missing"


def section_of(one: Standing) -> str:
    return one.proof.section if one.proof is not None else ""
