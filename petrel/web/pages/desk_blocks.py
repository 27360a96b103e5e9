"""Blocks on the desk: servers, mail domains, networks; lists of servers with what they would change, before they do."""

from starlette.responses import Response

from petrel.core.errors import Conflict, Invalid, NotFound, PetrelError, Refused
from petrel.features.moderation.block_rules import LEVELS, MOST_LIST_NAME, NewBlock
from petrel.web import words
from petrel.web.door import Visit
from petrel.web.forms import as_id

DAY_S = 86_400


async def show(visit: Visit) -> Response:
    visit.member()
    return await _page(visit)


async def block(visit: Visit) -> Response:
    visit.member()
    try:
        await visit.needs.desk_block(visit.viewer, _new(visit.sent), cause=visit.cause)
    except (Invalid, Refused) as wrong:
        return await _page(visit, wrong)
    return visit.go(f"/desk/blocks#{visit.sent.get('kind', '')}")


def _new(sent: dict[str, str]) -> NewBlock:
    kind = next((known for known in LEVELS if known == sent.get("kind")), None)
    if kind is None:
        raise Invalid("kind", "is needed")
    days = as_id(sent.get("days", ""))
    level = LEVELS[kind].get(sent.get("level", ""), max(LEVELS[kind].values()))
    return NewBlock(kind, sent.get("name", ""), level, sent.get("public_comment", ""), sent.get("note", ""),
                    sent.get("rejects_media") == "1", sent.get("rejects_reports") == "1",
                    sent.get("is_obfuscated") == "1", min(days, 36_500) * DAY_S if days else None)


async def lift(visit: Visit) -> Response:
    visit.member()
    await visit.needs.desk_lift(visit.viewer, _number(visit), cause=visit.cause)
    return visit.go("/desk/blocks")


async def compare(visit: Visit) -> Response:
    """What a list would change; nothing is changed yet."""
    visit.member()
    return await _difference_page(visit)


async def bring_in(visit: Visit) -> Response:
    """What was shown, exactly."""
    visit.member()
    sent = visit.sent
    try:
        await visit.needs.desk_bring_in(
            visit.viewer, _name(sent), sent.get("list", ""), fingerprint=sent.get("fingerprint", ""),
            lifts=sent.get("lifts") == "1", cause=visit.cause)
    except Conflict as wrong:
        return await _difference_page(visit, wrong)
    return visit.go("/desk/blocks#lists")


async def undo_list(visit: Visit) -> Response:
    visit.member()
    await visit.needs.desk_undo_list(visit.viewer, _number(visit), cause=visit.cause)
    return visit.go("/desk/blocks#lists")


def _name(sent: dict[str, str]) -> str:
    name = " ".join(sent.get("name", "").split())[:MOST_LIST_NAME]
    if not name:
        raise Invalid("name", "of the list is needed, to know it again the next time")
    return name


def _number(visit: Visit) -> int:
    number = as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound
    return number


async def _page(visit: Visit, wrong: PetrelError | None = None) -> Response:
    return visit.page(
        "desk_blocks.html", status=words.status_of(wrong) if wrong else 200, here="blocks", sent=visit.sent,
        blocks=await visit.needs.desk_blocks(visit.viewer), message=words.said(wrong) if wrong else "")


async def _difference_page(visit: Visit, wrong: PetrelError | None = None) -> Response:
    sent = visit.sent
    try:
        name = _name(sent)
        found = await visit.needs.desk_compare(visit.viewer, name, sent.get("list", ""))
    except (Invalid, Refused) as refused:
        return await _page(visit, refused)
    return visit.page("desk_list.html", status=words.status_of(wrong) if wrong else 200, here="blocks", name=name,
                      found=found, text=sent.get("list", ""), message=words.said(wrong) if wrong else "",
                      levels={level: word for word, level in LEVELS["server"].items()})
