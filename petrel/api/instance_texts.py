"""What the crew wrote about the site, as apps ask for it. A text that nobody has written yet is not there: 404."""

from datetime import date
from typing import Any

from msgspec import Struct

from petrel.api.http import Call, Reply, route
from petrel.api.present.statuses import rfc3339
from petrel.core.doors import reading
from petrel.core.errors import NotFound
from petrel.core.viewer import Anonymous
from petrel.features import about

NO_POSTS = "the site's own words, not posts"
SHORTLY = b"public, max-age=60"


class DateForm(Struct, frozen=True, kw_only=True):
    date: str


@route("GET", "/api/v1/instance/extended_description", scope="public", surface="none", why_no_surface=NO_POSTS)
async def extended_description(call: Call) -> Reply:
    """Empty, not missing, where nothing was written: apps ask for it on every visit."""
    async with reading(Anonymous()) as r:
        found = await about.text(r, "about")
    if found is None:
        return Reply({"updated_at": None, "content": ""}, cache=SHORTLY)
    return Reply({"updated_at": rfc3339(found.at), "content": about.html_of(found.markdown)}, cache=SHORTLY)


@route("GET", "/api/v1/instance/privacy_policy", scope="public", surface="none", why_no_surface=NO_POSTS)
async def privacy_policy(call: Call) -> Reply:
    found = await _written("privacy")
    return Reply({"updated_at": rfc3339(found.at), "content": about.html_of(found.markdown)}, cache=SHORTLY)


@route("GET", "/api/v1/instance/terms_of_service", scope="public", surface="none", why_no_surface=NO_POSTS)
async def terms_of_service(call: Call) -> Reply:
    return Reply(_terms(await _written("terms")), cache=SHORTLY)


@route("GET", "/api/v1/instance/terms_of_service/:date", scope="public", surface="none", why_no_surface=NO_POSTS)
async def terms_of_a_day(call: Call, form: DateForm) -> Reply:
    """Those that take, or took, effect on a day, as YYYY-MM-DD."""
    try:
        day = date.fromisoformat(form.date)
    except ValueError:
        raise NotFound from None
    return Reply(_terms(await _written("terms", day)), cache=SHORTLY)


async def _written(kind: about.Kind, day: date | None = None) -> about.Text:
    async with reading(Anonymous()) as r:
        found = await about.text(r, kind, day)
    if found is None or not found.markdown:
        raise NotFound
    return found


def _terms(found: about.Text) -> dict[str, Any]:
    return {"effective_date": found.effective_on.isoformat(), "effective": found.is_in_force,
            "content": about.html_of(found.markdown),
            "succeeded_by": found.succeeded_on and found.succeeded_on.isoformat()}
