"""A site in memory for the tests of the web door: a small cast, their posts, every function of `needs.py`.

It is not a model of the law; `tests/visibility` is. It only hides what a page has to be seen hiding.
"""

from collections.abc import Sequence

from petrel.core.errors import Invalid, NotFound
from petrel.core.multipart import Upload
from petrel.core.viewer import Viewer
from petrel.web.carried import MediaView
from petrel.web.shapes import (
    Draft,
    PostView,
)
from tests.web.cast import Line
from tests.web.fake_doors import FakeDoors
from tests.web.fake_keeping import FakeKeeping
from tests.web.fake_reading import FakeReading
from tests.web.fake_settling import FakeSettling
from tests.web.fake_talking import FakeTalking


class Fake(FakeReading, FakeKeeping, FakeSettling, FakeTalking, FakeDoors):
    """All of it; and here what changes something: functions of `needs.Acting`."""

    async def take_file(self, viewer: Viewer, file: Upload, description: str, *, cause: str) -> int:
        if not file.size_bytes:
            raise Invalid("file", "is empty")
        number = 900 + len(self.files)
        self.files[number] = MediaView(id=number, kind="image", url=f"/media/{number}/original.jpg",
                                       preview=f"/media/{number}/small.jpg", description=description)
        return number

    async def own_files(self, viewer: Viewer, numbers: Sequence[int]) -> tuple[MediaView, ...]:
        return tuple(self.files[number] for number in numbers if number in self.files)

    async def create_post(self, viewer: Viewer, draft: Draft, *, cause: str) -> PostView:
        me = self._member(viewer)
        self._stumble()
        self.drafts.append(draft)
        if draft.once and draft.once in self.once:
            return self.posts[self.once[draft.once]]
        if not draft.text.strip():
            raise Invalid("text", "can't be blank")
        if len(draft.text) > self.site_says.post_graphemes:
            raise Invalid("text", f"is over the limit of {self.site_says.post_graphemes} characters")
        if draft.reply_to is not None and draft.reply_to not in self.posts:
            raise NotFound()
        id_ = max(self.posts) + 1
        text = draft.text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
        self._write(Line(id_, me, 0, f"<p>{text}</p>", draft.audience, draft.reply_to, draft.warning))
        self.once[draft.once] = id_
        return self.posts[id_]

    async def vote(self, viewer: Viewer, post: int, choices: Sequence[int], *, cause: str) -> None:
        self._member(viewer)
        if post not in {p.id for p in self._seen(viewer)}:
            raise NotFound()
        self.votes[post] = list(choices)

    async def delete_post(self, viewer: Viewer, post: int, *, cause: str) -> None:
        if self.posts[post].author.id != self._member(viewer):
            raise NotFound()
        self.deleted.add(post)

    async def mark(self, viewer: Viewer, post: int, mark: str, *, on: bool, cause: str) -> None:
        me = self._member(viewer)
        if post not in {p.id for p in self._seen(viewer)}:
            raise NotFound()
        (self.marks.add if on else self.marks.discard)((me, post, mark))

    async def follow(self, viewer: Viewer, account: int, *, on: bool, cause: str) -> None:
        edge = (self._member(viewer), account)
        self.follows.discard(edge)
        self.requests.discard(edge)
        if on:
            (self.requests if self.accounts[account].is_protected else self.follows).add(edge)

    async def answer_request(self, viewer: Viewer, account: int, *, accept: bool, cause: str) -> None:
        edge = (account, self._member(viewer))
        if edge not in self.requests:
            raise NotFound()
        self.requests.discard(edge)
        if accept:
            self.follows.add(edge)

    async def mark_read(self, viewer: Viewer, until: int, *, cause: str) -> None:
        self.read_until = until
