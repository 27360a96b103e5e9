"""What members keep for themselves, and what is talked about: shapes, and what pages of them ask of the rooms."""

from typing import Literal, Protocol

from msgspec import Struct

from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.features.reasons import Reasons
from petrel.web.shapes import PostView, Tag, Timeline

OwnMark = Literal["like", "bookmark"]


class NamedList(Struct, frozen=True, kw_only=True):
    """A list of accounts, of one member and for that member's eyes."""

    id: int
    title: str

    @property
    def url(self) -> str:
        return f"/lists/{self.id}"


class Folder(Struct, frozen=True, kw_only=True):
    """Of bookmarks, of one member and for that member's eyes."""

    id: int
    name: str

    @property
    def url(self) -> str:
        return f"/bookmarks?folder={self.id}"


class Bookmark(Struct, frozen=True, kw_only=True):
    """One of the member's, and in which of their folders it lies."""

    post: PostView
    folder: int | None


class TalkedAbout(Struct, frozen=True, kw_only=True):
    """What many write and read just now."""

    tags: tuple[Tag, ...] = ()
    posts: tuple[PostView, ...] = ()


class Keeping(Protocol):
    """Errors of all but the last: Unauthenticated."""

    async def marked(self, viewer: Viewer, mark: OwnMark, page: Page, *, folder: int | None = None) -> Timeline:
        """What the member bookmarked or liked, the latest mark first; of one folder of bookmarks. Errors: NotFound."""

    async def look_through(self, viewer: Viewer, mark: OwnMark, words: str, *,
                           folder: int | None = None) -> tuple[PostView, ...]:
        """Of the latest of these what has all the words, in itself or in its author's name. Errors: NotFound."""

    async def folders(self, viewer: Viewer) -> tuple[Folder, ...]:
        """The member's own, the oldest first."""

    async def bookmark(self, viewer: Viewer, post: int) -> Bookmark:
        """Errors: NotFound: none of theirs, or not to be seen any more."""

    async def put_into(self, viewer: Viewer, post: int, folder: int | None, *, cause: str) -> None:
        """Into a folder, or out of the one where it lies. Errors: NotFound."""

    async def make_folder(self, viewer: Viewer, name: str, *, cause: str) -> None:
        """Errors: Invalid."""

    async def rename_folder(self, viewer: Viewer, folder: int, name: str, *, cause: str) -> None:
        """Errors: Invalid, NotFound."""

    async def end_folder(self, viewer: Viewer, folder: int, *, cause: str) -> None:
        """The bookmarks in it stay. Errors: NotFound."""

    async def why(self, viewer: Viewer, post: int) -> Reasons:
        """Errors: NotFound: no such post, or none for this member."""

    async def lists(self, viewer: Viewer) -> tuple[NamedList, ...]:
        """The member's own."""

    async def list_posts(self, viewer: Viewer, number: int, page: Page) -> tuple[NamedList, Timeline]:
        """Errors: NotFound."""

    async def talked_about(self, viewer: Viewer) -> TalkedAbout: ...
