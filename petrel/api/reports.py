"""Reports that members make in the client API."""

from typing import Any, Literal

from msgspec import Raw, Struct

from petrel.api import present
from petrel.api.http import Call, Id, route
from petrel.api.present.statuses import when
from petrel.core.doors import writing
from petrel.features import moderation
from petrel.features.moderation import NewReport, Written


class ReportForm(Struct, frozen=True, kw_only=True):
    """`forward` is taken and does nothing: no report leaves this site."""

    account_id: Id
    status_ids: list[Id] = []
    collection_ids: list[Id] = []
    comment: str = ""
    forward: bool = False
    category: Literal["spam", "legal", "violation", "other"] | None = None
    rule_ids: list[str] = []


@route("POST", "/api/v1/reports", scope="write:reports", surface="none",
       why_no_surface="names posts, and shows nothing of them", limit="reports")  # fmt: skip
async def report(call: Call, form: ReportForm) -> dict[str, Any]:
    kind = form.category or ("violation" if form.rule_ids else "other")
    named = (*form.status_ids, *form.collection_ids)
    new = NewReport(form.account_id, kind, named, tuple(form.rule_ids), Written(comment=form.comment))
    async with writing(call.member, cause=call.id) as w:
        made = await moderation.report(w, new)
        target = await present.account(w, form.account_id)
    return {
        "id": str(made.id), "action_taken": False, "action_taken_at": None, "category": kind, "comment": form.comment,
        "forwarded": False, "created_at": when(made.id), "status_ids": [str(one) for one in form.status_ids],
        "rule_ids": form.rule_ids or None, "collection_ids": [str(one) for one in form.collection_ids] or None,
        "target_account": Raw(target)}
