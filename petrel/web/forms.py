"""What a form sent: read with a limit, decoded strictly, and refused in words when it is not a form."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from petrel.core.errors import Invalid
from petrel.core.multipart import Multipart, Unreadable, Upload

LARGEST_BYTES = 256 * 1024
MOST_FIELDS = 100
MOST_FILES = 4


class TooLarge(Invalid):
    """What was sent is too large"""


class BadForm(Invalid):
    """What was sent is not a form that this page knows"""


async def read(request: Request) -> dict[str, str]:
    """Fields by name, the last of each. Text is NFC-agnostic UTF-8 without NUL, with "\\n" as line end.

    Errors: TooLarge (before the body is read, where its length is announced), BadForm.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", ""):
        raise BadForm()
    return decode(await _body(request))


class Form:
    """What one request sent: `fields` as of `read`, and `files` by name, as far as somebody chose any; `close` ends
    these. Of a form that is refused it has what could be read, so that whoever typed that is given it back."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.files: dict[str, Upload] = {}
        self._parts: Multipart | None = None

    async def read(self, request: Request, *, takes_files: bool = True) -> None:
        """Without `takes_files` all of it is as small as a form without them. Errors: TooLarge, BadForm."""
        if not takes_files:
            request = Request(request.scope, _at_most(request))
        content_type = request.headers.get("content-type", "")
        if not content_type.lower().startswith("multipart/form-data"):
            self.fields.update(await read(request))
            return
        try:
            self._parts = Multipart(content_type.encode("latin-1"), MOST_FIELDS + MOST_FILES)
            await self._read_parts(request, self._parts)
        except (Unreadable, ClientDisconnect) as wrong:
            raise BadForm() from wrong
        finally:
            for name, value in self._parts.parts if self._parts else ():
                if isinstance(value, Upload):
                    self.files[name] = value
                else:
                    self.fields[name] = value.replace("\r\n", "\n")

    async def _read_parts(self, request: Request, parts: Multipart) -> None:
        async for chunk in request.stream():
            parts.write(chunk)
            if len(parts.uploads) > MOST_FILES:
                raise BadForm()
        parts.finish()

    @property
    def uploads(self) -> list[Upload]:
        """All files in their order, several under one name as well."""
        return [value for _, value in self._parts.parts if isinstance(value, Upload)] if self._parts else []

    def close(self) -> None:
        if self._parts is not None:
            self._parts.close()


def _refuse_length(request: Request) -> None:
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > LARGEST_BYTES:
        raise TooLarge()


def _at_most(request: Request) -> Callable[[], Awaitable[Any]]:
    """What the request receives, until it is too large."""
    _refuse_length(request)
    got_bytes = 0

    async def receive() -> Any:
        nonlocal got_bytes
        message = await request.receive()
        got_bytes += len(message.get("body", b""))
        if got_bytes > LARGEST_BYTES:
            raise TooLarge()
        return message
    return receive


async def _body(request: Request) -> bytes:
    _refuse_length(request)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BYTES:
                raise TooLarge()
    except ClientDisconnect as gone:
        raise BadForm() from gone
    return bytes(body)


def decode(body: bytes) -> dict[str, str]:
    """Errors: BadForm for text that is not UTF-8, has NUL bytes, or too many fields."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as wrong:
        raise BadForm() from wrong
    if any("\0" in name or "\0" in text for name, text in pairs):
        raise BadForm()
    return {name: text.replace("\r\n", "\n") for name, text in pairs}


def as_id(text: str) -> int | None:
    """An id from a form, a query or a path; None for what could not be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else None
