"""What a member can do about timelines."""

from petrel.core.doors import Writer
from petrel.core.errors import Conflict, Unauthenticated
from petrel.core.ids import cell_of

MARK = """
insert into timelines.marker (cell, account, timeline, last_read) values ($1, $2, $3, $4)
on conflict (cell, account, timeline) do update
  set last_read = excluded.last_read, version = timelines.marker.version + 1, changed_at = now()
returning version
"""


async def set_marker(w: Writer, timeline: str, last_read: int) -> None:
    """Notes how far a timeline was read; `timeline` is home or notifications. Errors: Conflict."""
    if w.account is None:
        raise Unauthenticated
    if not await w.change(MARK, cell_of(w.account), w.account, timeline, last_read):
        raise Conflict
    w.record("timelines.marker.set", w.account, refs=(last_read,))
