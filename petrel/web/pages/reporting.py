"""Reporting something: members from a post or profile, anybody else by its address. Notices of illegal content and of
copyright use the same form and ask more (DSA article 16)."""

from starlette.responses import Response

from petrel.core.errors import Invalid
from petrel.features.moderation import REPORT_KINDS, NewReport, Written
from petrel.web import present, words
from petrel.web.casework import ReportTarget
from petrel.web.door import Visit
from petrel.web.forms import as_id

FORM_KINDS = ("violation", "spam", "legal", "copyright", "other")
"""In the order in which it is asked."""


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    sent = {"post": asked.get("post", ""), "account": asked.get("account", ""), "address": asked.get("url", ""),
            "category": asked.get("category", "")}
    return await _page(visit, sent)


async def send(visit: Visit) -> Response:
    sent = visit.sent
    target = await _target(visit, sent)
    try:
        if target is None and visit.me is not None and not sent.get("address", "").strip():
            raise Invalid("address", "is needed: the page that this is about")
        link = await visit.needs.report(visit.viewer, _new(visit, target), address=visit.address, cause=visit.cause)
    except Invalid as wrong:
        return await _page(visit, sent, message=words.said(wrong), status=422)
    return visit.go(f"/report/{link}" if link else "/report/taken")


def _new(visit: Visit, target: ReportTarget | None) -> NewReport:
    sent = visit.sent
    kind = next((known for known in REPORT_KINDS if known == sent.get("category")), None)
    if kind is None:
        raise Invalid("category", "is needed: choose what it is")
    rules = tuple(name.removeprefix("rule_") for name in sent if name.startswith("rule_") and name[5:].isdigit())
    written = Written(
        comment=sent.get("comment", ""), name=sent.get("name", ""), email=sent.get("email", ""),
        address=sent.get("address", ""), law=sent.get("law", ""), good_faith=sent.get("good_faith") == "1",
        language=visit.says.language)
    posts = (target.post,) if target and target.post else ()
    return NewReport(target.account.id if target else None, kind, posts, rules, written)


async def taken(visit: Visit) -> Response:
    visit.member()
    return visit.page("report_taken.html", followed=None)


async def follow(visit: Visit) -> Response:
    """For somebody without an account: how it goes, by the link that they were given."""
    found = await visit.needs.followed(visit.request.path_params["secret"][:100])
    response = visit.page("report_taken.html", followed=found)
    response.headers.update({"cache-control": "private, no-store", "referrer-policy": "no-referrer"})
    return response


async def _target(visit: Visit, sent: dict[str, str]) -> ReportTarget | None:
    post, handle = as_id(sent.get("post", "")), sent.get("account", "").strip().removeprefix("@")
    if post is not None or handle:
        return await visit.needs.report_target(visit.viewer, post=post, handle=handle)
    url = sent.get("address", "").strip()
    return await visit.needs.target_at(visit.viewer, url) if url else None


async def _page(visit: Visit, sent: dict[str, str], *, message: str = "", status: int = 200) -> Response:
    says = visit.says
    meta = present.Meta(path="/report", title=says.t("report.title"), description=says.t("report.description"))
    return visit.page("report.html", status=status, meta=meta, sent=sent, target=await _target(visit, sent),
                      message=message, kinds=FORM_KINDS, rules=await visit.needs.rules())
