"""Conversations on pages: what they show, and what the pages ask of the rooms for them (part of `needs.Needs`)."""

from typing import Protocol

from msgspec import Struct

from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.web.shapes import AccountView, Gap, PostView


class TalkView(Struct, frozen=True, kw_only=True):
    """One conversation of the member's. `people` without the member."""

    id: int
    people: tuple[AccountView, ...]
    last: PostView | Gap | None = None
    is_unread: bool = False
    messages: tuple[PostView | Gap, ...] = ()

    @property
    def url(self) -> str:
        return f"/conversations/{self.id}"


class Talks(Struct, frozen=True, kw_only=True):
    items: tuple[TalkView, ...] = ()
    older: int | None = None


class Letter(Struct, frozen=True):
    """A message as it was typed; `once`: a key against being sent twice."""

    text: str
    once: str = ""


class Talking(Protocol):
    """Direct messages. Errors of all: Unauthenticated."""

    async def conversations(self, viewer: Viewer, page: Page) -> Talks:
        """The member's own, the one with the newest message first."""

    async def conversation(self, viewer: Viewer, number: int) -> TalkView:
        """With its messages, the oldest first. Errors: NotFound."""

    async def send_message(self, viewer: Viewer, number: int, letter: Letter, *, cause: str) -> None:
        """To all people of the conversation and to nobody else. Errors: NotFound, Invalid, Refused, TooMany."""

    async def begin_talk(self, viewer: Viewer, handle: str, letter: Letter, *, cause: str) -> int:
        """A first message to somebody; the conversation. Errors: NotFound, Invalid, Refused, TooMany."""

    async def set_read(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Errors: NotFound."""

    async def leave_talk(self, viewer: Viewer, number: int, *, cause: str) -> None:
        """Out of the member's own list. Errors: NotFound."""
