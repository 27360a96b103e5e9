"""Counts, projected from the journal; copies of deleted texts, which leave memory; and old keys of idempotency, which
end after a day."""

import asyncio
from collections import Counter
from datetime import date

from petrel.core import gone, tail
from petrel.core.doors import Writer, current, writing
from petrel.core.ids import at_of
from petrel.core.jobs import every
from petrel.core.journal import Entry, follow, task
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.features.posts import quotes

PUBLIC_OR_UNLISTED = (0, 1)

kept_for("posts.once", days=1, schedule="posts.forget_once", overdue="at < now() - interval '1 day'")
kept_for("posts.post", days=90, schedule="posts.purge",
         overdue="flags & 512 <> 0 and deleted_at < now() - interval '90 days'")
kept_for("messages.message", days=90, schedule="posts.purge")
LEAVE_MEMORY = ("posts.post.deleted", "posts.post.edited", "posts.post.narrowed", "posts.post.taken_down")

ADD_TO_POSTS = """
update posts.post p set replies = greatest(0, p.replies + a.replies), boosts = greatest(0, p.boosts + a.boosts),
                        likes = greatest(0, p.likes + a.likes)
  from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[]) a(id, replies, boosts, likes)
 where p.cell = law.cell(a.id) and p.id = a.id
"""
ADD_TO_ACCOUNTS = """
update accounts.account c set posts_count = greatest(0, c.posts_count + a.posts),
       followers_count = greatest(0, c.followers_count + a.followers),
       following_count = greatest(0, c.following_count + a.following),
       last_post_on = greatest(c.last_post_on, a.last)
  from unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::date[])
       a(id, posts, followers, following, last)
 where c.cell = law.cell(a.id) and c.id = a.id
"""


# The day of the newest post that counts, where one went. source: visibility.md section 12, property 14.
LAST_AGAIN = """
update accounts.account c set last_post_on = (
  select (to_timestamp((p.id >> 16) / 1000.0) at time zone 'UTC')::date from posts.post p
   where p.cell = c.cell and p.author = c.id and p.flags & 512 = 0 and p.boost_of is null
     and p.audience in (0, 1) and p.flags & 65600 = 0
   order by p.id desc limit 1)
  from unnest($1::bigint[]) a(id) where c.cell = law.cell(a.id) and c.id = a.id
"""


class Sums:
    """What a batch of entries adds, by post and by account."""

    def __init__(self) -> None:
        self.replies: Counter[int] = Counter()
        self.boosts: Counter[int] = Counter()
        self.likes: Counter[int] = Counter()
        self.posts: Counter[int] = Counter()
        self.followers: Counter[int] = Counter()
        self.following: Counter[int] = Counter()
        self.last: dict[int, date] = {}
        self.fewer: set[int] = set()

    def add(self, e: Entry) -> None:
        match e.kind:
            case "posts.post.created" | "posts.post.imported" | "posts.post.deleted":
                self._post(e, e.refs[3], self.replies)
            case "posts.post.narrowed" | "posts.post.widened":
                self._audience(e)
            case "posts.post.taken_down" | "posts.post.put_back":
                self._removed(e)
            case "posts.boost.created" | "posts.boost.removed":
                self._post(e, e.refs[2], self.boosts)
            case "posts.like.created":
                self.likes[e.subject] += 1
            case "posts.like.removed":
                self.likes[e.subject] -= 1
            case "relationships.follow.created" | "relationships.follow.removed":
                step = 1 if e.kind.endswith("created") else -1
                self.following[e.refs[0]] += step
                self.followers[e.refs[1]] += step
            case "posts.count.lowered":
                for post, replies, boosts, likes in zip(*(e.refs[n::4] for n in range(4)), strict=True):
                    self.replies[post] -= replies
                    self.boosts[post] -= boosts
                    self.likes[post] -= likes
            case "relationships.account.swept":
                self.following.subtract(e.refs[0::2])
                self.followers.subtract(e.refs[1::2])

    def _post(self, e: Entry, audience: int, shown_at: Counter[int]) -> None:
        """Shared counts count what an anonymous visitor may see, as it was written: whoever else reads a post gets
        the same numbers. source: visibility.md section 1, `cnt`."""
        if audience not in PUBLIC_OR_UNLISTED:
            return
        self._step(e, 1 if e.kind.endswith(("created", "imported")) else -1, shown_at)
        if e.kind in ("posts.post.created", "posts.post.imported"):
            actor, written_on = e.actor or 0, at_of(e.subject).date()
            self.last[actor] = max(written_on, self.last.get(actor, written_on))

    def _audience(self, e: Entry) -> None:
        """A post that no anonymous visitor may see any more counts no more; one that they now may, does."""
        was, is_now = (audience in PUBLIC_OR_UNLISTED for audience in e.refs[3:5])
        self._step(e, int(is_now) - int(was), self.replies)

    def _removed(self, e: Entry) -> None:
        """What moderators took down nobody else sees; what they gave back counts again."""
        if e.refs[3] in PUBLIC_OR_UNLISTED:
            step = -1 if e.kind.endswith("taken_down") else 1
            self._step(e, step, self.replies, author=e.refs[2])

    def _step(self, e: Entry, step: int, shown_at: Counter[int], *, author: int = 0) -> None:
        actor = author or e.actor or 0
        self.posts[actor] += step
        if step < 0:
            self.fewer.add(actor)
        if e.refs[0]:
            shown_at[e.refs[0]] += step


