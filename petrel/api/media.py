"""Uploading, and what is to be known of an upload until a post shows it."""

from typing import Any

from msgspec import Struct

from petrel.api.http import Call, Id, Reply, Upload, route
from petrel.api.http.errors import BadRequest
from petrel.api.http.pages import MOST_FILES_BYTES
from petrel.api.present import attachments
from petrel.core.doors import reading, writing
from petrel.core.viewer import Viewer
from petrel.features import media
from petrel.features.media import State, Uploaded

OWN = "an upload that nothing shows yet, for its owner only (4.5)"
WAIT_S = 2.0
"""How long an answer waits for the file to be read: pictures nearly always are by then."""


class UploadForm(Struct, frozen=True, kw_only=True):
    """`thumbnail` is taken and not used: the small picture is made here."""

    file: Any = None
    description: str | None = None
    focus: str | None = None
    thumbnail: Any = None


class UpdateForm(Struct, frozen=True, kw_only=True):
    id: Id
    description: str | None = None
    focus: str | None = None
    thumbnail: Any = None


class IdForm(Struct, frozen=True, kw_only=True):
    id: Id


async def _upload(call: Call, form: UploadForm, patience_s: float) -> Reply:
    if not isinstance(form.file, Upload):
        raise BadRequest('The parameter "file" is missing: send it as multipart/form-data, with a file name')
    number = await media.upload(
        call.member, form.file.file, form.file.size_bytes, description=form.description,       # type: ignore[arg-type]
        focus=media.rules.focus_of(form.focus), cause=call.id)
    return await answer(call.viewer, await media.settled(call.viewer, number, patience_s), unfinished=202)


async def answer(viewer: Viewer, one: Uploaded, *, unfinished: int) -> Reply:
    """Errors: NotTaken, when it could not be read."""
    if one.state in (State.REFUSED, State.HELD):
        raise media.rules.refused(one.why)
    is_ready = one.state is State.READY
    return Reply(await attachments.own(one, viewer.digest), 200 if is_ready else unfinished)    # type: ignore[union-attr]


@route("POST", "/api/v1/media", scope="write:media", surface="none", why_no_surface=OWN, limit="media",
       deadline="upload", most_bytes=MOST_FILES_BYTES, deprecated=True)
async def upload_and_wait(call: Call, form: UploadForm) -> Reply:
    return await _upload(call, form, media.PATIENT_S)


@route("POST", "/api/v2/media", scope="write:media", surface="none", why_no_surface=OWN, limit="media",
       deadline="upload", most_bytes=MOST_FILES_BYTES)
async def upload(call: Call, form: UploadForm) -> Reply:
    """202 with no address while it is being read; `GET /api/v1/media/:id` tells how it goes."""
    return await _upload(call, form, WAIT_S)


@route("GET", "/api/v1/media/:id", scope="write:media", surface="none", why_no_surface=OWN)
async def show(call: Call, form: IdForm) -> Reply:
    async with reading(call.viewer) as r:
        return await answer(call.viewer, await media.own_free(r, form.id), unfinished=206)


@route("PUT", "/api/v1/media/:id", scope="write:media", surface="none", why_no_surface=OWN)
async def change(call: Call, form: UpdateForm) -> Reply:
    focus = media.rules.focus_of(form.focus)
    async with writing(call.member, cause=call.id) as w:
        one = await media.describe(w, form.id, description=form.description, focus=focus)
    return await answer(call.viewer, one, unfinished=206)


@route("DELETE", "/api/v1/media/:id", scope="write:media", surface="none", why_no_surface=OWN)
async def remove(call: Call, form: IdForm) -> None:
    async with writing(call.member, cause=call.id) as w:
        await media.discard(w, form.id)
