"""Quotes: who may quote and answer a post, taking one's post out of somebody's quote, counting.

A quote that was taken back has no `quote_of` any more, so there is nothing left to show. What of a quoted post a reader
gets, the law says at each showing, as of everything embedded.
source: docs/decisions/0044-quotes.md; docs/law/visibility.md section 10.
"""

from collections.abc import Iterable, Sequence

from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Invalid, Refused
from petrel.core.journal import Entry
from petrel.core.pages import Page
from petrel.features.posts.shapes import (
    POLICY_BITS,
    Audience,
    PostNotFound,
    QuotePolicy,
    ReplyPolicy,
    Who,
    quote_policy_of,
    reply_policy_of,
)

SET_POLICY = """
update posts.post set flags = (flags & ~$3::integer) | $4 where cell = law.cell($1) and id = $1 and author = $2
   and flags & 512 = 0 and flags & $3 <> $4
"""
REVOKE = """
update posts.post set quote_of = null, version = version + 1
 where cell = law.cell($1) and id = $1 and quote_of = $2 and flags & 512 = 0 returning author, audience, flags
"""
QUOTED_BY = "select id from posts.quoting($1, $2, $3, $4, $5)"
QUOTED_IN = """
select distinct p.quote_of from unnest($1::bigint[]) a(id)
  join posts.post p on p.cell = law.cell(a.id) and p.id = a.id where p.quote_of is not null
"""
# What an anonymous visitor may see, as of all shared counts: public, unlisted, not removed, not written protected.
COUNT = """
update posts.post q set quotes = (
  select count(*) from posts.post p
   where p.quote_of = q.id and p.flags & 512 = 0 and p.audience in (0, 1) and p.flags & 65600 = 0)
  from unnest($1::bigint[]) a(id) where q.cell = law.cell(a.id) and q.id = a.id
"""
NAMING = ("posts.quote.created", "posts.quote.revoked", "posts.quote.removed")
CHANGING = ("posts.post.narrowed", "posts.post.widened", "posts.post.taken_down", "posts.post.put_back")


class NotForQuoting(Refused):
    """The author of this post does not allow you to quote it"""


class NotForAnswering(Refused):
    """The author of this post has limited who can reply to it"""


def check_quoting(quoted: Row, audience: Audience) -> None:
    """Whether the viewer of this row (law.decided) may quote that post to such an audience. Only its author may quote
    what is not for everybody, and to no more people than it is for. Errors: NotForQuoting, Invalid."""
    who = quoted["who"]
    if audience == Audience.DIRECT:
        raise Invalid(message="Validation failed: A direct message cannot quote a post")
    if quoted["audience"] > Audience.UNLISTED:
        if not who & Who.AUTHOR or quoted["audience"] == Audience.DIRECT:
            raise NotForQuoting("deny.quote")
        if audience < Audience.FOLLOWERS:
            raise Invalid("visibility", "cannot be wider than that of the post you quote")
    if who & (Who.BLOCKING | Who.BLOCKED) or not may_quote(quoted["states"], who):
        raise NotForQuoting("deny.quote")


def may_quote(states: int, who: int) -> bool:
    """As the author of a public or unlisted post allows."""
    if who & Who.AUTHOR:
        return True
    policy = quote_policy_of(states)
    return policy == QuotePolicy.PUBLIC or bool(policy == QuotePolicy.FOLLOWERS and who & Who.FOLLOWER)


def check_answering(parent: Row) -> None:
    """Whether the viewer of this row may answer that post. Errors: NotForAnswering."""
    policy, who = reply_policy_of(parent["states"]), parent["who"]
    if policy == ReplyPolicy.EVERYONE or who & (Who.AUTHOR | Who.NAMED):
        return
    if policy != ReplyPolicy.FOLLOWERS or not who & Who.FOLLOWER:
        raise NotForAnswering("deny.reply")


async def set_policy(
    w: Writer, post: int, *, quote: QuotePolicy | None = None, reply: ReplyPolicy | None = None
) -> None:
    """Who may quote and who may answer one's own post from now on; None leaves as it is. The caller has looked whether
    it is theirs (`own`)."""
    mask = (POLICY_BITS["quote"] if quote is not None else 0) | (POLICY_BITS["reply"] if reply is not None else 0)
    bits = int(quote or 0) | int(reply or 0)
    if mask and await w.execute(SET_POLICY, post, w.account, mask, bits):
        w.record("posts.policy.changed", post, refs=(mask, bits))


async def revoke(w: Writer, post: int, quoting: int) -> None:
    """Takes one's own post out of somebody's. The caller has looked whether `post` is theirs. Errors: PostNotFound."""
    gone = await w.change(REVOKE, quoting, post)
    if not gone:
        raise PostNotFound
    w.record("posts.quote.revoked", quoting, refs=(post, w.account or 0, gone[0]["author"]))


async def quoting(r: Reader, post: int, page: Page) -> list[int]:
    """Candidate ids of the posts that quote this one, newest first; none when the viewer may not see it."""
    rows = await r.fetch(QUOTED_BY, r.digest, post, page.limit, page.max_id, page.min_id)
    return [row[0] for row in rows if page.since_id is None or row[0] > page.since_id]


async def count(w: Writer, entries: Sequence[Entry]) -> None:
    """Counts anew what these entries of the journal may have changed."""
    named = {quoted for e in entries if e.kind in NAMING for quoted in _named(e)}
    changed = [e.subject for e in entries if e.kind in CHANGING]
    if changed:
        named |= {int(row[0]) for row in await w.fetch(QUOTED_IN, changed)}
    if named:
        await w.execute(COUNT, sorted(named))


def _named(e: Entry) -> Iterable[int]:
    return e.refs if e.kind == "posts.quote.removed" else e.refs[:1]