@follow(
    "counts",
    "posts.post.created",
    "posts.post.imported",
    "posts.post.deleted",
    "posts.post.narrowed",
    "posts.post.widened",
    "posts.post.taken_down",
    "posts.post.put_back",
    "posts.boost.created",
    "posts.boost.removed",
    "posts.like.created",
    "posts.like.removed",
    "relationships.follow.created",
    "relationships.follow.removed",
    "posts.count.lowered",
    "relationships.account.swept",
    *quotes.NAMING,
    surface="cnt",
)
async def count(w: Writer, entries: list[Entry]) -> None:
    """Twice: cannot be, the cursor moves in the same transaction. Late: counts are a moment old. Never: a count stays
    wrong until it is counted anew."""
    sums = Sums()
    for entry in entries:
        sums.add(entry)
    ids = sorted(sums.replies.keys() | sums.boosts.keys() | sums.likes.keys())
    if ids:
        await w.execute(
            ADD_TO_POSTS,
            ids,
            [sums.replies[i] for i in ids],
            [sums.boosts[i] for i in ids],
            [sums.likes[i] for i in ids],
        )
    people = sorted(sums.posts.keys() | sums.followers.keys() | sums.following.keys())
    if people:
        await w.execute(
            ADD_TO_ACCOUNTS,
            people,
            [sums.posts[i] for i in people],
            [sums.followers[i] for i in people],
            [sums.following[i] for i in people],
            [sums.last.get(i) for i in people],
        )
    await quotes.count(w, entries)
    if sums.fewer:
        await w.execute(LAST_AGAIN, sorted(sums.fewer))


@task("gone", surface="none", why_none="it says which copies to drop, to processes of this machine")
async def tell_gone(stop: asyncio.Event) -> None:
    """Twice: no effect. Late: a text that nobody can be shown stays in memory so long. Never: as late; whoever begins
    anew makes web processes drop all copies."""
    run_directory = current().run_directory
    assert run_directory is not None
    the_tail = tail.current()
    at = await the_tail.begin()
    teller = gone.Teller(run_directory)
    stopped = asyncio.create_task(stop.wait())
    while not stop.is_set():
        entries, until = await the_tail.read(at)
        ids = [e.subject for e in entries if e.kind in LEAVE_MEMORY]
        ids += [post for e in entries if e.kind == "posts.account.swept" for post in e.refs]
        if ids:
            teller.tell(ids)
        if until == at:
            grown = asyncio.create_task(the_tail.beyond(at))
            await asyncio.wait((grown, stopped), return_when=asyncio.FIRST_COMPLETED)
            grown.cancel()
        at = until


@every(3600, "posts.forget_once")
async def forget_once() -> str | None:
    """Idempotency keys are good for a day. Twice: no effect. Never: the table grows."""
    async with writing(System("posts"), cause="schedule") as w:
        gone = await w.execute(
            "delete from posts.once where (cell, account, key) in (select cell, account, key "
            "from posts.once where at < now() - interval '1 day' limit 5000)"
        )
        if gone:
            w.record("posts.once.forgotten", 0, refs=(gone,))
    return f"forgot {gone} idempotency keys" if gone else None
