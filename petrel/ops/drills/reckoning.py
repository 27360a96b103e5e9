"""After the fault: what the site has, against what the clients were told and saw. Only through the public API."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from petrel.ops.drills.clients import Clients
from petrel.ops.drills.load import Ack, Record
from petrel.ops.drills.people import Person

PAGE = 40
SOURCES = 200       # posts whose exact text is asked for one by one; the others are compared as they are shown
HOME = 400          # how far back a home timeline goes. source: DESIGN section 6
Status = Mapping[str, Any]


class Reckoning(Struct, kw_only=True):
    """Everything that is not as it was promised, each as a line that names it. All empty: nothing is lost."""

    posts_lost: list[str] = []
    posts_changed: list[str] = []
    posts_doubled: list[str] = []
    likes_lost: list[str] = []
    boosts_lost: list[str] = []
    half_visible: list[str] = []
    vanished: list[str] = []
    homes_incomplete: list[str] = []
    counts_wrong: list[str] = []
    homes: int = 0
    settled_s: float = 0.0
    looked_at: int = 0


def shown_as(text: str) -> str:
    """How a text of letters, digits, dashes, commas and spaces is shown."""
    return f"<p>{text}</p>"


class Witness:
    """Compares one record with one site. `follows`: follower to followees, by position in `people`."""

    def __init__(self, clients: Clients, people: Sequence[Person], record: Record,
                 follows: Mapping[int, Sequence[int]]) -> None:
        self._clients = clients
        self._people = people
        self._record = record
        self._follows = follows
        self._posts = {ack.id: ack for ack in record.of("post")}
        self.found = Reckoning(half_visible=list(record.half))

    async def look(self, *, settle_s: float = 30.0) -> Reckoning:
        """All comparisons; waits up to `settle_s` for what follows from a write (home timelines, counts)."""
        by_id = await self._by_id([*self._posts, *self._record.seen])
        own = await asyncio.gather(*(self._own(person) for person in self._people))
        self._compare_posts(by_id, own)
        self._compare_boosts(own)
        await asyncio.gather(*(self._compare_likes(n) for n in range(len(self._people))))
        await self._compare_sources()
        self._compare_seen(by_id, own, await self._public())
        await self._wait_for(self._homes, settle_s, "homes_incomplete")
        await self._wait_for(self._counts, settle_s, "counts_wrong")
        return self.found

    async def _by_id(self, ids: Iterable[int]) -> dict[int, Status]:
        """Each as its author, where it is known, or else as somebody else sees it."""
        by_author: dict[int, list[int]] = defaultdict(list)
        for number in dict.fromkeys(ids):
            ack = self._posts.get(number)
            by_author[ack.wish.who if ack else 0].append(number)
        parts = [(who, some[at: at + PAGE]) for who, some in by_author.items() for at in range(0, len(some), PAGE)]
        pages = await asyncio.gather(*(self._some(who, part) for who, part in parts))
        self.found.looked_at += sum(len(part) for _, part in parts)
        return {int(status["id"]): status for page in pages for status in page}

    async def _some(self, who: int, ids: Sequence[int]) -> list[Status]:
        query = "&".join(f"id[]={number}" for number in ids)
        answer = await self._clients.ask("GET", f"/api/v1/statuses?{query}", token=self._people[who].token)
        return list(answer.json) if answer.status == 200 else []

    async def _own(self, person: Person) -> list[Status]:
        target = f"/api/v1/accounts/{person.id}/statuses?limit={PAGE}"
        return [status async for status in self._clients.pages(target, token=person.token)]

    def _compare_posts(self, by_id: Mapping[int, Status], own: Sequence[Sequence[Status]]) -> None:
        listed = [{int(s["id"]) for s in some} for some in own]
        for number, ack in self._posts.items():
            status = by_id.get(number)
            if status is None or number not in listed[ack.wish.who]:
                where = "is nowhere" if status is None else "is not in its author's list"
                self.found.posts_lost.append(f"post {number} ({ack.wish.key}) {where}")
            elif status["content"] != shown_as(ack.wish.text):
                self.found.posts_changed.append(f"post {number} reads {status['content']!r}, not {ack.wish.text!r}")
        for some in own:
            texts = Counter(s["content"] for s in some if not s.get("reblog"))
            self.found.posts_doubled += [f"{text!r} is there {n} times" for text, n in texts.items() if n > 1]

    def _compare_boosts(self, own: Sequence[Sequence[Status]]) -> None:
        there = [Counter(int(s["reblog"]["id"]) for s in some if s.get("reblog")) for some in own]
        for ack in self._record.of("boost"):
            if there[ack.wish.who][ack.wish.target] != 1:
                self.found.boosts_lost.append(
                    f"{ack.wish.key} boosted {ack.wish.target} {there[ack.wish.who][ack.wish.target]} times")

    async def _compare_likes(self, who: int) -> None:
        person = self._people[who]
        target = f"/api/v1/favourites?limit={PAGE}"
        liked = {int(s["id"]) async for s in self._clients.pages(target, token=person.token)}
        for ack in self._record.of("like"):
            if ack.wish.who == who and ack.wish.target not in liked:
                self.found.likes_lost.append(f"{ack.wish.key} of post {ack.wish.target}")

    async def _compare_sources(self) -> None:
        acks = list(self._posts.values())
        some = acks[:: max(1, len(acks) // SOURCES)]

        async def compare(ack: Ack) -> None:
            answer = await self._clients.ask("GET", f"/api/v1/statuses/{ack.id}/source",
                                             token=self._people[ack.wish.who].token)
            if answer.status == 200 and answer.json["text"] != ack.wish.text:
                self.found.posts_changed.append(f"the source of post {ack.id} is not what {ack.wish.key} wrote")
            elif answer.status != 200:
                self.found.posts_lost.append(f"post {ack.id} ({ack.wish.key}) has no source: {answer.status}")

        await asyncio.gather(*map(compare, some))

    async def _public(self) -> dict[int, Status]:
        target = f"/api/v1/timelines/public?limit={PAGE}"
        return {int(s["id"]): s async for s in self._clients.pages(target, token=self._people[0].token)}

    def _compare_seen(self, by_id: Mapping[int, Status], own: Sequence[Sequence[Status]],
                      public: Mapping[int, Status]) -> None:
        """What anybody saw is whole on every surface. That it is gone from all of them is told apart from half."""
        lists = {self._people[n].id: {int(s["id"]): s for s in some} for n, some in enumerate(own)}
        for number, seen in self._record.seen.items():
            surfaces = {"by its number": by_id.get(number), "at its author's": lists[seen.author].get(number),
                        "in public": public.get(number)}
            missing = [where for where, status in surfaces.items() if status is None]
            if len(missing) == len(surfaces):
                self.found.vanished.append(f"post {number}, seen in {seen.where}")
            elif missing:
                self.found.half_visible.append(f"post {number} is missing {', '.join(missing)}")
            self.found.half_visible += [f"post {number} is not whole {where}" for where, status in surfaces.items()
                                        if status is not None and status["content"] != seen.content]

    async def _wait_for(self, look: Any, settle_s: float, name: str) -> None:
        began = time.monotonic()
        while True:
            wrong = await look()
            waited = time.monotonic() - began
            if not wrong or waited > settle_s:
                break
            await asyncio.sleep(0.5)
        setattr(self.found, name, wrong)
        self.found.settled_s = round(max(self.found.settled_s, waited), 2)

    async def _homes(self) -> list[str]:
        """Acknowledged posts of whom one follows that are not on the home timeline, as far back as that goes."""
        acked: dict[int, list[int]] = defaultdict(list)
        for number, ack in self._posts.items():
            acked[ack.wish.who].append(number)

        async def one(who: int) -> list[str]:
            target = f"/api/v1/timelines/home?limit={PAGE}"
            entries = [s async for s in self._clients.pages(target, token=self._people[who].token, most=HOME)]
            there = {int(s["id"]) for s in entries}
            floor = min(there, default=0) if len(entries) >= HOME - 2 * PAGE else 0
            wanted = [n for followee in self._follows[who] for n in acked[followee] if n > floor]
            return [f"post {n} is not at {self._people[who].handle}'s" for n in wanted if n not in there]

        parts = await asyncio.gather(*(one(who) for who in self._follows))
        self.found.homes = len(parts)
        return [line for part in parts for line in part]

    async def _counts(self) -> list[str]:
        """Likes and boosts as numbers under the posts."""
        counts = {"favourites_count": Counter(a.wish.target for a in self._record.of("like")),
                  "reblogs_count": Counter(a.wish.target for a in self._record.of("boost"))}
        by_id = await self._by_id(self._posts)
        return [f"{name} of post {number} is {status[name]}, and {count[number]} were acknowledged"
                for number, status in by_id.items() for name, count in counts.items() if status[name] != count[number]]
