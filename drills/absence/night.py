"""The hours of the night: what waits is made older in the database, and what is shown outside is looked at."""

import asyncio
import re
import time
from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Struct

from petrel.ops.drills import Answer, Broken, Clients, Lost, Site

HOUR_S = 3600.0
SAME = 8                        # answers in a row, so that every web process has said it
OLDER = (
    "update ops.alert set fired_at = fired_at - $1::interval, told_at = told_at - $1::interval "
    "where cleared_at is null",
    "update moderation.case_file set opened_at = opened_at - $1::interval where state = 'open'",
    "update moderation.appeal set made_at = made_at - $1::interval where state = 'waiting'",
    "update signup.arrival set at = at - $1::interval",
    "update signup.gate set shut_at = shut_at - $1::interval, since_at = since_at - $1::interval",
)
STANDS = """
select 'alert', id from ops.alert where cleared_at is null and (quiet_until is null or quiet_until < now())
union all select 'breach', id from ops.breach where state = 'open'
union all select 'case', id from moderation.case_file where state = 'open' and assigned is null
union all select 'appeal', id from moderation.appeal where state = 'waiting'
union all select 'approval', id from access.request where state = 'asked' and expires_at > now()
union all select 'gate', 0 from signup.gate
union all select 'newcomers', 0 where exists (select from signup.arrival a join accounts.credential c
  on c.cell = a.cell and c.account = a.account where c.waits_for_crew and a.undone_at is null)
"""


class Item(Struct, frozen=True):
    """A line of `petrel waiting --json`."""

    kind: str
    number: int
    since: str
    weight: int
    what: str


class Night:
    """Begins when it is made. Real seconds pass beside the simulated hours, and count."""

    def __init__(self, site: Site, wire: Clients) -> None:
        self._site, self._wire = site, wire
        self._began, self._passed_s = time.monotonic(), 0.0

    def minutes(self) -> float:
        """Since nobody has answered."""
        return (self._passed_s + time.monotonic() - self._began) / 60

    async def pass_hour(self) -> None:
        async with self._site.database() as owner, owner.transaction():
            for statement in OLDER:
                await owner.execute(statement, timedelta(seconds=HOUR_S))
        self._passed_s += HOUR_S

    async def caution_shown(self, level: int, within_s: float) -> float | None:
        """Minutes of the night when every visitor was told who may join at this caution; None when it did not come."""
        until, same = time.monotonic() + within_s, 0
        while time.monotonic() < until:
            same = same + 1 if await doors(self._wire) == level else 0
            if same == SAME:
                return self.minutes()
            await asyncio.sleep(0.1)
        return None


async def doors(wire: Clients) -> int | None:
    """How careful the site says to be, to a visitor: 0 open, 1 by the crew, 2 closed; None without an answer. Each
    time another visitor, or the limit of calls would answer."""
    try:
        answer = await wire.ask("GET", "/api/v2/instance", headers={
            "X-Forwarded-For": f"192.0.2.{wire.requests % 250 + 1}"})
    except Lost:
        return None
    if answer.status != 200:
        return None
    said = answer.json["registrations"]
    return 2 if not said["enabled"] else 1 if said["approval_required"] else 0


async def listed(site: Site) -> list[Item]:
    """What `petrel waiting` says. Errors: Broken."""
    code, text = await site.petrel("waiting", "--json")
    try:
        said: dict[str, Any] = msgspec.json.decode(text)
    except msgspec.DecodeError as e:
        raise Broken(f"petrel waiting ended with {code}: {text[:300]}") from e
    return [msgspec.convert(one, Item, strict=False) for one in said["waiting"]]


def wrong_order(found: list[Item]) -> list[str]:
    """Where something heavier, or as heavy and older, stands below."""
    return [f"{b.kind} {b.number} below {a.kind} {a.number}" for a, b in pairwise(found)
            if (-a.weight, a.since) > (-b.weight, b.since)]


async def missing(site: Site, found: list[Item]) -> list[str]:
    """What stands in the tables and not in the list, or the other way round."""
    async with site.database() as owner:
        stands = {(row[0], int(row[1])) for row in await owner.fetch(STANDS)}
    told = {(one.kind, one.number) for one in found}
    return [f"{kind} {number}" for kind, number in sorted(stands ^ told)]


async def page(wire: Clients, cookie: str) -> Answer:
    return await wire.ask("GET", "/desk/waiting", headers={"Cookie": cookie})


def chips(answer: Answer) -> list[str]:
    """The kinds on the page, from above."""
    return re.findall(r'<span class="chip">(\w+)</span></span>', answer.body.decode())
