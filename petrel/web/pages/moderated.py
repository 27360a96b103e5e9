"""How this site is moderated, and the numbers of a year: for everybody, and exactly for the crew."""

import csv
import io
from typing import Any

from starlette.responses import Response

from petrel.core import clock
from petrel.core.errors import NotFound
from petrel.features.moderation.numbers import FEW, Number, Year
from petrel.web import present, speech
from petrel.web.door import Visit
from petrel.web.forms import as_id
from petrel.web.speech import Speech

FIRST_YEAR = 2026


async def show(visit: Visit) -> Response:
    says = visit.says
    meta = present.Meta(path="/about/moderation", title=says.t("moderated.title"), is_indexed=True,
                        description=says.t("moderated.description"))
    return await _page(visit, "moderated.html", says, exact=False, meta=meta, sheet="about")


async def numbers(visit: Visit) -> Response:
    """For the crew, who may take them as a table."""
    visit.member()
    await visit.needs.desk_queue(visit.viewer, is_open=True, below=0)
    if visit.request.query_params.get("as") == "csv":
        return _table(await _year(visit))
    return await _page(visit, "desk_numbers.html", speech.of(speech.USUAL), exact=True, here="numbers")


async def _year(visit: Visit) -> Year:
    year = as_id(visit.request.query_params.get("year", "")) or clock.now().year
    if not FIRST_YEAR <= year <= clock.now().year:
        raise NotFound
    return await visit.needs.moderation_numbers(year)


async def _page(visit: Visit, template: str, says: Speech, *, exact: bool, **more: Any) -> Response:
    year = await _year(visit)
    return visit.page(template, year=year, lines=[_line(one, says, exact=exact) for one in year.numbers],
                      years=list(range(FIRST_YEAR, clock.now().year + 1)), **more)


def _line(one: Number, says: Speech, *, exact: bool) -> tuple[str, str, str]:
    """What, how many, at the median."""
    count = str(one.count) if exact or not 0 < one.count < FEW else says.t("moderated.few", n=FEW)
    took = ""
    if one.hours is not None:
        took = says.t("moderated.hours" if one.hours < 72 else "moderated.days",
                      n=round(one.hours if one.hours < 72 else one.hours / 24))
    return _named(one.sort, one.kind, says), count, took


def _named(sort: str, kind: str, says: Speech) -> str:
    match sort:
        case "decision":
            what, _, ground = kind.partition(" ")
            known = f"moderated.decision_{ground}"
            return says.t(known if says.has(known) else "moderated.decision", what=says.t(f"judged.what_{what}"))
        case "origin":
            return says.t(f"moderated.origin_{kind}")
        case "undone":
            return says.t("moderated.undone", what=says.t(f"judged.what_{kind}"))
        case "appeal":
            return says.t(f"moderated.appeal_{kind}")
        case "counter-notice":
            return says.t(f"moderated.counter_{kind}")
        case "unheard":
            return says.t("moderated.unheard")
    said = says.t(f"report.kind_{kind}")
    return says.t("moderated.notices" if sort == "notice" else "moderated.reports", what=said.partition(":")[0])


def _table(year: Year) -> Response:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["year", "sort", "kind", "count", "median_hours"])
    for one in year.numbers:
        table.writerow([year.year, one.sort, one.kind, one.count, "" if one.hours is None else round(one.hours, 1)])
    table.writerow([year.year, "automated", "", year.automated, ""])
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers={
        "content-disposition": f'attachment; filename="moderation-{year.year}.csv"',
        "cache-control": "private, no-store"})
