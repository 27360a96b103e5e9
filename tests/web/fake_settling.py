"""Who sees what in the fake site: functions of `needs.Settling`. `fresh`: accounts that have just signed in."""

from dataclasses import dataclass, field

import msgspec

from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.web.shapes import Opening, People, Privacy, Reach
from tests.web.memory import PASSWORD, Memory

ORDER = ("public", "unlisted", "followers")


@dataclass
class FakeSettling(Memory):
    fresh: set[int] = field(default_factory=set)
    settings: dict[int, Privacy] = field(default_factory=dict)

    async def is_fresh(self, viewer: Viewer) -> bool:
        return self._member(viewer) in self.fresh

    async def sign_in_again(self, viewer: Viewer, password: str, *, code: str, address: str, cause: str,
                            device: str) -> str:
        me = self._member(viewer)
        self._stumble()
        if password != PASSWORD:
            raise Invalid("password", "is wrong")
        self.sessions = {session: account for session, account in self.sessions.items() if account != me}
        self.fresh.add(me)
        return self.enter(self.accounts[me].handle)

    async def reach(self, viewer: Viewer, post: int) -> Reach:
        found = self.posts.get(post)
        if found is None or found.author.id != self._member(viewer) or found.audience == "direct":
            raise NotFound()
        at = ORDER.index(found.audience)
        return Reach(sees=found.audience, narrower=ORDER[at + 1 :], wider=ORDER[:at], followers=7, named=1,
                     replies=2, boosts=found.boosts)

    async def narrow(self, viewer: Viewer, post: int, audience: str, *, cause: str) -> None:
        if audience not in (await self.reach(viewer, post)).narrower:
            raise Invalid("audience", "is not one that can be chosen here")
        self.posts[post] = msgspec.structs.replace(self.posts[post], audience=audience)

    async def widen(self, viewer: Viewer, post: int, audience: str, *, cause: str) -> None:
        if self._member(viewer) not in self.fresh:
            raise Refused("deny.not_fresh", "Sign in again")
        if audience not in (await self.reach(viewer, post)).wider:
            raise Invalid("audience", "is not one that can be chosen here")
        self.posts[post] = msgspec.structs.replace(self.posts[post], audience=audience)

    async def privacy(self, viewer: Viewer) -> Privacy:
        return self.settings.get(self._member(viewer), Privacy())

    async def set_privacy(self, viewer: Viewer, privacy: Privacy, *, cause: str) -> None:
        if privacy.default_audience not in ORDER:
            raise Invalid("audience", "is not one that can be chosen here")
        self.settings[self._member(viewer)] = privacy

    async def protect(self, viewer: Viewer, *, cause: str) -> None:
        self._set_protected(self._member(viewer), True)

    async def followers(self, viewer: Viewer, page: Page) -> People:
        me = self._member(viewer)
        numbers = sorted((a for a, b in self.follows if b == me and a < (page.max_id or 1 << 62)), reverse=True)
        shown = numbers[: page.limit]
        return People(accounts=tuple(self.accounts[n] for n in shown),
                      older=shown[-1] if len(numbers) > page.limit else None)

    async def remove_follower(self, viewer: Viewer, account: int, *, cause: str) -> None:
        self.follows.discard((account, self._member(viewer)))

    async def opening(self, viewer: Viewer) -> Opening:
        self._member(viewer)
        return Opening(listed=1204, unlisted=1, stay=37)

    async def unprotect(self, viewer: Viewer, *, cause: str) -> None:
        if self._member(viewer) not in self.fresh:
            raise Refused("deny.not_fresh", "Sign in again")
        self._set_protected(self._member(viewer), False)

    def _set_protected(self, account: int, on: bool) -> None:
        self.accounts[account] = msgspec.structs.replace(self.accounts[account], is_protected=on)
