"""Shapes of messages."""

from msgspec import Struct


class Conversation(Struct, frozen=True):
    """A conversation of the viewer's. `place` is the id to page by; `newest` the last message that was not deleted,
    None when all were; `people` without the viewer, unless they talk to themselves."""

    id: int
    place: int
    newest: int | None
    people: tuple[int, ...]
    is_unread: bool
