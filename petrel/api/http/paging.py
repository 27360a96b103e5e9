"""Pages of lists: which part the client asks for, and the `Link` header that leads to the next.

Source: docs/law API notes, section 3; RFC 8288 for the header.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote_from_bytes

from msgspec import Struct

from petrel.api.http.call import Call
from petrel.api.http.errors import BadRequest
from petrel.api.http.forms import Cursor
from petrel.api.http.reply import Header, Reply
from petrel.core.pages import Page

_DROPPED = frozenset((b"max_id", b"since_id", b"min_id", b"access_token", b"offset"))
_UNSAFE = re.compile(rb"[^A-Za-z0-9\-._~%!$&'()*+,;=:@/\[\]]")
_SAFE = "-._~%!$&'()*+,;=:@/[]"


class Paged(Struct, frozen=True, kw_only=True):
    """The four parameters of every list by id; forms of such lists inherit from this."""

    limit: int | None = None
    max_id: Cursor | None = None
    since_id: Cursor | None = None
    min_id: Cursor | None = None

    def page(self, default: int = 20, at_most: int | None = None) -> Page:
        """A limit above the greatest (twice the default unless given) is clamped. Errors: BadRequest below 0."""
        return Page(clamp(self.limit, default, at_most), self.max_id, self.since_id, self.min_id)


class Offset(Struct, frozen=True, kw_only=True):
    """The two parameters of lists that are counted through: searches, directory, trends."""

    limit: int | None = None
    offset: int | None = None

    def bounds(self, default: int, at_most: int | None = None) -> tuple[int, int]:
        """(limit, offset). Errors: BadRequest for negative ones."""
        if self.offset is not None and self.offset < 0:
            raise BadRequest('The parameter "offset" must not be negative')
        return clamp(self.limit, default, at_most), min(self.offset or 0, 10_000)


def clamp(limit: int | None, default: int, at_most: int | None = None) -> int:
    if limit is None:
        return default
    if limit < 0:
        raise BadRequest('The parameter "limit" must not be negative')
    return max(1, min(limit, at_most or 2 * default))


def link_header(
    url: str,
    query: bytes,
    *,
    newest: int | None,
    oldest: int | None,
    is_full: bool,
    back_by: str = "min_id",
) -> Header | None:
    """The header for one page, None for an empty one.

    `newest`, `oldest`: cursors of the first and last row of the page as found, before rows that may not be
    shown were left out, else a page of hidden rows would end the list. `is_full`: as many rows were found as
    asked for. `back_by`: "since_id" for the lists whose way back is that.
    """
    if newest is None or oldest is None:
        return None
    kept = b"&".join(part for part in query.split(b"&") if part and part.partition(b"=")[0] not in _DROPPED)
    if _UNSAFE.search(kept):
        kept = quote_from_bytes(kept, safe=_SAFE).encode()
    start = f"<{url}?{kept.decode()}{'&' if kept else ''}"
    previous = f'{start}{back_by}={newest}>; rel="prev"'
    if is_full:
        previous = f'{start}max_id={oldest}>; rel="next", {previous}'
    return (b"link", previous.encode("latin-1"))


def listed(call: Call, items: object, cursors: Sequence[int], *, is_full: bool, back_by: str = "min_id") -> Reply:
    """A list with its `Link`. `items`: `Pieces` of encoded JSON, or shapes to encode.

    `cursors`: of the rows as found, newest first; only the first and the last matter.
    """
    newest, oldest = (cursors[0], cursors[-1]) if cursors else (None, None)
    link = link_header(call.url, call.query, newest=newest, oldest=oldest, is_full=is_full, back_by=back_by)
    return Reply(items, headers=(link,) if link else ())
