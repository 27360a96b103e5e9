"""Direct messages: conversations as one of their people sees them.

Words: message (a direct post), conversation (a first message and what answers it), inbox (the conversations of one
account), people (everybody who was ever named in it, and who wrote). Invariants: every function of the database here
runs as a role that is bound by row policies, and enters as whoever holds the digest: a forgotten condition shows
nothing of anybody else's. Writing a message is publishing a post (`posts.create_many`). Who may read one? The law
first (posts/visibility.sql), then the policies in migration 0006. Read next: functions.sql.
"""

from petrel.features.messages.commands import leave, set_read
from petrel.features.messages.reads import find, mailbox, unread
from petrel.features.messages.shapes import Conversation

__all__ = ["Conversation", "find", "leave", "mailbox", "set_read", "unread"]
