"""What a viewer can get of their own notifications: candidates. The law has the last word on each, at the door."""

from collections.abc import Iterable

from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features.notifications.shapes import (
    STEPS,
    Candidate,
    Group,
    Kind,
    Leader,
    Members,
    Policy,
    Request,
    Summary,
    Wanted,
)

MOST_SCANNED = 30_000
LISTED = "select * from notifications.listed($1, $2, $3, $4, $5, $6::smallint[], $7, $8)"
LEADERS = "select * from notifications.leaders($1, $2, $3, $4, $5, $6::smallint[], $7, $8, $9::smallint[], $10, $11)"
WHOLE = "select * from notifications.groups($1, $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6)"
REQUESTS = "select * from notifications.requests($1, $2, $3, $4, $5, $6)"


def _candidate(row: Row) -> Candidate:
    return Candidate(row["id"], Kind(row["kind"]), row["actor"], row["post"])


async def listed(r: Reader, page: Page, wanted: Wanted = Wanted()) -> list[Candidate]:
    """Newest first."""
    rows = await r.fetch(LISTED, r.digest, page.limit, page.max_id, page.since_id, page.min_id,
                         [int(kind) for kind in wanted.kinds], wanted.actor, wanted.held)
    return [_candidate(row) for row in rows]


async def led(
    r: Reader, page: Page, wanted: Wanted, grouped: Iterable[Kind], *, actors: int = 8
) -> tuple[list[Leader], bool]:
    """A page of groups by their newest, newest first, and whether there may be more. Of each as a whole at most so
    many `actors`; with 0 nobody looks further than the page.

    Of a page with `min_id`: just after.
    Looks at the newest notifications only as far as needed, at most `MOST_SCANNED`. One query, seldom two.
    """
    rows: list[Row] = []
    for scan in (10 * page.limit, MOST_SCANNED):
        rows = await r.fetch(LEADERS, r.digest, page.limit, page.max_id, page.since_id, page.min_id,
                             [int(kind) for kind in wanted.kinds], wanted.actor, wanted.held,
                             [int(kind) for kind in grouped], scan, actors)
        if len(rows) == page.limit or not rows or not rows[0]["rest"]:
            break
    more = len(rows) == page.limit or bool(rows and rows[0]["rest"])
    return [Leader(_candidate(row), row["lowest"], Members(row["total"], row["newest"], tuple(row["actors"])))
            for row in rows], more


async def find(r: Reader, number: int) -> Candidate:
    """One by its id, held ones included. Errors: NotFound."""
    row = await r.row("select * from notifications.one($1, $2)", r.digest, number)
    if row is None:
        raise NotFound
    return _candidate(row)


async def members_of(r: Reader, group: Group, *, actors: int = 8) -> Members:
    """Errors: NotFound, for a group of which nothing is left."""
    if group.only:
        one = await find(r, group.only)
        return Members(1, one.id, (one.actor,))
    lowest, beyond = group.bounds
    row = await r.row(WHOLE, r.digest, [int(group.kind)], [group.post], [lowest], [beyond], actors)
    if row is None or row["total"] < 1 or not row["actors"]:
        raise NotFound
    return Members(row["total"], row["newest"], tuple(row["actors"]))


async def policy(r: Reader) -> tuple[Policy, Summary]:
    row = await r.row("select * from notifications.policy_of($1)", r.digest)
    if row is None:
        return Policy(), Summary(0, 0)
    steps = [STEPS[row[name]] for name in Policy.__struct_fields__]
    return Policy(*steps), Summary(row["requests"], row["notifications"])


async def requests(r: Reader, page: Page, *, only: int | None = None) -> list[Request]:
    """Senders of whom something is held, newest request first; with `only` that request."""
    rows = await r.fetch(REQUESTS, r.digest, page.limit, page.max_id, page.since_id, page.min_id, only)
    return [Request(*row) for row in rows]
