"""What hangs on a deleted post goes with it: boosts, likes, bookmarks, pins, muted threads; and, 90 days later, its
tombstone. In batches, after the deletion, which has hidden all of it already."""

from petrel.core.doors import Writer, writing
from petrel.core.jobs import every, job
from petrel.core.viewer import System
from petrel.features.posts import rules

AT_ONCE = 500
SYSTEM = System("posts")

REACTED = "select distinct account from posts.reaction where cell = law.cell($1) and post = $1 order by 1 limit $2"
MARKED = "select account from posts.mark where post = $1 and bits & 26 <> 0 order by 1 limit $2"
MARKED_OF = """
select p.id from unnest($1::bigint[]) p(id)
 where exists (select from posts.reaction r where r.cell = law.cell(p.id) and r.post = p.id)
    or exists (select from posts.mark m where m.post = p.id and m.bits & 26 <> 0)
"""
# A boost says nothing without what it boosts.
END_BOOSTS = """
update posts.post p set flags = p.flags | 512, deleted_at = now(), version = p.version + 1
  from unnest($2::bigint[]) b(account)
 where p.cell = law.cell(b.account) and p.author = b.account and p.boost_of = $1 and p.flags & 512 = 0
returning p.id, p.author, p.audience, p.flags
"""
DROP_MARKS = """
delete from posts.mark m using unnest($2::bigint[]) b(account)
 where m.cell = law.cell(b.account) and m.account = b.account and m.post = $1
"""
DROP_REACTIONS = "delete from posts.reaction where cell = law.cell($1) and post = $1 and account = any($2::bigint[])"
# source: docs/law/visibility.md section 1, `deleted`.
PURGE_POSTS = """
delete from posts.post p using (
  select cell, id from posts.post where flags & 512 <> 0 and deleted_at < now() - interval '90 days'
   order by deleted_at limit $1) old
 where p.cell = old.cell and p.id = old.id returning p.id, p.author
"""
PURGE_MESSAGES = "select * from messages.purge('posts', $1)"


@job("posts.clear")
async def clear(ids: list[int]) -> None:
    """Twice: no effect. Late: the law shows nothing of it meanwhile. Never: the dead letter is listed, and the sweep
    of the room `deletions` clears again, or says what remains."""
    for post in ids:
        while True:
            async with writing(SYSTEM, cause="deletion") as w:
                if await _clear_some(w, post) < AT_ONCE:
                    break


async def _clear_some(w: Writer, post: int) -> int:
    """Takes the marks of some accounts off a post; returns of how many."""
    accounts = [row[0] for row in await w.fetch(REACTED, post, AT_ONCE)]
    accounts = accounts or [row[0] for row in await w.fetch(MARKED, post, AT_ONCE)]
    if not accounts:
        return 0
    for boost in await w.change(END_BOOSTS, post, accounts):
        refs = (post, 0, rules.effective(boost["audience"], boost["flags"]))
        w.record("posts.boost.removed", boost["id"], actor=boost["author"], refs=refs)
    await w.execute(DROP_MARKS, post, accounts)
    await w.execute(DROP_REACTIONS, post, accounts)
    w.record("posts.marks.cleared", post, refs=(len(accounts),))
    return AT_ONCE      # there may be more, of the other kind too


@every(3600, "posts.purge")
async def purge() -> str | None:
    """Ends the tombstones that are older than 90 days. Twice: no effect. Late or never: they stay, without content."""
    total = 0
    for statement in (PURGE_POSTS, PURGE_MESSAGES):
        some = AT_ONCE
        while some == AT_ONCE:
            async with writing(SYSTEM, cause="schedule") as w:
                found = await w.change(statement, AT_ONCE)
                for row in found:
                    kind = "posts.post.purged" if statement is PURGE_POSTS else "messages.message.purged"
                    w.record(kind, row["id"], refs=(row["author"],))
            some = len(found)
            total += some
    return f"ended {total} tombstones of 90 days" if total else None
