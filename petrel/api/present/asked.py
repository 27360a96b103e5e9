"""The poll of a post, what it quotes, and who may quote it, as a viewer gets them."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from petrel.api.present import emojis
from petrel.api.present.rendered import Static, rfc3339
from petrel.core.doors import Row
from petrel.features import posts
from petrel.features.posts import Audience, Carries, Code, Who

UNSEEN = {"blocking": "blocked_account", "deleted": "deleted"}
"""States of a quote whose quoted post its reader may not see, by the reason of the tombstone; else "unauthorized"."""
_AUTHOR = int(Who.AUTHOR)


class PollOption(Struct):
    """`votes_count` is null while it is hidden."""

    title: str
    votes_count: int | None


class Poll(Struct):
    """`voted`, `own_votes` only for somebody signed in. Nobody sees who voted for what."""

    id: str
    expires_at: str
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int
    options: list[PollOption]
    emojis: list[dict[str, Any]]
    voted: bool | UnsetType = UNSET
    own_votes: list[int] | UnsetType = UNSET


def quote(row: Row, quoted: Row | None, entity: bytes | None) -> bytes:
    """source: docs/law/visibility.md section 14, code T; a post that was taken out of a quote has left it."""
    if row["quote_of"] is None:
        state = "revoked"
    elif quoted is None:
        state = "unauthorized"
    elif quoted["code"] <= Code.POINTER:
        state = UNSEEN.get(posts.reason_of(quoted["states"]) or "blocking", "unauthorized")
    else:
        state = "muted_account" if quoted["code"] == Code.GATE and quoted["who"] & Who.MUTING else "accepted"
    return b'{"state":"%s","quoted_status":%s}' % (state.encode(), entity or b"null")


def quotes_of(row: Row) -> int:
    """How many posts quote it."""
    return int(posts.live_of(row).get("quotes", 0)) if row["states"] & Carries.QUOTED else 0


_WORDS = {posts.QuotePolicy.PUBLIC: b'"public"', posts.QuotePolicy.FOLLOWERS: b'"followers"',
          posts.QuotePolicy.NOBODY: b""}
_REPLIES = {posts.ReplyPolicy.EVERYONE: b"", posts.ReplyPolicy.FOLLOWERS: b',"reply_policy":"followers"',
            posts.ReplyPolicy.MENTIONED: b',"reply_policy":"mentioned"'}
_OPEN = b',"quote_approval":{"automatic":["public"],"manual":[],"current_user":"automatic"}'
_POLICIES = posts.POLICY_BITS["quote"] | posts.POLICY_BITS["reply"]


def approval(states: int, audience: int, who: int, *, viewer: bool) -> bytes:
    """Who may quote a post, and whether this viewer may; and, where not everybody may answer it, who may (ours)."""
    if viewer and audience <= Audience.UNLISTED and not states & _POLICIES:
        return _OPEN
    policy = posts.quote_policy_of(states) if audience <= Audience.UNLISTED else posts.QuotePolicy.NOBODY
    if not viewer:
        own = b"unknown"
    elif audience <= Audience.UNLISTED:
        own = b"automatic" if posts.quotes.may_quote(states, who) else b"denied"
    else:
        own = b"automatic" if who & _AUTHOR and audience != Audience.DIRECT else b"denied"
    return b',"quote_approval":{"automatic":[%s],"manual":[],"current_user":"%s"}%s' % (
        _WORDS[policy], own, _REPLIES[posts.reply_policy_of(states)])


def poll_alone(row: Row, static: Static, *, viewer: bool) -> Poll | None:
    """The poll of a post, None when it has none."""
    counted = None if static.poll is None else posts.polls.counted(row, static.poll)
    if counted is None or static.poll is None:
        return None
    poll = Poll(str(row["id"]), rfc3339(counted.ends_at), counted.is_over, static.poll.is_multiple, counted.votes,
                counted.voters, [PollOption(*one) for one in zip(static.poll.options, counted.tallies, strict=True)],
                emojis.in_text(*static.poll.options))
    if viewer:
        poll.voted = counted.own is not None or bool(row["who"] & _AUTHOR)
        poll.own_votes = list(counted.own or ())
    return poll
