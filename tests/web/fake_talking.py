"""Conversations of the fake site: functions of `talks.Talking`. There is one, number 7, with Okello."""

from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.web.shapes import Gap, PostView
from petrel.web.talks import Letter, Talks, TalkView
from tests.web.memory import Memory

NUMBER = 7


class FakeTalking(Memory):
    def _talk(self, viewer: Viewer) -> TalkView:
        me = self._member(viewer)
        other = next(one for one in self.accounts.values() if one.handle == "okello" and one.id != me)
        said = next(iter(self.posts.values()))
        mine = PostView(id=said.id, author=self.accounts[me], at=said.at, html="<p>To you <b>only</b></p>",
                        audience="direct")
        return TalkView(id=NUMBER, people=(other,), last=mine, is_unread=True, messages=(mine, Gap(reason="deleted")))

    async def conversations(self, viewer: Viewer, page: Page) -> Talks:
        return Talks(items=(self._talk(viewer),))

    async def conversation(self, viewer: Viewer, number: int) -> TalkView:
        if number != NUMBER:
            raise NotFound
        return self._talk(viewer)

    async def send_message(self, viewer: Viewer, number: int, letter: Letter, *, cause: str) -> None:
        await self.conversation(viewer, number)

    async def begin_talk(self, viewer: Viewer, handle: str, letter: Letter, *, cause: str) -> int:
        return NUMBER

    async def set_read(self, viewer: Viewer, number: int, *, cause: str) -> None:
        await self.conversation(viewer, number)

    async def leave_talk(self, viewer: Viewer, number: int, *, cause: str) -> None:
        await self.conversation(viewer, number)
