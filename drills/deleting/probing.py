"""Every surface, asked by everybody who could once see something of what is deleted."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from drills.deleting.planting import Planted, Thing
from petrel.ops.drills import Broken, Clients, Person

MOST_OF_ONE = 40


class Probe(Struct):
    """What one round saw: for each surface how many answers held a mark of something deleted."""

    asked: int = 0
    survivors: Counter[str] = Counter()
    control_seen: int = 0
    examples: list[str] = []


def lists(planted: Planted) -> Iterator[tuple[str, str]]:
    """(surface, target) of everything that shows many."""
    ann, erased = planted.ann.id, planted.erased.id
    control = next(t for t in planted.control if t.kind == "public")
    yield from (("home", "/api/v1/timelines/home?limit=40"), ("pub", "/api/v1/timelines/public?limit=40"),
                ("ntf", "/api/v1/notifications?limit=80"), ("thrd", f"/api/v1/statuses/{control.id}/context"),
                ("thrd", "/api/v1/conversations?limit=40"), ("api", "/api/v1/favourites?limit=40"),
                ("api", "/api/v1/bookmarks?limit=40"), ("prof", f"/api/v1/accounts/{ann}/statuses?limit=40"),
                ("prof", f"/api/v1/accounts/{planted.ben.id}/statuses?limit=40"),
                ("prof", f"/api/v1/accounts/{erased}/statuses?limit=40"), ("prof", f"/api/v1/accounts/{erased}"),
                ("prof", f"/api/v1/accounts/lookup?acct={planted.erased.handle}"),
                ("srch", f"/api/v2/search?q=%23{planted.stem}&type=hashtags&limit=40"),
                ("srch", f"/api/v2/search?q={planted.stem}&type=statuses&limit=40"),
                ("srch", f"/api/v2/search?q={planted.erased.handle}&type=accounts"),
                ("home", "/"), ("pub", "/public"), ("prof", "/@ann"), ("prof", "/@ben"), ("ntf", "/notifications"))
    for thing in [t for t in planted.doomed if t.kind == "tagged"][:MOST_OF_ONE]:
        yield "pub", f"/api/v1/timelines/tag/{thing.words[0]}"


def ones(thing: Thing) -> Iterator[tuple[str, str]]:
    """(surface, target) of everything that shows this one."""
    at = f"/api/v1/statuses/{thing.id}"
    yield from (("api", at), ("api", f"{at}/history"), ("api", f"{at}/source"),
                ("api", f"/api/v1/statuses?id[]={thing.id}"), ("thrd", f"{at}/context"),
                ("cnt", f"{at}/favourited_by"), ("cnt", f"{at}/reblogged_by"),
                ("link", f"/@{thing.owner.handle}/{thing.id}"))


class Prober:
    """Asks, and looks into every byte of every answer."""

    def __init__(self, wire: Clients, planted: Planted) -> None:
        self._wire = wire
        self._planted = planted
        self._words = [word.encode() for word in planted.doomed_words]
        self._control = [t.shown.encode() for t in planted.control]
        self._stem = planted.stem.encode()
        self._people: list[Person | None] = [planted.ann, planted.ben, planted.cat, None]

    async def once(self, things: Sequence[Thing]) -> Probe:
        """One round over all lists and these things."""
        probe = Probe(survivors=Counter())
        for person in self._people:
            for surface, target in [*lists(self._planted), *(pair for t in things for pair in ones(t))]:
                await self._ask(probe, person, surface, target)
        if not probe.control_seen:
            raise Broken("nothing that stays was seen: this drill does not look")
        return probe

    async def one(self, probe: Probe, thing: Thing, person: Person | None) -> None:
        for surface, target in ones(thing):
            await self._ask(probe, person, surface, target)

    async def _ask(self, probe: Probe, person: Person | None, surface: str, target: str) -> None:
        answer = await self._wire.ask("GET", target, token=person.token if person else None)
        probe.asked += 1
        if self._stem not in answer.body:
            return
        body = answer.body if "/timelines/tag/" not in target else answer.body.replace(target.encode(), b"")
        seen = sum(word in body for word in self._words)
        probe.survivors[surface] += seen
        if seen:
            probe.examples.append(f"{target} to {person.handle if person else 'nobody'}: {seen}")
        probe.control_seen += any(word in body for word in self._control)
