"""Pure decisions about posts. No rows, no clock."""

from collections.abc import Collection, Iterable

from petrel.core.errors import Invalid, Refused
from petrel.core.text import Link, is_language, length, parse
from petrel.core.text.grammar import Parsed
from petrel.features.posts.shapes import Audience, Carries, Draft, Empty, Named, State, TooLong, TooWide

MOST_NAMED = 50
_SCANNING = 32
_CLOSED = _SCANNING | int(State.ADULT | State.REMOVED | State.SUSPENDED | State.DEACTIVATED | State.DELETED
                          | State.QUARANTINED)
REASONS = (
    (State.QUARANTINED, "unavailable"),
    (State.DELETED, "deleted"),
    (State.REMOVED, "removed"),
    (State.SUSPENDED, "suspended"),
    (State.WITHHELD, "withheld"),
    (State.ADULT, "age"),
)


def language(said: str | None, otherwise: str | None) -> str | None:
    """What is no language counts as not said, as the client API has it."""
    return said if said and is_language(said) else otherwise


def check_text(parsed: Parsed, spoiler: str, most: int, *, carries: bool = False) -> None:
    """`carries`: a picture or a quote can stand for words. Errors: Empty, TooLong, Invalid. source: the client API's
    counting rules (core/text/length.py)."""
    if not parsed.text and not spoiler and not carries:
        raise Empty
    count = length(parsed, spoiler)
    if count > most:
        raise TooLong(message=f"Validation failed: Text character limit of {most} exceeded")
    if len(parsed.mentions) > MOST_NAMED:
        raise Invalid(message=f"Validation failed: Text names more than {MOST_NAMED} people")


def audience_of(asked: Audience | None, default: int, parent: int | None) -> Audience:
    """The audience a post gets: as asked, else the account's default, never wider than what it answers.

    source: docs/law/visibility.md section 10, "reply".
    """
    wanted = Audience(default) if asked is None else asked
    if parent is None:
        return wanted
    if parent == Audience.PROTECTED:
        parent = Audience.FOLLOWERS
    return max(wanted, Audience(parent))


def check_among(named: Iterable[Named], among: Collection[int]) -> None:
    """What shall stay among some people names nobody else, since whoever is named gets it. Errors: Invalid."""
    others = [f"@{one.acct}" for one in named if one.account not in among]
    if others:
        raise Invalid(message=f"{', '.join(others)} would get this too, and is not one of those it is for. "
                              "Write the name without the @.")


def may_boost(effective: int, is_author: bool) -> bool:
    """Public and unlisted: whoever sees it. Narrower: only the author, to the same audience. source: section 10."""
    if effective in (Audience.PUBLIC, Audience.UNLISTED):
        return True
    return is_author and effective in (Audience.FOLLOWERS, Audience.PROTECTED)


def boost_audience(asked: Audience | None, original: int) -> Audience:
    """Never wider than the boosted post's."""
    floor = Audience.FOLLOWERS if original in (Audience.FOLLOWERS, Audience.PROTECTED) else Audience.PUBLIC
    return max(asked or Audience.PUBLIC, floor)


def effective(audience: int, flags: int) -> int:
    """Whom a post is for as it was written: what a protected account writes is for its followers."""
    return max(audience, Audience.FOLLOWERS) if flags & State.WRITTEN_PROTECTED else audience


def may_narrow(wrote: Audience, sees: Audience, after: Audience) -> bool:
    """Whether there is anything to take away from a post written for `wrote`, which `sees` may see now.

    Errors: Invalid, TooWide. source: section 10, "narrow an audience".
    """
    _check_open(after)
    if after < sees:
        raise TooWide("deny.widening")
    return after > wrote


def check_widening(before: Audience, after: Audience, widest: Audience, *, is_protected: bool) -> None:
    """`widest`: what it answers allows. Errors: Invalid, Refused. source: section 10, "widen an audience", "reply"."""
    _check_open(after)
    if after >= before:
        raise Invalid("visibility", "is not wider than it is now")
    if is_protected:
        raise Refused("deny.protected", "Your account is protected: nothing in it can be shown to more people. "
                      "Open the account first")
    if after < widest:
        raise Refused("deny.parent", "A reply cannot be shown to more people than what it answers")


def _check_open(audience: Audience) -> None:
    if audience not in (Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS):
        raise Invalid("visibility", "is not one that this post can be given")


def reason_of(states: int) -> str:
    """Why there is a tombstone in place of a post: the first that applies; "" for a living one, which stands in the
    way of somebody who blocks its author. source: docs/law/visibility.md section 2, step 5."""
    return next((word for state, word in REASONS if states & state), "")


def has_closed_files(audience: int, states: int) -> bool:
    """Whether not everybody who may have the post may have its files: their addresses are each viewer's own then.
    source: docs/law/visibility.md section 4, column media."""
    return audience > Audience.UNLISTED or bool(states & _CLOSED)


def linked(text: str | Parsed, ours: str) -> str:
    """The first address of the web in a text that is not our own: what it has a card of. "" for none."""
    parsed = parse(text) if isinstance(text, str) else text
    return next((span.url for span in parsed.spans if isinstance(span, Link)
                 and parsed.text[span.host_start:span.host_end].lower() != ours), "")


def card_of(parsed: Parsed, audience: Audience, is_protected: bool, ours: str) -> int:
    """Whether a post has a card of what it links to: only what anybody may see. Asking for one tells the page's server
    that somebody links to it, and when. source: decision 0045."""
    is_open = audience <= Audience.UNLISTED and not is_protected
    return Carries.CARD if is_open and linked(parsed, ours) else 0


def flags_of(draft: Draft, is_protected: bool) -> int:
    sensitive = draft.is_sensitive or bool(draft.spoiler)
    return (State.SENSITIVE if sensitive else 0) | (State.WRITTEN_PROTECTED if is_protected else 0)
