"""What a member can get of their conversations. The messages themselves are posts, and come through the law."""

from petrel.core.doors import Reader, Row
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.features.messages.shapes import Conversation

MAILBOX = "select * from messages.mailbox($1, $2, $3, $4, $5, $6)"


def _conversation(row: Row, viewer: int | None) -> Conversation:
    others = tuple(account for account in row["people"] if account != viewer)
    return Conversation(row["conversation"], row["last_message"], row["newest"], others or tuple(row["people"]),
                        row["is_unread"])


async def mailbox(r: Reader, page: Page) -> list[Conversation]:
    """The viewer's conversations, the one with the newest message first."""
    rows = await r.fetch(MAILBOX, r.digest, page.limit, page.max_id, page.since_id, page.min_id, None)
    return [_conversation(row, r.account) for row in rows]


async def unread(r: Reader) -> int:
    """How many of the viewer's conversations have something unread, of the latest 200."""
    return int(await r.value("select messages.unread($1)", r.digest))


async def find(r: Reader, conversation: int) -> Conversation:
    """Errors: NotFound."""
    rows = await r.fetch(MAILBOX, r.digest, 1, None, None, None, conversation)
    if not rows:
        raise NotFound
    return _conversation(rows[0], r.account)
