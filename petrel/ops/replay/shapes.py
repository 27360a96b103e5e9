"""The words of a replay: its options, its kinds of event, its figures, its differences.

A *person* is a number of the recording; an *account* is what the site made of it (handle `p` + number).
An *entry* is what stands on a timeline (a post or a boost); the post beneath it is its *under*.
"""

from enum import IntEnum
from pathlib import Path

import msgspec


class Kind(IntEnum):
    """What an event does. The recording knows the last three; a first post is written when one is needed."""

    FIRST = 0
    BOOST = 1
    MENTION = 2
    REPLY = 3

    @property
    def word(self) -> str:
        return ("first_post", "boost", "mention", "reply")[self]


class Options(msgspec.Struct, frozen=True):
    """One run. Times are unix seconds by the recording's clock; `until_at` is not included."""

    trace_dir: Path
    data_dir: Path
    speed: float = 60.0
    from_at: int | None = None
    until_at: int | None = None
    accounts: int | None = None  # only the N busiest of the window; None = all
    connections: int = 64  # requests under way at once, at most
    sample: int = 1000  # accounts whose home timeline is compared
    widest: int = 40  # beyond the sample: those with the most on their timelines
    probe_every: int = 200  # one event in this many is awaited on a follower's timeline
    seed: int = 20120704
    settle_s: float = 30.0  # how long fan-out may take to become quiet before the comparison


class Difference(msgspec.Struct, frozen=True):
    """One entry of one home timeline that is not what the rules say."""

    person: int
    half: str  # "read before" or "never read"
    what: str  # "missing", "extra", "wrong order", "unreadable"
    entry: int
    under: int
    why: str


class Spread(msgspec.Struct, frozen=True):
    """Percentiles of a set of measurements, in milliseconds; zeros when there were none."""

    count: int
    p50_ms: float
    p99_ms: float
    max_ms: float


class Checked(msgspec.Struct, frozen=True):
    """What the comparison of home timelines found."""

    read_before: int  # accounts whose ring existed before the play and was filled by fan-out
    never_read: int  # accounts read for the first time by the comparison itself
    entries: int  # timeline entries that had to be there
    longest: int  # entries on the longest of these timelines
    settled_s: float  # how long the first half took to agree
    late: int  # accounts of the first half that agreed only when read again
    differences: int
    first: tuple[Difference, ...]  # at most 20
