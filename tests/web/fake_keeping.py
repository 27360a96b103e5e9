"""Folders of bookmarks of the fake site, of which there is one, number 5; and why somebody sees a post."""

from petrel.core.errors import NotFound
from petrel.core.viewer import Viewer
from petrel.features.reasons import Caught, Person, Reason, Reasons
from petrel.web.kept import Bookmark, Folder
from petrel.web.shapes import PostView
from tests.web.memory import Memory


class FakeKeeping(Memory):
    async def folders(self, viewer: Viewer) -> tuple[Folder, ...]:
        self._member(viewer)
        return (Folder(id=5, name="鳥"),)

    async def look_through(self, viewer: Viewer, mark: str, words: str, *,
                           folder: int | None = None) -> tuple[PostView, ...]:
        return tuple(one for one in self._seen(viewer) if words in one.html)

    async def bookmark(self, viewer: Viewer, post: int) -> Bookmark:
        found = {one.id: one for one in self._seen(viewer)}
        if post not in found:
            raise NotFound
        return Bookmark(post=found[post], folder=5)

    async def put_into(self, viewer: Viewer, post: int, folder: int | None, *, cause: str) -> None:
        await self.bookmark(viewer, post)

    async def make_folder(self, viewer: Viewer, name: str, *, cause: str) -> None:
        self._member(viewer)

    async def rename_folder(self, viewer: Viewer, folder: int, name: str, *, cause: str) -> None:
        self._member(viewer)

    async def end_folder(self, viewer: Viewer, folder: int, *, cause: str) -> None:
        self._member(viewer)

    async def why(self, viewer: Viewer, post: int) -> Reasons:
        one = (await self.bookmark(viewer, post)).post
        author = Person(one.author.id, one.author.handle)
        return Reasons(post=post, author=author, audience=one.audience, because="everybody",
                       filters=(Caught(3, "猫", "hide"),),
                       reasons=(Reason(code="follows", account=author),
                                Reason(code="list", account=author, id=7, name="港"), Reason(code="public")))
