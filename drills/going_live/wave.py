"""Bots sign up, first of one network and then of many, until the gate shuts; who administers the site is told by mail,
and takes the whole wave back with one button."""

import asyncio
import re
import time
from collections import Counter
from typing import Any

from drills.going_live.browser import Browser
from drills.going_live.machine import Machine
from drills.going_live.world import SITE_NAME, Relay
from petrel.ops.drills import Broken, Clients, Lost
from petrel.ops.drills.load import Load

OF_ONE_NETWORK, BEFORE, MOST = 30, 36, 160
AT_ONCE = 6
GONE_S = 10.0                   # a web process remembers a token for 5 s, for what is one's own (api/http/auth.py)
DESK, PASSWORD = "/desk/arrivals", "long enough to be one"
CONTACT = f"crew@{SITE_NAME}"
LEFT = "select count(*) from accounts.account where handle ~ '^(one|many|more)[0-9]+$' and state & 128 = 0"


class Bots:
    """`way`: of all of them, each request from another network; `one`: all from one. `tokens`: of accounts made."""

    def __init__(self, way: Clients, one: Clients) -> None:
        self.way, self._one = way, one
        self._app = ""
        self.tokens: list[str] = []
        self.answers: Counter[str] = Counter()

    async def prepare(self) -> None:
        made = (await self.way.ask("POST", "/api/v1/apps", json={"client_name": "A", "redirect_uris": "a:/b",
                                                                 "scopes": "read write"})).json
        self._app = (await self.way.ask("POST", "/oauth/token", json={
            "grant_type": "client_credentials", "client_id": made["client_id"],
            "client_secret": made["client_secret"], "scope": "read write"})).json["access_token"]

    async def come(self, word: str, count: int, *, of_one: bool = False) -> Counter[str]:
        """So many try; what they were answered. They give up once nobody is taken for a while."""
        came: Counter[str] = Counter()
        numbers = iter(range(count))

        async def some() -> None:
            for number in numbers:
                came[await self.sign_up(f"{word}{number}", of_one=of_one)] += 1
                if came["403"] > AT_ONCE:
                    return

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        self.answers += came
        return came

    async def sign_up(self, handle: str, *, of_one: bool = False) -> str:
        try:
            answer = await (self._one if of_one else self.way).ask("POST", "/api/v1/accounts", token=self._app, json={
                "username": handle, "email": f"{handle}@bots.golive", "password": PASSWORD, "agreement": True,
                "reason": "pills"})
        except Lost:
            return "no answer"
        if answer.status == 200:
            self.tokens.append(answer.json["access_token"])
        return str(answer.status)

    async def working(self) -> int:
        """How many of their tokens are good for something."""
        answers = [await self.way.ask("GET", "/api/v1/accounts/verify_credentials", token=one) for one in self.tokens]
        return sum(answer.status == 200 for answer in answers)


async def wave(machine: Machine, bots: Bots, office: Relay, owner: Browser, load: Load) -> dict[str, Any]:
    """`members_refused`: what members were answered meanwhile that was not yes."""
    before = load.record.statuses.copy()
    await bots.prepare()
    of_one = await bots.come("one", OF_ONE_NETWORK, of_one=True)
    await bots.come("many", BEFORE)
    lin, mo = Browser(bots.way), Browser(bots.way)              # people, whose browsers run no script
    waits = [b"Your account waits" in (await _form(who, name)).body for who, name in ((lin, "lin"), (mo, "mo"))]
    await bots.come("more", MOST)
    told = await office.has(CONTACT, DESK, 30)
    found = {"bots_of_one": OF_ONE_NETWORK, "bots_of_one_in": of_one["200"], "bots": bots.answers.total(),
             "bots_in": bots.answers["200"], "bots_answers": dict(bots.answers), "administrator_told": told,
             "invited_in": await _invited(machine, bots.way), "bots_working": await bots.working()}
    found |= await _undone(bots, owner, lin, both_wait=all(waits))
    assert machine.site is not None
    began, working = time.monotonic(), await bots.working()
    while working and time.monotonic() - began < GONE_S:
        working = await bots.working()
    async with machine.site.database() as eye:
        found |= {"bots_left": working + await eye.fetchval(LEFT), "bots_gone_s": round(time.monotonic() - began, 1)}
    came = load.record.statuses - before
    found |= {"members_answered": came.total(),
              "members_refused": sum(n for what, n in came.items() if what not in ("200", "read 200"))}
    return found


async def _form(who: Browser, name: str, **more: str) -> Any:
    return await who.submit("/auth/sign_up", handle=name, password=PASSWORD, password_again=PASSWORD, agreement="1",
                            reason="I count terns", **more)


async def _invited(machine: Machine, way: Clients) -> bool:
    """Whether somebody with an invitation comes in while the gate is shut."""
    said = await machine.on_site("accounts", "invite", "--json")
    link = re.search(r"invite=([^\"&\s]+)", said)
    if link is None:
        raise Broken(f"no invitation: {said[:200]}")
    answer = await _form(Browser(way), "pia", invite=link[1])
    return bool(answer.status == 303)


async def _undone(bots: Bots, owner: Browser, lin: Browser, *, both_wait: bool) -> dict[str, Any]:
    """Lets one in, takes the wave back, opens the gate; and whether the people among the bots are as they should be."""
    shown = (await owner.get(DESK)).body.decode()
    if "The gate is shut" not in shown:
        raise Broken(f"the gate did not shut: {dict(bots.answers)}")
    numbers = {name: number for number, name in re.findall(r'value="admit (\d+)">Let @(\w+) in', shown)}
    if not both_wait or not {"lin", "mo"} <= set(numbers):
        raise Broken(f"who came without script does not wait: {sorted(numbers)}")
    await owner.press(DESK, f"admit {numbers['lin']}")
    done = await owner.press(DESK, "undo ")
    undone = int((done.header(b"location") or b"").decode().partition("done=")[2] or 0)
    waiting = (await owner.get(DESK)).body.decode()
    await owner.press(DESK, "open")
    signed_in = await lin.submit("/auth/sign_in", name="lin", password=PASSWORD)
    return {"undone": undone, "let_in_stays": signed_in.status == 303, "waiting_waits": "Let @mo in" in waiting}
