"""A small populated site at the API: a few people who know each other, and something of every kind to ask for.

    town = await settled(api)
    answer = await town.ann("GET", "/api/v1/timelines/home")        # as ann; town.nobody: not signed in
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from petrel import app
from petrel.core.doors import Doors, current, writing
from petrel.core.viewer import System
from petrel.features import accounts
from tests.drain import drain
from tests.people import signed_in

app.load_api()  # before the gate of the `api` fixture is made
_made: tuple[Doors, "Town"] | None = None


class Person:
    """Somebody at the API. `number`: of their account, as text."""

    def __init__(self, api: Any, number: int | None = None, token: str | None = None) -> None:
        self.api, self.token, self.number = api, token, str(number)

    async def __call__(self, method: str, target: str, **body: Any) -> Any:
        return await self.api(method, target, token=self.token, json=body or None)

    async def good(self, method: str, target: str, **body: Any) -> Any:
        answer = await self(method, target, **body)
        assert answer.status == 200, (method, target, answer.status, answer.body)
        return answer.json

    async def post(self, text: str, **more: Any) -> str:
        return str((await self.good("POST", "/api/v1/statuses", status=text, **more))["id"])


class Town(Struct):
    """ann's answers are looked at; ben writes; cor reacts; dee is protected and wants to follow ann."""

    nobody: Person
    ann: Person
    ben: Person
    cor: Person
    dee: Person
    root: str = ""
    answer: str = ""
    own: str = ""
    boost: str = ""
    list: str = ""
    told: str = ""

    def filled(self, target: str) -> str:
        """An address with `{ann}`, `{root}` and so on in it."""
        people = {name: getattr(self, name).number for name in ("ann", "ben", "cor", "dee")}
        things = {name: getattr(self, name) for name in ("root", "answer", "own", "boost", "list", "told")}
        return target.format(**people, **things)


async def settled(api: Any) -> Town:
    """The town of this database, built when it is first asked for."""
    global _made
    if _made is None or _made[0] is not current():
        _made = (current(), await _build(api))
    town = _made[1]
    for name in ("nobody", "ann", "ben", "cor", "dee"):
        getattr(town, name).api = api
    return town


async def _build(api: Any) -> Town:
    people = [Person(api, m.account, t) for m, t in await signed_in("ann", "ben", "cor", indexable=True)]
    [(dee, token)] = await signed_in("dee", protected=True)
    town = Town(Person(api), *people, Person(api, dee.account, token))
    await _write(town)
    await _react(town)
    await _arrange(town)
    await drain()
    [told] = await town.ann.good("GET", "/api/v1/notifications?types[]=mention&limit=1")
    town.told = told["id"]
    return town


async def _write(town: Town) -> None:
    ann, ben = town.ann, town.ben
    for follower, other in ((ann, ben), (town.cor, ben), (ben, ann), (town.cor, ann)):
        await follower.good("POST", f"/api/v1/accounts/{other.number}/follow")
    await ann.good("POST", f"/api/v1/accounts/{town.dee.number}/follow")
    town.root = await ben.post("Terns over the #pier, see https://example.com/a?b=c, @ann @cor", language="en")
    town.own = await ann.post("How many?", in_reply_to_id=town.root, spoiler_text="numbers", visibility="public")
    town.answer = await ben.post("Some forty, @ann", in_reply_to_id=town.own)
    await town.cor.post("@ann between us", visibility="direct")
    await ben.good("PUT", f"/api/v1/statuses/{town.answer}", status="Some fifty, @ann")


async def _react(town: Town) -> None:
    for who in (town.cor, town.ben):
        await who.good("POST", f"/api/v1/statuses/{town.own}/favourite")
    town.boost = (await town.cor.good("POST", f"/api/v1/statuses/{town.own}/reblog"))["id"]
    await town.ann.good("POST", f"/api/v1/statuses/{town.root}/favourite")
    await town.ann.good("POST", f"/api/v1/statuses/{town.root}/bookmark")
    await town.ann.good("POST", f"/api/v1/statuses/{town.own}/pin")


async def _arrange(town: Town) -> None:
    ann = town.ann
    await ann.good("PATCH", "/api/v1/accounts/update_credentials", display_name="Ann Auk", locked=True,
                   note="About #seabirds, see https://example.com",
                   fields_attributes=[{"name": "site", "value": "https://example.com"}])
    await town.dee.good("POST", f"/api/v1/accounts/{ann.number}/follow")
    town.list = (await ann.good("POST", "/api/v1/lists", title="Birders"))["id"]
    await ann.good("POST", f"/api/v1/lists/{town.list}/accounts", account_ids=[town.ben.number])
    await ann.good("POST", "/api/v2/filters", title="Numbers", context=["home", "thread"], expires_in=3600,
                   keywords_attributes=[{"keyword": "fifty", "whole_word": True}])
    await ann.good("POST", "/api/v1/tags/seabirds/follow")
    await ann.good("POST", "/api/v1/featured_tags", name="pier")
    await ann.good("POST", "/api/v1/markers", home={"last_read_id": town.root})
    await drain()
    # Whom ann has not met may not write to her alone: what they do waits as a request.
    await ann.good("PATCH", "/api/v2/notifications/policy", for_not_following="filter")
    [(eve, token)] = await signed_in("eve")
    await Person(ann.api, eve.account, token).post("@ann hello")
    async with writing(System("tests"), cause="tests") as w:
        now = datetime.now(UTC)
        await accounts.announcements.announce(w, "Open day on #sunday", starts_at=now, ends_at=now + timedelta(days=1))
