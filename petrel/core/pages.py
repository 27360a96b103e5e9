"""Which part of a list is wanted. Ids grow with time, so "older" is "smaller"."""

from msgspec import Struct


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
