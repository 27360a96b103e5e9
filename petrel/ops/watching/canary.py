"""The canary: every minute a post of the site's own goes the way that everybody's posts go, and is taken away again.

It is posted through the client API by an account that is nobody's (`canary`, protected), and has to be found on the
home timeline of its one follower (`perch`); then it is deleted, and has to be gone from there. That takes web
processes, both databases, the journal, its followers and the jobs' process: what is broken among them is noticed here,
whichever it is.
"""

import asyncio
import secrets as random
import time

import structlog

from petrel.core.doors import deriving
from petrel.core.errors import PetrelError, Unavailable
from petrel.ops import stranger
from petrel.ops.watching.playing import Players

log = structlog.get_logger("petrel.watching")

SEEN_WITHIN_S = 10.0
AGAIN_S = 0.02
OFF = "switched off"
NO_ANSWER = "no answer: "
"""How it begins where nobody answered at all (functions.sql): not followers stand still then, but web processes."""

SWITCHED_OFF = """
insert into ops.canary (said) values ('switched off')
on conflict (is_one) do update set said = excluded.said, failed_since = null, seen_at = null, took_ms = null
"""
SEEN = """
insert into ops.canary as c (seen_at, took_ms) values (now(), $1)
on conflict (is_one) do update set seen_at = now(), took_ms = $1, failed_since = null, said = ''
"""
LOST = """
insert into ops.canary as c (failed_since, said) values (now(), $1)
on conflict (is_one) do update set failed_since = coalesce(c.failed_since, now()), said = $1
"""


class Canary:
    """One in a jobs process; signs in at its first flight and when the site has forgotten it."""

    def __init__(self, place: stranger.Place, line: str = "") -> None:
        """`line`: the Unix socket of one of its web processes, to be asked in place of the address."""
        self._players = Players(place, ("canary", "perch"), protected="canary", line=line)

    async def fly(self) -> str | None:
        """Once there and back; writes down how it went, and returns what there is to say."""
        try:
            took_ms = await self.flown()
        except (stranger.NoAnswer, PetrelError) as e:
            said = f"{NO_ANSWER if isinstance(e, stranger.NoAnswer) else ''}{getattr(e, 'detail', None) or e}"[:300]
            self._players.forget()
            async with deriving("canary") as w:
                await w.execute(LOST, said)
            log.error("the canary did not come through: what people post now may not be seen", why=said)
            return None
        async with deriving("canary") as w:
            await w.execute(SEEN, took_ms)
        return None

    def close(self) -> None:
        self._players.close()

    async def flown(self) -> int:
        """Milliseconds from the post to the follower's home. Errors: PetrelError, NoAnswer."""
        if await self._players.ready():
            await self._players.befriend("perch", "canary")
        began = time.monotonic()
        post = (await self._players.ask("canary", "POST", "/api/v1/statuses", status=f"Canary {random.token_hex(8)}",
                                        visibility="private"))["id"]
        try:
            await self._until(post, there=True)
            took_ms = round((time.monotonic() - began) * 1000)
            await self._is_hidden(post)
        finally:
            await self._players.ask("canary", "DELETE", f"/api/v1/statuses/{post}")
        await self._until(post, there=False)
        return took_ms

    async def _is_hidden(self, post: str) -> None:
        """From whoever is not signed in: it is protected. Errors: Unavailable, NoAnswer."""
        if (answer := await self._players.answer("", "GET", f"/api/v1/statuses/{post}")).status != 404:
            raise Unavailable(detail=f"a protected post is answered with {answer.status} to somebody not signed in")

    async def _until(self, post: str, *, there: bool) -> None:
        end, wait_s = time.monotonic() + SEEN_WITHIN_S, AGAIN_S
        while (post in [one["id"] for one in await self._players.ask("perch", "GET", "/api/v1/timelines/home")]
               ) is not there:
            if time.monotonic() > end:
                wrong = "posted, and not" if there else "deleted, and still"
                raise Unavailable(detail=f"{wrong} on its follower's home after {SEEN_WITHIN_S:.0f} s")
            await asyncio.sleep(wait_s)
            wait_s = min(0.5, wait_s * 1.5)


async def come_through(address: str, line: str = "") -> str:
    """Flies once, and writes nothing down: what was wrong, or ""."""
    canary = Canary(stranger.Place(address, (), (), "", ""), line)
    try:
        await canary.flown()
    except (stranger.NoAnswer, PetrelError) as e:
        return str(getattr(e, "detail", None) or e)[:300]
    finally:
        canary.close()
    return ""
