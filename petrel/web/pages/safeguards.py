"""What must hold, whose it is and whether it still does, and the runbooks: for the crew. Not there for anybody else."""

import re
from collections import Counter
from itertools import groupby

from markupsafe import Markup
from starlette.responses import Response

from petrel.core import amounts
from petrel.ops.safeguards import STATES, Safeguard, Standing
from petrel.web.door import Visit
from petrel.web.markup import coded

LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")


async def show(visit: Visit) -> Response:
    visit.member()
    found = await visit.needs.safeguards(visit.viewer)
    counts = Counter(state_of(one) for one in found.standings)
    by_section = sorted(found.standings, key=lambda one: (section_of(one), one.safeguard.row))
    return visit.page("desk_safeguards.html", here="safeguards", found=found, state_of=state_of, budgets=budgets,
                      counts=[(state, counts[state]) for state in STATES if counts[state]],
                      sections=[(name, list(rows)) for name, rows in groupby(by_section, section_of)])


async def runbook(visit: Visit) -> Response:
    visit.member()
    name = visit.request.path_params["name"]
    return visit.page("desk_runbook.html", here="safeguards", name=name, spoken=spoken,
                      book=await visit.needs.runbook(visit.viewer, name))


def spoken(line: str) -> Markup:
    """A line of a runbook: other runbooks are pages too, the handbook lies on the machine."""
    made, at = Markup(""), 0
    for link in LINK.finditer(line):
        words, to = link.groups()
        name = to.removesuffix(".md")
        way = (Markup('<a href="/desk/runbooks/{}">{}</a>').format(name, words) if "/" not in name else
               coded(f"{words} (`docs/{name.removeprefix('../')}.md`)"))
        made += coded(line[at:link.start()]) + way
        at = link.end()
    return made + coded(line[at:])


def state_of(one: Standing) -> str:
    """As `petrel drills` says it."""
    return one.proof.state if one.proof is not None else "missing"


def budgets(one: Safeguard) -> list[str]:
    """Each with its amount, in words."""
    return [f"{name.rpartition('_')[0].replace('_', ' ')}: {amounts.of(name, value)}"
            for name, value in one.budgets.items()]


def section_of(one: Standing) -> str:
    return one.proof.section if one.proof is not None else ""
