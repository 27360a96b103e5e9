"""The canary: every minute a post of the site's own goes the way that everybody's posts go, and is taken away again.

It is posted through the client API by an account that is nobody's (`canary`, protected), and has to be found on the
home timeline of its one follower (`perch`); then it is deleted, and has to be gone from there. That takes web
processes, both databases, the journal, its followers and the jobs' process: what is broken among them is noticed here,
whichever it is.
"""

import asyncio
import json
import secrets as random
import time
from typing import Any

import structlog

from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import PetrelError, Unavailable
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.ops import stranger

log = structlog.get_logger("petrel.watching")

WHO = System("canary")
CAUSE = "canary"
PEOPLE = ("canary", "perch")
SEEN_WITHIN_S = 10.0
AGAIN_S = 0.02
KNOWN = "select name, number from ops.decoy where name = any($1::text[])"
KEEP = "insert into ops.decoy (name, number) select * from unnest($1::text[], $2::bigint[]) on conflict do nothing"
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
        self._place, self._line = place, line
        self._wire: stranger.Wire | None = None
        self._tokens: dict[str, str] = {}

    async def fly(self) -> str | None:
        """Once there and back; writes down how it went, and returns what there is to say."""
        try:
            await self._ready()
            took_ms = await self._flown()
        except (stranger.NoAnswer, PetrelError) as e:
            said = f"{NO_ANSWER if isinstance(e, stranger.NoAnswer) else ''}{getattr(e, 'detail', None) or e}"[:300]
            self._tokens = {}
            async with deriving("canary") as w:
                await w.execute(LOST, said)
            log.error("the canary did not come through: what people post now may not be seen", why=said)
            return None
        async with deriving("canary") as w:
            await w.execute(SEEN, took_ms)
        return None

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    async def _ready(self) -> None:
        if self._tokens:
            return
        if self._wire is None:
            self._wire = stranger.Wire(self._place.address, {stranger.HEADER: await stranger.pass_key(),
                                                             "User-Agent": "petrel-canary"}, self._line)
        known = await people()
        async with writing(WHO, cause=CAUSE) as w:
            self._tokens = {name: (await accounts.open_session(w, known[name])).token for name in PEOPLE}
        # Asked again at every start: twice is as once.
        await self._ask("perch", "POST", f"/api/v1/accounts/{known['canary']}/follow")
        relation = await self._ask("perch", "GET", f"/api/v1/accounts/relationships?id[]={known['canary']}")
        if not relation[0]["following"]:
            await self._ask("canary", "POST", f"/api/v1/follow_requests/{known['perch']}/authorize")

    async def _flown(self) -> int:
        """Milliseconds from the post to the follower's home. Errors: Unavailable, NoAnswer."""
        began = time.monotonic()
        post = (await self._ask("canary", "POST", "/api/v1/statuses", status=f"Canary {random.token_hex(8)}",
                                visibility="private"))["id"]
        try:
            await self._until(post, there=True)
            took_ms = round((time.monotonic() - began) * 1000)
            await self._is_hidden(post)
        finally:
            await self._ask("canary", "DELETE", f"/api/v1/statuses/{post}")
        await self._until(post, there=False)
        return took_ms

    async def _is_hidden(self, post: str) -> None:
        """From whoever is not signed in: it is protected. Errors: Unavailable, NoAnswer."""
        assert self._wire is not None
        if (answer := await self._wire.ask("GET", f"/api/v1/statuses/{post}")).status != 404:
            raise Unavailable(detail=f"a protected post is answered with {answer.status} to somebody not signed in")

    async def _until(self, post: str, *, there: bool) -> None:
        end, wait_s = time.monotonic() + SEEN_WITHIN_S, AGAIN_S
        while (post in [one["id"] for one in await self._ask("perch", "GET", "/api/v1/timelines/home")]) is not there:
            if time.monotonic() > end:
                wrong = "posted, and not" if there else "deleted, and still"
                raise Unavailable(detail=f"{wrong} on its follower's home after {SEEN_WITHIN_S:.0f} s")
            await asyncio.sleep(wait_s)
            wait_s = min(0.5, wait_s * 1.5)

    async def _ask(self, who: str, method: str, path: str, **form: str) -> Any:
        """Errors: Unavailable for any answer but 200."""
        assert self._wire is not None
        headers = {"Authorization": f"Bearer {self._tokens[who]}", "Content-Type": "application/json"}
        answer = await self._wire.ask(method, path, headers, json.dumps(form).encode() if form else b"")
        if answer.status != 200:
            # The secret is cut off: what the log says goes to people.
            raise Unavailable(detail=f"{method} {path} answered {answer.status}")
        return json.loads(answer.body)


async def come_through(address: str, line: str = "") -> str:
    """Flies once, and writes nothing down: what was wrong, or ""."""
    canary = Canary(stranger.Place(address, (), (), "", ""), line)
    try:
        await canary._ready()
        await canary._flown()
    except (stranger.NoAnswer, PetrelError) as e:
        return str(getattr(e, "detail", None) or e)[:300]
    finally:
        canary.close()
    return ""


async def people() -> dict[str, int]:
    """Makes the two accounts, once. No password: nobody can sign in; random handles: nobody can have them before."""
    async with reading(WHO) as r:
        known = {row["name"]: row["number"] for row in await r.fetch(KNOWN, list(PEOPLE))}
    if len(known) == len(PEOPLE):
        return known
    new = [accounts.NewAccount(handle=f"p{random.token_hex(7)}", protected=name == "canary", probe=True)
           for name in PEOPLE]
    async with writing(WHO, cause=CAUSE) as w:
        numbers = await accounts.create_many(w, new)
        await w.execute(KEEP, list(PEOPLE), numbers)
        w.record("ops.decoy.planted", numbers[0], refs=numbers)
    return dict(zip(PEOPLE, numbers, strict=True))
