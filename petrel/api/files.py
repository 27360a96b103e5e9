"""Files by their addresses: judged at the moment of sending, whole or a part, the same for hidden and missing.

source: docs/law/visibility.md sections 3, 8, 14; RFC 9110 sections 13 and 14.
"""

import re

from msgspec import Struct, field

from petrel.api.http import Call, Id, Reply, route
from petrel.api.http.reply import Header, Stream
from petrel.core.errors import NotFound, Unauthenticated
from petrel.core.viewer import Anonymous, Member, Viewer
from petrel.features import media

OPEN = b"public, max-age=60, s-maxage=10"
"""What everybody may have: shared caches ask again after ten seconds, so that nothing stays longer in one."""

CLOSED = b"private, max-age=60"
PLAIN: tuple[Header, ...] = (
    (b"accept-ranges", b"bytes"),
    # A file opened by itself stays a file, whatever is in it.
    (b"content-security-policy", b"default-src 'none'; media-src 'self'; img-src 'self'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Content-Length, Content-Range, ETag"),
)
_range = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?\s*")


class FileForm(Struct, frozen=True, kw_only=True):
    """`as`: for whom this address was made, where not everybody may have the file."""

    id: Id
    name: str
    signature: str = field(name="as", default="")


@route("GET", "/media/:id/:name", scope="public", surface="media", limit="none")
async def send(call: Call, form: FileForm) -> Reply:
    stem, _, ending = form.name.rpartition(".")
    viewer: Viewer = call.viewer
    if form.signature:
        digest = (await media.signer()).opened(form.signature, form.id)
        if digest is None:
            raise NotFound
        viewer = Member(0, digest)
    try:
        found = await media.send(viewer, form.id, stem)
    except Unauthenticated:
        raise NotFound from None        # signed out since: nothing tells it from what never was
    if media.ENDINGS.get(found.file.type) != ending:
        raise NotFound
    return _reply(call, found, is_open=found.file.is_open and isinstance(viewer, Anonymous))


def _reply(call: Call, found: media.Sending, *, is_open: bool) -> Reply:
    size = found.file.bytes
    etag = f'"{found.file.digest.hex()[:32]}"'
    headers: tuple[Header, ...] = ((b"etag", etag.encode()), *PLAIN)
    cache, type = OPEN if is_open else CLOSED, found.file.type.encode()
    if etag in (call.header(b"if-none-match") or ""):
        return Reply(b"", 304, headers, type, cache)
    asked = call.header(b"range") or ""
    match = _range.fullmatch(asked.strip()) if (call.header(b"if-range") or etag) == etag else None
    if match is None or (match[1] is None and match[2] is None):
        return Reply(Stream(size, found.pieces(0, size)), 200, headers, type, cache)
    if (part := part_of(match, size)) is None:
        return Reply(b"", 416, (*headers, (b"content-range", b"bytes */%d" % size)), type, cache)
    start, end = part
    headers = (*headers, (b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)))
    return Reply(Stream(end - start, found.pieces(start, end)), 206, headers, type, cache)


def part_of(match: re.Match[str], size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last; None where nothing of what is asked for is there. Several ranges are
    answered with the whole file, as RFC 9110 allows."""
    if match[1] is None:
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    return (start, end) if start < end else None
