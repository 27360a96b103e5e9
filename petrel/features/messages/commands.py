"""What a member can do about their own conversations."""

from petrel.core.doors import Writer
from petrel.core.errors import NotFound

SET_READ = "select messages.set_read($1, $2, $3)"
LEAVE = "select messages.leave($1, $2)"


async def set_read(w: Writer, conversation: int, *, unread: bool = False) -> None:
    """Errors: NotFound."""
    if not await w.value(SET_READ, w.digest, conversation, unread):
        raise NotFound
    w.record("messages.conversation.unread" if unread else "messages.conversation.read", conversation)


async def leave(w: Writer, conversation: int) -> None:
    """Removes a conversation from the actor's own list; a new message brings it back. Errors: NotFound."""
    if not await w.value(LEAVE, w.digest, conversation):
        raise NotFound
    w.record("messages.conversation.left", conversation)
