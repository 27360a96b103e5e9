"""What stands under the text of a post, polls and cards, and what the composer sends of a poll."""

from datetime import datetime

from msgspec import Struct


class CardView(Struct, frozen=True):
    """What the page that a post links to says of itself."""

    url: str
    title: str
    description: str
    provider: str


class OptionView(Struct, frozen=True, kw_only=True):
    """`votes` and `share` (percent of those who voted) are None while they are hidden."""

    title: str
    votes: int | None = None
    share: int | None = None
    is_own: bool = False


class PollView(Struct, frozen=True, kw_only=True):
    """A poll as its viewer may see it. Who voted for what is on no page, but for one's own."""

    options: tuple[OptionView, ...]
    ends_at: datetime
    is_over: bool = False
    is_multiple: bool = False
    voters: int = 0
    has_voted: bool = False
    may_vote: bool = False
    """For the look of the form only; the room decides."""


class PollFields(Struct, frozen=True, kw_only=True):
    """The composer's fields of a poll. No option: no poll."""

    options: tuple[str, ...] = ()
    minutes: int = 1440
    is_multiple: bool = False
    hides_totals: bool = False
