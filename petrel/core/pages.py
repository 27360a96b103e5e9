"""Which part of a list is wanted. Ids grow with time, so "older" is "smaller"."""

from collections.abc import Sequence

from msgspec import Struct

ROUNDS = 8
"""How often a page that is not full looks further."""
MOST_AT_ONCE = 2560


class Page(Struct, frozen=True):
    """One page, always answered newest first.

    `max_id`: older than it. `since_id`: newer than it, still the newest ones.
    `min_id`: the page directly after it (the oldest of the newer ones); may be combined with `max_id`.
    All bounds are exclusive. `limit` is already clamped by the door (1 or more).
    """

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


def further(at: Page, ids: Sequence[int], wanted: int, *, found: bool) -> Page:
    """Where to look on for a page of `wanted` when the candidates `ids` (newest first) did not fill it.

    As long as nothing was `found` each look takes four times as many: a list does not end before a long run of what
    this viewer may not see, and no cursor has to name something hidden to get past it.
    """
    limit = wanted if found else min(4 * at.limit, MOST_AT_ONCE)
    return Page(limit, at.max_id, None, ids[0]) if at.min_id is not None else Page(limit, ids[-1], at.since_id)
