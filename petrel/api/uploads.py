"""Uploads that go on where they were cut off: an API of our own. source: docs/own-api.md"""

from typing import Any

from msgspec import Struct

from petrel.api.http import BadRequest, Call, Id, Upload, route
from petrel.core.doors import reading
from petrel.features import media
from petrel.features.media import Uploaded

OWN = "an upload that nothing shows yet, for its owner only (4.5)"
PIECE_BYTES = 33 << 20
U = "/api/v1/petrel/uploads"


class BeginForm(Struct, frozen=True, kw_only=True):
    size: int
    description: str | None = None
    focus: str | None = None


class IdForm(Struct, frozen=True, kw_only=True):
    id: Id


class PieceForm(Struct, frozen=True, kw_only=True):
    id: Id
    offset: int
    piece: Any = None


class Coming(Struct):
    """`offset`: where to go on. When it is `size`, the id is that of an upload (`GET /api/v1/media/:id`)."""

    id: str
    offset: int
    size: int


def _told(one: Uploaded) -> Coming:
    return Coming(str(one.id), one.taken if one.state is media.State.COMING else one.bytes, one.bytes)


@route("POST", U, scope="write:media", surface="none", why_no_surface=OWN, limit="media")
async def begin(call: Call, form: BeginForm) -> Coming:
    number = await media.coming.begin(call.member, form.size, description=form.description,
                                      focus=media.rules.focus_of(form.focus), cause=call.id)
    return Coming(str(number), 0, form.size)


@route("GET", f"{U}/:id", scope="write:media", surface="none", why_no_surface=OWN)
async def show(call: Call, form: IdForm) -> Coming:
    async with reading(call.viewer) as r:
        return _told(await media.own_free(r, form.id))


@route("PATCH", f"{U}/:id", scope="write:media", surface="none", why_no_surface=OWN, deadline="upload",
       most_bytes=PIECE_BYTES)
async def go_on(call: Call, form: PieceForm) -> Coming:
    if not isinstance(form.piece, Upload):
        raise BadRequest('The parameter "piece" is missing: send it as multipart/form-data, with a file name')
    one = await media.coming.take(call.member, form.id, form.offset, form.piece.file,           # type: ignore[arg-type]
                                  form.piece.size_bytes, cause=call.id)
    return Coming(str(one.id), one.taken, one.bytes)
