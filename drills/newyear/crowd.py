"""`python -m drills.newyear.crowd`, at the other end of the line: everybody sends photos and films at once and looks
at those of others. They do as good apps do: whoever is refused tries again, whoever has no answer sends it anew."""

import asyncio
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from drills.newyear import far
from petrel.ops.drills import Answer, Clients, Lost, clients

IMPATIENT_S = 4.0       # nobody waits a minute on such a night
POLL_S, SETTLE_S, VIEW_S = 1.0, 200.0, 0.3
LARGE_S = 180.0


class Crowd:
    """`taken`: files that the site said it has, with what became of them. `refused`: by status; `rude`: refusals
    without a sentence or a time to try again. `odd`: answers that nobody expects."""

    def __init__(self, wire: Clients, told: Any, end: asyncio.Event) -> None:
        self._wire, self._end = wire, end
        self._tokens: list[str] = told["uploaders"]
        self._files: list[dict[str, Any]] = told["files"]
        self._next = 0
        self._again: list[int] = []
        self._draw = random.Random(5)       # noqa: S311 (the same night each time, no secret)
        self.taken: list[dict[str, Any]] = []
        self.refused: Counter[str] = Counter()
        self.rude: list[str] = []
        self.odd: list[str] = []
        self.no_answer = self.viewed = self.viewed_bytes = 0
        self.first_refused_at = 0.0
        self.settling: set[asyncio.Task[None]] = set()

    async def send_all(self, who: int) -> None:
        while not self._end.is_set() and (place := self._one()) is not None:
            token = self._tokens[who]
            try:
                answer = await self._upload(token, self._files[place])
            except Lost:
                self.no_answer += 1
                self._again.append(place)
                await asyncio.sleep(0.2)
                continue
            if answer.status in (200, 202):
                one = {"file": place, "id": answer.json["id"], "state": "waits", "token": token, "at": time.monotonic()}
                self.taken.append(one)
                task = asyncio.create_task(self._settle(one))
                self.settling.add(task)
                task.add_done_callback(self.settling.discard)
            else:
                await self._refusal(answer, place)

    def _one(self) -> int | None:
        if self._again:
            return self._again.pop()
        if self._next == len(self._files):
            return None
        self._next += 1
        return self._next - 1

    async def _upload(self, token: str, file: dict[str, Any]) -> Answer:
        form = aiohttp.FormData()
        path = Path(file["path"])
        form.add_field("file", await asyncio.to_thread(path.read_bytes), filename=path.name, content_type=file["type"])
        return await self._wire.ask("POST", "/api/v2/media", token=token, form=form)

    async def _refusal(self, answer: Answer, place: int) -> None:
        self.refused[str(answer.status)] += 1
        self.first_refused_at = self.first_refused_at or time.monotonic()
        self._again.append(place)
        after = answer.header(b"retry-after")
        if answer.status not in (503, 507):
            self.odd.append(f"{answer.status} {answer.body[:200]!r}")
        elif after is None or not after.isdigit() or len(answer.json.get("error", "")) < 20:
            self.rude.append(f"{answer.status} {answer.body[:200]!r}, Retry-After: {after!r}")
        await asyncio.sleep(min(IMPATIENT_S, float(after or 1)) * self._draw.uniform(0.8, 1.2))

    async def _settle(self, one: dict[str, Any]) -> None:
        """Until it was read, then it is posted."""
        while time.monotonic() - one["at"] < SETTLE_S:
            try:
                answer = await self._wire.ask("GET", f"/api/v1/media/{one['id']}", token=one["token"])
                if answer.status == 200:
                    one["ready_s"] = time.monotonic() - one["at"]
                    if await self._post(one):
                        return
                elif answer.status not in (206, 503):
                    one["state"] = f"{answer.status} {answer.body[:200]!r}"
                    return
            except Lost:
                pass
            await asyncio.sleep(POLL_S)

    async def _post(self, one: dict[str, Any]) -> bool:
        answer = await self._wire.ask(
            "POST", "/api/v1/statuses", token=one["token"], headers={"Idempotency-Key": f"with-{one['id']}"},
            json={"status": "look", "media_ids": [one["id"]], "visibility": "public"})
        if answer.status != 200:
            return False
        [shown] = answer.json["media_attachments"]
        one |= {"state": "posted", "post": answer.json["id"], "url": shown["url"], "preview": shown["preview_url"]}
        return True

    async def view(self) -> None:
        """What others look at meanwhile, newest first mostly."""
        while not self._end.is_set():
            posted = [one for one in self.taken if one["state"] == "posted"][-12:]
            if posted:
                one = self._draw.choice(posted)
                path = one[self._draw.choice(("url", "preview"))].split("/", 3)[3]
                try:
                    answer = await self._wire.ask("GET", f"/{path}")
                    if answer.status != 200:
                        self.odd.append(f"{answer.status} for {path}")
                    self.viewed, self.viewed_bytes = self.viewed + 1, self.viewed_bytes + len(answer.body)
                except Lost:
                    self.no_answer += 1
            await asyncio.sleep(VIEW_S)


async def work(told: Any, end: asyncio.Event) -> dict[str, Any]:
    uploaders = len(told["uploaders"])
    async with clients(told["address"], connections=uploaders + told["viewers"], timeout_s=LARGE_S) as wire:
        crowd = Crowd(wire, told, end)
        sending = [asyncio.create_task(crowd.send_all(n)) for n in range(uploaders)]
        viewing = [asyncio.create_task(crowd.view()) for _ in range(told["viewers"])]
        await end.wait()
        await asyncio.wait([*sending, *viewing])
        if crowd.settling:
            await asyncio.wait(crowd.settling)
        return {"taken": crowd.taken, "refused": crowd.refused, "rude": crowd.rude, "odd": crowd.odd,
                "no_answer": crowd.no_answer, "viewed": crowd.viewed, "viewed_bytes": crowd.viewed_bytes,
                "first_refused_at": crowd.first_refused_at}


if __name__ == "__main__":
    far.main(work)
