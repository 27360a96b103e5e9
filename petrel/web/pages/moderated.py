"""How this site is moderated, and the numbers of a year: for everybody, and exactly for the crew."""

import csv
import io
from typing import Any

from starlette.responses import Response

from petrel.core import clock
from petrel.core.errors import NotFound
from petrel.features.moderation.numbers import Year, about
from petrel.features.moderation.rules import SCOPE, WORDS
from petrel.web import present, words
from petrel.web.door import Visit
from petrel.web.forms import as_id

FIRST_YEAR = 2026
DONE = {"notice": "a notice", "report": "a report, or what we saw ourselves"}
ENDED = {"waiting": "still waiting", "granted": "granted, the decision taken back", "refused": "refused"}
GROUNDS = {"none": "", "rules": "rules of the site", "law": "the law", "copyright": "copyright"}


async def show(visit: Visit) -> Response:
    meta = present.Meta(path="/about/moderation", title="How we moderate", is_indexed=True,
                        description="What may be reported here, what is decided, how to appeal, and yearly numbers.")
    return await _page(visit, "moderated.html", exact=False, meta=meta, sheet="about")


async def numbers(visit: Visit) -> Response:
    """For the crew, who may take them as a table."""
    visit.member()
    await visit.needs.desk_queue(visit.viewer, is_open=True, below=0)
    if visit.request.query_params.get("as") == "csv":
        return _table(await _year(visit))
    return await _page(visit, "desk_numbers.html", exact=True, here="numbers")


async def _year(visit: Visit) -> Year:
    year = as_id(visit.request.query_params.get("year", "")) or clock.now().year
    if not FIRST_YEAR <= year <= clock.now().year:
        raise NotFound
    return await visit.needs.moderation_numbers(year)


async def _page(visit: Visit, template: str, *, exact: bool, **more: Any) -> Response:
    year = await _year(visit)
    return visit.page(template, year=year, lines=_lines(year, exact=exact), what=WORDS, scope=SCOPE,
                      years=list(range(FIRST_YEAR, clock.now().year + 1)), **more)


def _lines(year: Year, *, exact: bool) -> list[tuple[str, str, str]]:
    """(what, how many, at the median)."""
    found = []
    for one in year.numbers:
        said = about(one.count, exact=exact)
        took = "" if one.hours is None else f"{one.hours:.0f} h" if one.hours < 72 else f"{one.hours / 24:.0f} days"
        found.append((_named(one.sort, one.kind), said, took))
    return found


def _named(sort: str, kind: str) -> str:
    match sort:
        case "decision":
            what, _, ground = kind.partition(" ")
            on = GROUNDS.get(ground, ground)
            return f"Decided: {WORDS[what]}" + (f", by {on}" if on else "")     # type: ignore[index]
        case "origin":
            return f"Restrictions that began with {DONE.get(kind, kind)}"
        case "undone":
            return f"Taken back: {WORDS[kind]}"     # type: ignore[index]
        case "appeal" | "counter-notice":
            return f"{sort.capitalize()}s, {ENDED.get(kind, kind)}"
        case "unheard":
            return "Appeals that nobody else looked at for a week"
    return f"{'Notices' if sort == 'notice' else 'Reports'}: {words.REPORT_KINDS.get(kind, kind).partition(':')[0]}"


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
