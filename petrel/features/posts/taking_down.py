"""Taking a post out of everybody's sight but its author's, and giving it back: for the room `moderation`.

Whether that may be is decided there. The law's state `removed` does the rest, everywhere and at once.
source: docs/law/visibility.md section 4.11.
"""

from petrel.core.doors import Writer
from petrel.core.policy import widens
from petrel.features.posts import rules
from petrel.features.posts.shapes import State

SET = """
update posts.post set flags = case when $2 then flags | $3 else flags & ~$3::integer end, version = version + 1
 where cell = law.cell($1) and id = $1 and flags & 512 = 0 and (flags & $3 = 0) = $2
returning reply_to, boost_of, author, audience, flags
"""
SET_MESSAGE = "select messages.set_removed('posts', $1, $2, $3)"


async def take_down(w: Writer, post: int, author: int) -> bool:
    """Also of a direct message. False when it is gone, or taken down already."""
    return await _set(w, post, author, to=True)


async def put_back(w: Writer, post: int, author: int) -> bool:
    """False when it is gone, or was not taken down."""
    await widens(w, post)
    return await _set(w, post, author, to=False)


async def _set(w: Writer, post: int, author: int, *, to: bool) -> bool:
    if changed := await w.change(SET, post, to, int(State.REMOVED)):
        row = changed[0]
        # refs: what it answers, what it boosts, its author, for whom it is; as of posts.post.deleted.
        w.record("posts.post.taken_down" if to else "posts.post.put_back", post, refs=(
            row["reply_to"] or 0, row["boost_of"] or 0, row["author"], rules.effective(row["audience"], row["flags"])))
        return True
    if not await w.value(SET_MESSAGE, post, author, to):
        return False
    w.record("messages.message.taken_down" if to else "messages.message.put_back", post, refs=(author,))
    return True
