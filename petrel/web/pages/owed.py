"""Settings: one's own data. A copy of all of it, what one agreed to, an end of the account; and what the site keeps."""

import re
from collections.abc import Iterator

from starlette.responses import Response, StreamingResponse

from petrel.core import room
from petrel.core.errors import Invalid, NotFound, PetrelError, Unauthenticated
from petrel.core.viewer import Anonymous, Viewer
from petrel.features.accounts import CodeNeeded
from petrel.web import forms, present, words
from petrel.web.door import Visit
from petrel.web.pages.doorway import step_page

PRIVATE = {"cache-control": "private, no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
A_PAGE = 40
_range = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?")


async def show(visit: Visit) -> Response:
    viewer = await claimant(visit)
    data = await visit.needs.own_data(viewer)
    return visit.page("data.html", data=data, is_suspended=visit.me is None)


async def sign_in_form(visit: Visit) -> Response:
    return _sign_in_page(visit)


async def sign_in(visit: Visit) -> Response:
    """For who may see nothing but their own few pages."""
    name = visit.sent.get("name", "").strip()
    try:
        session = await visit.needs.sign_in_for_data(name, visit.sent.get("password", ""), address=visit.address,
                                                     cause=visit.cause, device=visit.device)
    except CodeNeeded as needed:
        return step_page(visit, needed.step, "/settings/data")
    except PetrelError as wrong:
        said = visit.says.t("sign_in.mismatch") if isinstance(wrong, Invalid) else words.said(wrong)
        return _sign_in_page(visit, name=name, message=said, status=words.status_of(wrong))
    return visit.come_in(session, "/settings/data")


async def ask_export(visit: Visit) -> Response:
    room.refuse("uploads")
    viewer = await claimant(visit)
    await visit.needs.ask_export(viewer, cause=visit.cause)
    return visit.go("/settings/data")


async def download(visit: Visit) -> Response:
    """The archive, whole or from where an interrupted download stopped (RFC 9110 section 14)."""
    number = forms.as_id(visit.request.path_params["number"])
    if number is None:
        raise NotFound
    found = await visit.needs.download(await claimant(visit), number)
    etag = f'"{found.digest[:32]}"'
    headers = {**PRIVATE, "etag": etag, "accept-ranges": "bytes",
               "content-disposition": f'attachment; filename="petrel-{number}.zip"',
               "content-security-policy": "default-src 'none'; sandbox"}
    asked = visit.request.headers.get("range", "")
    if asked and visit.request.headers.get("if-range", etag) == etag:
        if (part := _part(asked, found.bytes)) is None:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{found.bytes}"})
        start, end = part
        headers |= {"content-range": f"bytes {start}-{end - 1}/{found.bytes}"}
        return _stream(visit, found.pieces(start, end), end - start, headers, 206)
    return _stream(visit, found.pieces(0, found.bytes), found.bytes, headers, 200)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last; None where nothing of it is there."""
    match = _range.fullmatch(asked.strip())
    if match is None or (match[1] is None and match[2] is None):
        return None
    if match[1] is None:
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    return (start, end) if start < end else None


def _stream(visit: Visit, pieces: Iterator[bytes], size: int, headers: dict[str, str], status: int) -> Response:
    headers = {**headers, "content-length": str(size)}
    if visit.request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type="application/zip")
    return StreamingResponse(pieces, status_code=status, headers=headers, media_type="application/zip")


async def erase_form(visit: Visit) -> Response:
    visit.member()
    return await _erase_page(visit)


async def erase(visit: Visit) -> Response:
    visit.member()
    try:
        secret = await visit.needs.erase(visit.viewer, visit.sent.get("handle", ""), visit.sent.get("password", ""),
                                         address=visit.address, cause=visit.cause)
    except Invalid as wrong:
        said = words.said(wrong) if wrong.field == "handle" else visit.says.t("again.wrong_password")
        return await _erase_page(visit, message=said, status=422)
    return visit.leave(f"/erased/{secret}")


async def erased(visit: Visit) -> Response:
    """Whoever holds the link, signed in or not: there is no account any more to sign in to."""
    told = await visit.needs.ended(visit.request.path_params["secret"][:100])
    response = visit.page("erased.html", told=told, secret=visit.request.path_params["secret"])
    response.headers.update(PRIVATE)
    return response


async def receipt(visit: Visit) -> Response:
    told = await visit.needs.ended(visit.request.path_params["secret"][:100])
    if not told.receipt:
        raise NotFound
    return Response(told.receipt, media_type="application/json",
                    headers={**PRIVATE, "content-disposition": 'attachment; filename="erasure-receipt.json"'})


async def deletions(visit: Visit) -> Response:
    visit.member()
    below = forms.as_id(visit.request.query_params.get("max_id", ""))
    found = await visit.needs.deletions(visit.viewer, below)
    return visit.page("deletions.html", deletions=found, older=found[-1].id if len(found) == A_PAGE else None)


async def deletion(visit: Visit) -> Response:
    """The receipt."""
    visit.member()
    number = forms.as_id(visit.request.path_params["number"].removesuffix(".json"))
    if number is None:
        raise NotFound
    receipt = await visit.needs.deletion_receipt(visit.viewer, number)
    return Response(receipt, media_type="application/json", headers={
        **PRIVATE, "content-disposition": f'attachment; filename="deletion-receipt-{number}.json"'})


async def about(visit: Visit) -> Response:
    meta = present.Meta(path="/about/data", title="What we keep", is_indexed=True,
                        description="What this site keeps of people, and why.")
    return visit.page("about_data.html", meta=meta, sheet="about", kept=await visit.needs.kept())


async def claimant(visit: Visit) -> Viewer:
    """Errors: Unauthenticated."""
    viewer = visit.viewer if visit.me is not None else await visit.needs.claimant(visit.session)
    if isinstance(viewer, Anonymous):
        raise Unauthenticated
    return viewer


async def _erase_page(visit: Visit, *, message: str = "", status: int = 200) -> Response:
    planned = await visit.needs.planned_erasure(visit.viewer)
    return visit.page("erase.html", status=status, planned=planned, message=message)


def _sign_in_page(visit: Visit, *, name: str = "", message: str = "", status: int = 200) -> Response:
    response = visit.page("sign_in_data.html", status=status, name=name, message=message)
    response.headers.update(PRIVATE)
    return response
