"""The desk of the crew: the queue of cases, one case, deciding, taking back. Not there for anybody else."""

from starlette.responses import Response

from petrel.core.errors import Conflict, Invalid, NotFound, PetrelError, Refused
from petrel.features.moderation import REPORT_KINDS, Verdict
from petrel.features.moderation.rules import CONFLICTS, WORDS
from petrel.web import speech, words
from petrel.web.door import Visit
from petrel.web.forms import as_id

KINDS = {kind: speech.of(speech.USUAL).t(f"report.kind_{kind}") for kind in REPORT_KINDS}
GROUNDS = {"rules": "The rules of this site", "law": "The law", "copyright": "Copyright"}


async def queue(visit: Visit) -> Response:
    visit.member()
    is_open = visit.request.query_params.get("closed") != "1"
    below = as_id(visit.request.query_params.get("below", ""))
    cases = await visit.needs.desk_queue(visit.viewer, is_open=is_open, below=below)
    return visit.page("desk_queue.html", cases=cases, is_open=is_open, here="open" if is_open else "closed",
                      conflicts=CONFLICTS, kinds=KINDS)


async def case(visit: Visit) -> Response:
    visit.member()
    return await _case_page(visit, _number(visit))


async def look(visit: Visit) -> Response:
    visit.member()
    number = _number(visit)
    try:
        await visit.needs.desk_look(visit.viewer, number, visit.sent.get("reason", ""), cause=visit.cause)
    except Invalid as wrong:
        return await _case_page(visit, number, wrong)
    return visit.go(f"/desk/cases/{number}#evidence")


async def decide(visit: Visit) -> Response:
    """What the form sends: what, ground, reference, facts, and post_NUMBER for each post chosen."""
    visit.member()
    number, sent = _number(visit), visit.sent
    chosen = tuple(post for name in sent if (post := as_id(name.removeprefix("post_"))) is not None)
    verdict = Verdict(sent.get("what", ""), sent.get("ground", "") or "none",       # type: ignore[arg-type]
                      sent.get("reference", ""), sent.get("facts", ""), chosen)
    try:
        await visit.needs.desk_decide(visit.viewer, number, verdict, keep_open=sent.get("keep_open") == "1",
                                      cause=visit.cause)
    except (Invalid, Refused, Conflict) as wrong:
        return await _case_page(visit, number, wrong)
    return visit.go(f"/desk/cases/{number}")


async def set_case(visit: Visit) -> Response:
    visit.member()
    number, act = _number(visit), visit.sent.get("act", "")
    await visit.needs.desk_set(visit.viewer, number, act, cause=visit.cause)
    return visit.go("/desk" if act == "close" else f"/desk/cases/{number}")


async def undo(visit: Visit) -> Response:
    visit.member()
    return visit.go(f"/desk/cases/{await visit.needs.desk_undo(visit.viewer, _number(visit), cause=visit.cause)}")


async def waiting(visit: Visit) -> Response:
    """All that nobody has taken up, in the order in which to take it: for whoever comes back first."""
    visit.member()
    return visit.page("desk_waiting.html", waits=await visit.needs.desk_waiting(visit.viewer), here="waiting")


async def appeals(visit: Visit) -> Response:
    visit.member()
    return visit.page("desk_appeals.html", appeals=await visit.needs.desk_appeals(visit.viewer), here="appeals")


async def appeal(visit: Visit) -> Response:
    visit.member()
    return await _appeal_page(visit, _number(visit))


async def answer(visit: Visit) -> Response:
    """One button grants, the other refuses; both need a text that the person reads."""
    visit.member()
    number, act = _number(visit), visit.sent.get("act", "")
    if act not in ("grant", "refuse"):
        raise Invalid(None, "That button is not known here")
    try:
        await visit.needs.desk_answer(visit.viewer, number, visit.sent.get("answer", ""), granted=act == "grant",
                                      cause=visit.cause)
    except (Invalid, Refused, Conflict) as wrong:
        return await _appeal_page(visit, number, wrong)
    return visit.go("/desk/appeals")


async def _appeal_page(visit: Visit, number: int, wrong: PetrelError | None = None) -> Response:
    found = await visit.needs.desk_appeal(visit.viewer, number)
    return visit.page(
        "desk_appeal.html", status=words.status_of(wrong) if wrong else 200, appeal=found.appeal, sent=visit.sent,
        decision=found.decision, here="appeals", message=words.said(wrong) if wrong else "", words=WORDS,
        conflicts=CONFLICTS, grounds=GROUNDS)


def _number(visit: Visit) -> int:
    number = as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound
    return number


async def _case_page(visit: Visit, number: int, wrong: PetrelError | None = None) -> Response:
    found = await visit.needs.desk_case(visit.viewer, number)
    return visit.page(
        "desk_case.html", status=words.status_of(wrong) if wrong else 200, desk=found, sent=visit.sent, here="open",
        message=words.said(wrong) if wrong else "", words=WORDS, grounds=GROUNDS, kinds=KINDS,
        conflicts=CONFLICTS)
