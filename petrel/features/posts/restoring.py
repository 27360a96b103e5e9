"""What of posts is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features import media
from petrel.features.posts import folders, polls, quotes, rows, taking_down
from petrel.features.posts.shapes import Mark, State

MARKS = {"posts.like.removed": Mark.LIKE, "posts.bookmark.removed": Mark.BOOKMARK, "posts.pin.removed": Mark.PIN}
DROP_FOLDER = "delete from posts.folder where cell = law.cell($1) and id = $1 returning account"
AUTHOR = "select author from posts.post where cell = law.cell($1) and id = $1"
# Who was named in an edited post, and is in the newer one no longer, may not see it by that.
FEWER_NAMED = """
update posts.post set version = version + 1,
       mentions = array(select m from unnest(mentions) m where m = any ($2::bigint[]))
 where cell = law.cell($1) and id = $1 and not mentions <@ $2::bigint[]
"""
NARROW = """
update posts.post set audience = $2, version = version + 1
 where cell = law.cell($1) and id = $1 and audience < $2 and flags & 512 = 0
"""

STRICTER_POLICY = """
update posts.post set flags = flags | $2 where cell = law.cell($1) and id = $1 and flags & $2 <> $2 and flags & 512 = 0
"""

harmless({
    "posts.post.created": "a restore loses it; nobody sees more",
    "posts.post.imported": "a restore loses it; nobody sees more",
    "posts.like.created": "a restore loses it; nobody sees more",
    "posts.bookmark.created": "a restore loses it; nobody sees more",
    "posts.folder.created": "a restore loses it; nobody sees more",
    "posts.folder.changed": "names cannot be kept outside; seen by their owner only",
    "posts.bookmark.moved": "from folder to folder, seen by their owner only",
    "posts.boost.created": "a restore loses it; nobody sees more",
    "posts.quote.created": "a restore loses it; nobody sees more",
    "posts.quote.removed": "follows from a deletion, which is done again",
    "posts.vote.created": "a restore loses it; they may vote again",
    "posts.vote.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
    "posts.poll.ended": "it is over at its time, whoever was told",
    "posts.pin.created": "a restore loses it; nobody sees more",
    "posts.mute.removed": "the member sees more again, of what they may see",
    "posts.post.widened": "opens; the post is for fewer again",
    "posts.post.put_back": "opens; the post is taken down again",
    "posts.message.explained": "a look of the crew's at who may see a message; changes nothing",
    "posts.marks.cleared": "follows from a deletion, which is done again",
    "posts.post.purged": "a tombstone without content, which is ended again in its time",
    "posts.once.forgotten": "keys of idempotency, which are good for a day",
})


@restricts("posts.post.deleted")
async def deleted(w: Writer, entry: Kept) -> bool:
    # The key first: it may be in the keyring's copy, which is younger, without the post.
    await seal.destroy([entry.subject])
    return await _delete(w, entry.subject)


async def _delete(w: Writer, post: int) -> bool:
    author = await w.value(AUTHOR, post)
    if author is None or not await w.change(rows.DELETE_POST, post, author):
        return False
    await w.execute(rows.EMPTY_CONTENT, post)
    await w.execute(rows.EMPTY_EDITS, post)
    await media.drop_of(w, [post])
    await polls.drop(w, post)
    w.later("posts.destroy_keys", {"ids": [post]}, lane="urgent")
    return True


@restricts("posts.boost.removed")
async def boost_removed(w: Writer, entry: Kept) -> bool:
    if not entry.actor or not await _delete(w, entry.subject):
        return False
    await rows.clear_marks(w, [rows.NewMark(entry.actor, entry.refs[0], Mark.BOOST)])
    return True


@restricts("posts.like.removed", "posts.bookmark.removed", "posts.pin.removed")
async def mark_removed(w: Writer, entry: Kept) -> bool:
    mark = rows.NewMark(entry.actor or 0, entry.subject, MARKS[entry.kind])
    return bool(await rows.clear_marks(w, [mark]))


@restricts("posts.folder.deleted")
async def folder_deleted(w: Writer, entry: Kept) -> bool:
    gone = await w.change(DROP_FOLDER, entry.subject)
    for row in gone:
        await w.execute(folders.EMPTY, row["account"], entry.subject)
    return bool(gone)


@restricts("posts.mute.created")
async def thread_muted(w: Writer, entry: Kept) -> bool:
    if not entry.actor or await w.value(AUTHOR, entry.subject) is None:
        return False
    return bool(await rows.set_marks(w, [rows.NewMark(entry.actor, entry.subject, Mark.MUTE)]))


@restricts("posts.post.edited")
async def edited(w: Writer, entry: Kept) -> bool:
    """The newer text is lost, and the older one stands; who may see it is as narrow as it had become."""
    return bool(await w.execute(FEWER_NAMED, entry.subject, entry.refs))


@restricts("posts.quote.revoked")
async def quote_revoked(w: Writer, entry: Kept) -> bool:
    return bool(await w.change(quotes.REVOKE, entry.subject, entry.refs[0]))


@restricts("posts.policy.changed")
async def policy_changed(w: Writer, entry: Kept) -> bool:
    """Refs: which bits, and what they became. Both what held and what was chosen count: an unknown mixture of the two
    allows the fewest."""
    return bool(await w.execute(STRICTER_POLICY, entry.subject, entry.refs[1]))


@restricts("posts.post.narrowed")
async def narrowed(w: Writer, entry: Kept) -> bool:
    """Refs: reply_to, reply_to_account, thread, audience before, audience after."""
    return bool(await w.execute(NARROW, entry.subject, entry.refs[4]))


@restricts("posts.post.taken_down")
async def taken_down(w: Writer, entry: Kept) -> bool:
    return bool(await w.change(taking_down.SET, entry.subject, True, int(State.REMOVED)))
