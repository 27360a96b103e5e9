"""What this site is, its rules, and what it can and cannot promise."""

from datetime import date

from starlette.responses import Response

from petrel.core.errors import NotFound
from petrel.web import present
from petrel.web.door import Visit


async def show(visit: Visit) -> Response:
    site = visit.site
    words = await visit.needs.site_text("about") if "about" in site.texts else None
    meta = present.Meta(path="/about", title=visit.says.t("about.title", site=site.name), is_indexed=True,
                        description=present.of_site(visit))
    return visit.page("about.html", meta=meta, sheet="about", words=words,
                      reached=await visit.needs.reached())


async def rules(visit: Visit) -> Response:
    return await _page(visit, "rules", "/about/rules")


async def imprint(visit: Visit) -> Response:
    return await _page(visit, "imprint", "/imprint")


async def privacy(visit: Visit) -> Response:
    return await _page(visit, "privacy", "/privacy")


async def terms(visit: Visit) -> Response:
    return await _page(visit, "terms", "/terms")


async def _page(visit: Visit, kind: str, path: str) -> Response:
    """One text; `?on=YYYY-MM-DD` an earlier or later version of it. Errors: NotFound."""
    try:
        day = date.fromisoformat(on) if (on := visit.request.query_params.get("on", "")) else None
    except ValueError:
        raise NotFound from None
    found = await visit.needs.site_text(kind, day)
    says, title = visit.says, visit.says.t(f"text.{kind}")
    meta = present.Meta(path=path, title=says.t("text.of_site", title=title, site=visit.site.name),
                        description=says.t(f"text.about_{kind}", site=visit.site.name), is_indexed=day is None)
    return visit.page("site_text.html", meta=meta, sheet="about", text=found, title=title, path=path, kind=kind)
