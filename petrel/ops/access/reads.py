"""What there is of requests. For the command line and the site itself (system readers), and inside commands."""

from petrel.core import seal
from petrel.core.doors import Reader
from petrel.core.errors import NotFound
from petrel.ops.access import rows
from petrel.ops.access.shapes import Case, Request


async def cases(r: Reader, number: int | None, *, only_open: bool, limit: int) -> list[Case]:
    found = await r.fetch(rows.LISTED, number, 0, only_open, limit)
    keys = await seal.keys(row["id"] for row in found)
    return [rows.case_of(row, keys) for row in found]


async def find(r: Reader, number: int) -> Request:
    """Errors: NotFound."""
    found = await cases(r, number, only_open=False, limit=1)
    if not found:
        raise NotFound(f"There is no request {number}. `petrel access list` shows those that wait.")
    return found[0].request


async def listed(r: Reader, *, limit: int = 100) -> list[Request]:
    """All, newest first."""
    return [case.request for case in await cases(r, None, only_open=False, limit=limit)]


async def waiting(r: Reader, *, limit: int = 100) -> list[Request]:
    """Those that wait for a second person, or are approved and not used; newest first."""
    found = [case.request for case in await cases(r, None, only_open=True, limit=limit)]
    return [one for one in found if one.state != "expired"]
