"""What of direct messages is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts

EMPTY_AGAIN = "select messages.empty_again('restore', $1, $2)"
TAKE_DOWN_AGAIN = "select messages.set_removed('restore', $1, $2, true)"
LEAVE_AGAIN = "select messages.leave_again('restore', $1, $2)"

harmless({
    "messages.message.created": "a restore loses it; nobody sees more",
    "messages.message.edited": "text cannot be kept outside; the older one stands, for the same people",
    "messages.message.purged": "a tombstone without content, which is ended again in its time",
    "messages.message.put_back": "opens; the message is taken down again",
    "messages.conversation.read": "shown as unread once more",
    "messages.conversation.unread": "shown as read",
})


@restricts("messages.message.deleted")
async def deleted(w: Writer, entry: Kept) -> bool:
    # The key first: it may be in the keyring's copy, which is younger, without the message.
    await seal.destroy([entry.subject])
    if not entry.actor or not await w.value(EMPTY_AGAIN, entry.subject, entry.actor):
        return False
    w.later("posts.destroy_keys", {"ids": [entry.subject]}, lane="urgent")
    return True


@restricts("messages.conversation.left")
async def left(w: Writer, entry: Kept) -> bool:
    return bool(entry.actor and await w.value(LEAVE_AGAIN, entry.subject, entry.actor))


@restricts("messages.message.taken_down")
async def taken_down(w: Writer, entry: Kept) -> bool:
    return bool(entry.refs and await w.value(TAKE_DOWN_AGAIN, entry.subject, entry.refs[0]))
