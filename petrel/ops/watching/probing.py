"""Probes: in one cell, what is posted reaches whom it is for, whole and as it was written, and nobody else.

What is answered with 200 and is wrong nobody counts. So in the cells that a change has reached (petrel/ops/changes)
three accounts of the site's own in that very cell go the way of everybody's posts: `author`, protected, with some
posts that stay and one that comes and goes; `reader`, who follows them and finds just those on their home, in order;
`passer`, who follows nobody and finds none.
"""

import asyncio
import json
import secrets as random
import time
from collections.abc import Sequence

from petrel.core.errors import PetrelError, Unavailable
from petrel.ops import stranger
from petrel.ops.watching import canary
from petrel.ops.watching.playing import Players

PEOPLE = ("author", "reader", "passer")
STANDING = 7
"""Posts that stay. With the one that comes and goes, what leaves out every eighth is seen at the first look."""


class Probes:
    """Of one jobs process: those of each cell are made when it is first looked at."""

    def __init__(self, place: stranger.Place) -> None:
        self._place = place
        self._cells: dict[int, _Probe] = {}

    async def look(self, cell: int) -> str:
        """What was wrong in this cell, "" when nothing was. One look at a time for each cell."""
        probe = self._cells.setdefault(cell, _Probe(self._place, cell))
        async with probe.lock:
            return await probe.look()

    def close(self) -> None:
        for probe in self._cells.values():
            probe.players.close()


class _Probe:
    def __init__(self, place: stranger.Place, cell: int) -> None:
        self.lock = asyncio.Lock()
        self.players = Players(place, PEOPLE, protected="author", cell=cell)
        self._standing: list[str] = []

    async def look(self) -> str:
        try:
            if await self.players.ready():
                await self._stand()
            await self._look()
        except (stranger.NoAnswer, PetrelError, ValueError, LookupError, TypeError) as e:
            self.players.forget()
            return str(getattr(e, "detail", None) or e or type(e).__name__)[:300]
        return ""

    async def _stand(self) -> None:
        """As many posts as there should be, whatever an earlier process has left."""
        await self.players.befriend("reader", "author")
        mine = f"/api/v1/accounts/{self.players.numbers['author']}/statuses?limit=40"
        found = [one["id"] for one in await self.players.ask("author", "GET", mine)]
        for left in found[STANDING:]:
            await self.players.ask("author", "DELETE", f"/api/v1/statuses/{left}")
        new = [await self._post(f"Probe, number {n}") for n in range(len(found), STANDING)]
        self._standing = [*reversed(new), *found[:STANDING]]

    async def _look(self) -> None:
        text = f"Probe {random.token_hex(8)}"
        post = await self._post(text)
        try:
            await self._until([post, *self._standing], text)
            await self._is_hidden(post)
        finally:
            await self.players.ask("author", "DELETE", f"/api/v1/statuses/{post}")
        await self._until(self._standing)

    async def _post(self, text: str) -> str:
        made = await self.players.ask("author", "POST", "/api/v1/statuses", status=text, visibility="private")
        return str(made["id"])

    async def _until(self, wanted: Sequence[str], newest: str = "") -> None:
        """The reader's home is just that."""
        end, wait_s = time.monotonic() + canary.SEEN_WITHIN_S, canary.AGAIN_S
        while True:
            home = await self.players.ask("reader", "GET", "/api/v1/timelines/home")
            found = [one["id"] for one in home]
            if found == list(wanted) and (not newest or newest in home[0]["content"]):
                return
            if time.monotonic() > end:
                raise Unavailable(detail=_wrong(found, wanted))
            await asyncio.sleep(wait_s)
            wait_s = min(0.5, wait_s * 1.5)

    async def _is_hidden(self, post: str) -> None:
        for who, whom in (("passer", "a member who does not follow"), ("", "somebody not signed in")):
            answer = await self.players.answer(who, "GET", f"/api/v1/statuses/{post}")
            if answer.status != 404:
                raise Unavailable(detail=f"a protected post is answered with {answer.status} to {whom}")
        for place in (f"/api/v1/accounts/{self.players.numbers['author']}/statuses", "/api/v1/timelines/home"):
            listed = await self.players.answer("passer", "GET", place)
            if listed.status == 200 and any(one["id"] in (post, *self._standing) for one in json.loads(listed.body)):
                raise Unavailable(detail=f"{place.rpartition('/')[2]} shows protected posts to a member who does not "
                                         "follow")


def _wrong(found: Sequence[str], wanted: Sequence[str]) -> str:
    if missing := len(set(wanted) - set(found)):
        return f"{missing} of {len(wanted)} posts are not on their follower's home"
    if more := len(set(found) - set(wanted)):
        return f"{more} posts are on a home that do not belong there, or were deleted"
    return "posts are on their follower's home in a wrong order, or with another text than was written"
