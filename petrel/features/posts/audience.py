"""Changing whom one's own post is for. Narrowing holds at once; widening needs somebody who has just signed in.

Nothing else changes an audience, neither here nor as a side effect elsewhere. The law judges at every showing, so
boosts, answers, candidates and counts need nothing of this file. source: docs/law/visibility.md sections 1, 10, 11.
"""

from msgspec import Struct

from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Conflict
from petrel.core.policy import widens
from petrel.features import accounts
from petrel.features.posts import newcomers, rules
from petrel.features.posts.changing import own
from petrel.features.posts.shapes import Audience, PostNotFound, TooWide

STANDS = "select * from posts.audience_of($1, $2)"
SET = "select posts.set_audience($1, $2, $3, $4) as done"
IF_OPENED = "select * from posts.if_opened($1)"


class Standing(Struct, frozen=True):
    """Whom one's own post is for, and whom a change of that concerns. `wrote`: as written, `sees`: as it holds now.

    `widest`: what the post may be widened to, which is no more than what it answers; followers, when that is gone.
    """

    wrote: Audience
    sees: Audience
    widest: Audience
    is_protected: bool
    reply_to: int
    reply_to_account: int
    thread: int
    followers: int
    named: int
    replies: int
    boosts: int


class IfOpened(Struct, frozen=True):
    """What opening one's protected account would do to one's posts: how many become visible to everybody (`listed`
    in public places, `unlisted` by link and profile), and how many stay for followers."""

    listed: int
    unlisted: int
    stay: int


async def standing(r: Reader, post: int) -> Standing:
    """For the author's own eyes. Errors: PostNotFound (also for boosts and direct messages, which have no other
    audience)."""
    row = await r.row(STANDS, r.digest, post)
    if row is None:
        raise PostNotFound
    return _standing(row)


def _standing(row: Row) -> Standing:
    wrote = Audience(row["wrote"])
    return Standing(
        wrote=wrote,
        sees=max(wrote, Audience.FOLLOWERS) if row["is_protected"] else wrote,
        widest=_widest(row),
        is_protected=row["is_protected"],
        reply_to=row["reply_to"] or 0,
        reply_to_account=row["reply_to_account"] or 0,
        thread=row["thread"],
        followers=row["followers"],
        named=row["named"],
        replies=row["replies"],
        boosts=row["boosts"],
    )


def _widest(row: Row) -> Audience:
    if row["reply_to"] is None:
        return Audience.PUBLIC
    return Audience.FOLLOWERS if row["parent"] is None else Audience(min(row["parent"], Audience.FOLLOWERS))


async def if_opened(r: Reader) -> IfOpened:
    row = await r.row(IF_OPENED, r.digest)
    return IfOpened(row["listed"], row["unlisted"], row["stay"]) if row else IfOpened(0, 0, 0)


async def narrow(w: Writer, post: int, audience: Audience) -> bool:
    """Takes one's own post away from some who could see it; False when it is for no more than these already.

    Errors: PostNotFound, Invalid (no audience to narrow to), TooWide (it would be shown to more).
    """
    row = await w.row(STANDS, w.digest, post)
    if row is None:
        await own(w, post)  # a direct message: for no more than these ever
        raise TooWide("deny.widening")
    before = _standing(row)
    if not rules.may_narrow(before.wrote, before.sees, audience):
        return False

    await _set(w, post, audience, to_more=False)

    _record(w, "posts.post.narrowed", post, before, audience)
    return True


async def widen(w: Writer, post: int, audience: Audience) -> None:
    """Shows one's own post to more people. A post written while protected is released by this, and only by this.

    Errors: PostNotFound, NotFresh (not signed in within five minutes, or an app), Refused (the account is protected;
    wider than what it answers), Invalid, TooNew, Conflict (it was changed meanwhile).
    """
    await accounts.must_be_fresh(w)
    before = await standing(w, post)
    rules.check_widening(before.wrote, audience, before.widest, is_protected=before.is_protected)
    if audience == Audience.PUBLIC and w.account is not None:
        await newcomers.check_public(w, w.account)

    await widens(w, post)
    await _set(w, post, audience, to_more=True)

    _record(w, "posts.post.widened", post, before, audience)


async def _set(w: Writer, post: int, audience: Audience, *, to_more: bool) -> None:
    done = await w.change(SET, w.digest, post, int(audience), to_more)
    if not done[0]["done"]:
        raise Conflict


def _record(w: Writer, kind: str, post: int, before: Standing, after: Audience) -> None:
    """refs: reply_to, reply_to_account, thread, audience before, audience after."""
    w.record(kind, post, refs=(before.reply_to, before.reply_to_account, before.thread, before.wrote, after))
