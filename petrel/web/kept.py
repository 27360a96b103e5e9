"""What members keep for themselves, and what is talked about: shapes, and what pages of them ask of the rooms."""

from typing import Literal, Protocol

from msgspec import Struct

from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.web.shapes import PostView, Tag, Timeline

OwnMark = Literal["like", "bookmark"]


class NamedList(Struct, frozen=True, kw_only=True):
    """A list of accounts, of one member and for that member's eyes."""

    id: int
    title: str

    @property
    def url(self) -> str:
        return f"/lists/{self.id}"


class TalkedAbout(Struct, frozen=True, kw_only=True):
    """What many write and read just now."""

    tags: tuple[Tag, ...] = ()
    posts: tuple[PostView, ...] = ()


class Keeping(Protocol):
    """Errors of all but the last: Unauthenticated."""

    async def marked(self, viewer: Viewer, mark: OwnMark, page: Page) -> Timeline:
        """What the member bookmarked or liked, the latest mark first."""

    async def lists(self, viewer: Viewer) -> tuple[NamedList, ...]:
        """The member's own."""

    async def list_posts(self, viewer: Viewer, number: int, page: Page) -> tuple[NamedList, Timeline]:
        """Errors: NotFound."""

    async def talked_about(self, viewer: Viewer) -> TalkedAbout: ...
