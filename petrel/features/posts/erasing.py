"""Erasing what somebody wrote and marked. Posts go whole, tombstones included: the state of the account answers for
all of them. source: docs/decisions/0017-erasure.md"""

from collections import Counter

from petrel.core import seal
from petrel.core.doors import Writer, reading, writing
from petrel.core.erasing import BATCH, CAUSE, SYSTEM, Batch, Order, erases
from petrel.core.ids import cell_of
from petrel.features.posts import polls, rules

KEYS_AT_ONCE = 1000
WINDOW_ROWS = 10_000
PUBLIC_OR_UNLISTED = (0, 1)

WRITTEN = """
select id from posts.post where cell = $1 and author = $2 and flags & 512 = 0 and id < $3 order by id desc limit $4
"""
# What was deleted before has no index by its author: a window of the cell's posts at a time.
WINDOW = "select id, author, flags from posts.post where cell = $1 and id > $2 order by id limit $3"
DROP = """
delete from posts.post where cell = $1 and id = any($2::bigint[]) and author = $3
returning id, reply_to, boost_of, audience, flags, quote_of
"""
DROP_CONTENT = "delete from posts.content where cell = $1 and id = any($2::bigint[])"
DROP_EDITS = "delete from posts.edit where cell = $1 and post = any($2::bigint[])"
DROP_ORDERS = "delete from posts.withheld where cell = $1 and post = any($2::bigint[])"
DROP_REACTIONS = "delete from posts.reaction where cell = $1 and post = any($2::bigint[])"
UNREACT = """
delete from posts.reaction r using unnest($1::bigint[]) p(id)
 where r.cell = law.cell(p.id) and r.post = p.id and r.kind = $2 and r.account = $3 returning r.post
"""
UNMARK = """
delete from posts.mark where cell = $1 and account = $2 and post in (
  select post from posts.mark where cell = $1 and account = $2 order by post limit $3) returning post, bits
"""
DROP_POLLS = "delete from posts.poll where cell = $1 and id = any($2::bigint[])"
TAKE_BACK_VOTES = "select posts.take_back_votes('erasing', $1, $2)"
DROP_FOLDERS = "delete from posts.folder where cell = $1 and account = $2"
DROP_ONCE = "delete from posts.once where cell = $1 and account = $2"

TOP = (1 << 63) - 1


@erases("posts.keys", Order.KEYS)
async def destroy_keys(account: int, at: str) -> Batch:
    """The keys of all that stands; those of what was deleted before went with it."""
    async with reading(SYSTEM) as r:
        ids = [row[0] for row in await r.fetch(WRITTEN, cell_of(account), account, int(at or TOP), KEYS_AT_ONCE)]
    gone = await seal.destroy(ids)
    return Batch(gone, str(ids[-1]) if len(ids) == KEYS_AT_ONCE else "")


@erases("posts", Order.FACTS)
async def erase(account: int, at: str) -> Batch:
    """The newest first, since these may still stand in somebody's timeline."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        ids = [row[0] for row in await w.fetch(WRITTEN, cell_of(account), account, TOP, BATCH)]
        await _drop(w, account, ids)
    await seal.destroy(ids)     # what was being published when the keys went
    return Batch(len(ids), "more" if len(ids) == BATCH else "")


@erases("posts.tombstones", Order.FACTS)
async def erase_tombstones(account: int, at: str) -> Batch:
    async with writing(SYSTEM, cause=CAUSE) as w:
        window = await w.fetch(WINDOW, cell_of(account), int(at or 0), WINDOW_ROWS)
        ids = [row["id"] for row in window if row["author"] == account]
        await _drop(w, account, ids)
    return Batch(len(ids), str(window[-1]["id"]) if len(window) == WINDOW_ROWS else "")


@erases("posts.marks", Order.FACTS)
async def erase_marks(account: int, at: str) -> Batch:
    """Likes, bookmarks with their folders, boosts, pins, muted threads; likes are taken out of the counts of what was
    liked."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        await w.execute(DROP_ONCE, cell_of(account), account)
        await w.execute(DROP_FOLDERS, cell_of(account), account)
        marks = await w.change(UNMARK, cell_of(account), account, BATCH)
        liked = await w.change(UNREACT, [m["post"] for m in marks if m["bits"] & 1], 1, account)
        _lower(w, account, likes=Counter(row[0] for row in liked))
        w.record("posts.mark.swept", account, refs=(len(marks),))
    return Batch(len(marks), "more" if len(marks) == BATCH else "")


@erases("posts.votes", Order.FACTS)
async def erase_votes(account: int, at: str) -> Batch:
    """What they voted for counts no more."""
    async with writing(SYSTEM, cause=CAUSE) as w:
        gone = int(await w.value(TAKE_BACK_VOTES, account, BATCH))
        w.record("posts.vote.swept", account)
    return Batch(gone, "more" if gone == BATCH else "")


async def _drop(w: Writer, account: int, ids: list[int]) -> None:
    if not ids:
        return
    cell = cell_of(account)
    gone = await w.change(DROP, cell, ids, account)
    for sql in (DROP_CONTENT, DROP_EDITS, DROP_ORDERS, DROP_REACTIONS):
        await w.execute(sql, cell, ids)
    if await w.execute(DROP_POLLS, cell, ids):
        while await w.value(polls.DROP_VOTES, ids, 5000) == 5000:
            pass
    stood = [p for p in gone if not p["flags"] & 512]
    await w.change(UNREACT, [p["boost_of"] for p in stood if p["boost_of"]], 4, account)
    counted = [p for p in stood if rules.effective(p["audience"], p["flags"]) in PUBLIC_OR_UNLISTED]
    _lower(w, account, replies=Counter(p["reply_to"] for p in counted if p["reply_to"]),
           boosts=Counter(p["boost_of"] for p in counted if p["boost_of"]))
    if quoted := sorted({p["quote_of"] for p in stood if p["quote_of"]}):
        w.record("posts.quote.removed", account, refs=quoted)
    w.record("posts.account.swept", account, refs=ids)


def _lower(w: Writer, account: int, *, replies: Counter[int] | None = None, boosts: Counter[int] | None = None,
           likes: Counter[int] | None = None) -> None:
    """Tells the follower that counts by how much others' posts have fewer: (post, replies, boosts, likes) in turn."""
    sums = [counter or Counter() for counter in (replies, boosts, likes)]
    posts = sorted(set().union(*sums))
    if posts:
        w.record("posts.count.lowered", account, refs=[n for p in posts for n in (p, *(s[p] for s in sums))])
