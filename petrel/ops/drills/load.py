"""People who write while something breaks, and keep their own record of what they were told.

What is not acknowledged is sent again with the same Idempotency-Key until it is, as good apps do. The record is the
only witness afterwards: it knows what the site has promised, and what anybody has ever seen on it.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from petrel.ops.drills.clients import Answer, Clients, Lost
from petrel.ops.drills.people import Person

What = Literal["post", "like", "boost"]
AGAIN_S = 0.1


class Wish(Struct, frozen=True):
    """Something to be written. `key` is its Idempotency-Key; `target` a post, 0 for a post of one's own."""

    what: What
    who: int
    key: str
    text: str = ""
    target: int = 0


class Ack(Struct, frozen=True):
    """The site said yes. `id` of the post or boost, for a like of the liked post. Times are monotonic seconds."""

    wish: Wish
    id: int
    sent_at: float
    at: float


class Seen(Struct, frozen=True):
    """A post as somebody found it in a list."""

    author: int
    content: str
    where: str


class Record:
    """What the clients know. `odd`: answers nobody expects, with what was asked; `statuses` of all answers."""

    def __init__(self) -> None:
        self.acks: list[Ack] = []
        self.seen: dict[int, Seen] = {}
        self.half: list[str] = []
        self.odd: list[str] = []
        self.statuses: Counter[str] = Counter()
        self.again = 0
        self.reads = 0
        self.last_ack: dict[int, Ack] = {}

    def of(self, what: What) -> list[Ack]:
        return [ack for ack in self.acks if ack.wish.what == what]

    def note(self, ack: Ack) -> None:
        self.acks.append(ack)
        before = self.last_ack.get(ack.wish.who)
        if before is None or ack.sent_at > before.sent_at:
            self.last_ack[ack.wish.who] = ack

    def see(self, status: Mapping[str, Any], where: str) -> None:
        """A post in a list: whole, or half of one."""
        post = status.get("reblog") or status
        content, account = post.get("content"), post.get("account")
        if not content or not account or not account.get("id"):
            self.half.append(f"post {post.get('id')} in {where}: no {'text' if account else 'author'}")
            return
        before = self.seen.setdefault(int(post["id"]), Seen(int(account["id"]), content, where))
        if before.content != content:
            self.half.append(f"post {post['id']} reads differently in {before.where} and in {where}")


class Load:
    """Writers, one for each person, and `readers` who look at lists; both until the block's end or `drained`.

    Each person writes about `per_s` times a second, which may be changed meanwhile, and without a pause while `hurry`
    is set.
    """

    def __init__(self, clients: Clients, people: Sequence[Person], *, per_s: float, readers: int, seed: int) -> None:
        self.record = Record()
        self.hurry = asyncio.Event()
        self._clients = clients
        self.people = people
        self.per_s = per_s
        self._readers = readers
        self._random = random.Random(seed)      # noqa: S311 (the same load each time, no secret)
        self._stop = asyncio.Event()
        self._stop_reading = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers: Counter[int] = Counter()
        self._liked: set[tuple[int, int]] = set()
        self._boosted: set[tuple[int, int]] = set()

    async def __aenter__(self) -> "Load":
        self._tasks = [asyncio.create_task(self._write(n)) for n in range(len(self.people))]
        self._tasks += [asyncio.create_task(self._read()) for _ in range(self._readers)]
        return self

    async def __aexit__(self, *_wrong: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def drained(self, within_s: float) -> int:
        """No new wishes; waits until each one under way is acknowledged. Returns how many were not in time."""
        self._stop.set()
        writers = self._tasks[:len(self.people)]
        _, late = await asyncio.wait(writers, timeout=within_s)
        self._stop_reading.set()
        for task in writers:
            if task.done() and (wrong := task.exception()):
                raise wrong
        return len(late)

    async def all_back(self, since: float, within_s: float) -> tuple[float | None, float | None]:
        """Seconds from `since` until the first, and until everybody, had a write acknowledged that was sent later."""
        first = None
        while time.monotonic() - since < within_s:
            back = [a.at for a in self.record.last_ack.values() if a.sent_at > since]
            if back and first is None:
                first = min(back) - since
            if len(back) == len(self.people):
                # Later acknowledgements may have replaced earlier ones, so this errs against the site.
                return first, max(back) - since
            await asyncio.sleep(0.01)
        return first, None

    async def _write(self, me: int) -> None:
        while not self._stop.is_set():
            await self._until_acknowledged(self._next(me))
            if not self.hurry.is_set():
                await asyncio.sleep(self._random.expovariate(self.per_s))

    def _next(self, me: int) -> Wish:
        self._numbers[me] += 1
        key = f"{self.people[me].handle}-{self._numbers[me]}"
        throw = self._random.random()
        if throw < 0.4 and self.record.acks:
            ack = self.record.acks[-1 - self._random.randrange(min(400, len(self.record.acks)))]
            target = ack.id if ack.wish.what == "post" else ack.wish.target
            done = self._liked if throw < 0.25 else self._boosted
            if (me, target) not in done:
                done.add((me, target))
                return Wish("like" if throw < 0.25 else "boost", me, key, target=target)
        return Wish("post", me, key, text=f"said by {key} in the drill, word for word")

    async def _until_acknowledged(self, wish: Wish) -> None:
        while True:
            sent_at = time.monotonic()
            try:
                answer = await self._send(wish)
            except Lost:
                self.record.statuses["no answer"] += 1
            else:
                self.record.statuses[str(answer.status)] += 1
                if answer.status == 200:
                    number = wish.target if wish.what == "like" else int(answer.json["id"])
                    self.record.note(Ack(wish, number, sent_at, time.monotonic()))
                    return
                if answer.status < 500 and answer.status != 429:
                    self.record.odd.append(f"{answer.status} {answer.body[:200]!r} for {wish}")
                    return
            self.record.again += 1
            await asyncio.sleep(AGAIN_S)

    async def _send(self, wish: Wish) -> Answer:
        token = self.people[wish.who].token
        if wish.what == "post":
            form = {"status": wish.text, "visibility": "public", "language": "en"}
            return await self._clients.ask("POST", "/api/v1/statuses", token=token, json=form,
                                           headers={"Idempotency-Key": wish.key})
        verb = "favourite" if wish.what == "like" else "reblog"
        return await self._clients.ask("POST", f"/api/v1/statuses/{wish.target}/{verb}", token=token, json={},
                                       headers={"Idempotency-Key": wish.key})

    async def _read(self) -> None:
        while not self._stop_reading.is_set():
            who, whose = self._random.choice(self.people), self._random.choice(self.people)
            path = self._random.choice(("/api/v1/timelines/home", "/api/v1/timelines/public",
                                        f"/api/v1/accounts/{whose.id}/statuses"))
            try:
                answer = await self._clients.ask("GET", f"{path}?limit=40", token=who.token)
            except Lost:
                self.record.statuses["read without answer"] += 1
            else:
                self.record.statuses[f"read {answer.status}"] += 1
                if answer.status == 200:
                    self.record.reads += 1
                    for status in answer.json:
                        self.record.see(status, path)
            await asyncio.sleep(0.05)
