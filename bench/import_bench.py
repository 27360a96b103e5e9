"""How fast an archive comes in, how long one batch holds a transaction, and what others feel of it meanwhile.

    python bench/import_bench.py [--posts 20000]

A site of its own. First without rests, as fast as it goes; then another archive with rests (as `petrel archives import`
does by itself) while somebody else publishes: the time from their commit to being counted is that of a follower of
the journal which has all the imported posts to get through as well.
"""

import argparse
import asyncio
import json
import tempfile
import time
import zipfile
from pathlib import Path

from private_site import Site, run_inside

from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import archives
from petrel.features.archives import commands
from petrel.worker import followers
from tests.people import people, publish

ACTOR = "https://old.example/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
WORDS = "the storm petrel walks on the water at the edge of the light and nobody knows where it sleeps ".split()


def pack(path: Path, count: int, first: int) -> int:
    """An archive of so many posts, each in its own second; its unpacked size."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("actor.json", json.dumps({"id": ACTOR, "preferredUsername": "ada"}))
        with archive.open("outbox.json", "w") as file:
            size = file.write(b'{"orderedItems": [')
            for n in range(first, first + count):
                at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_500_000_000 + n * 60))
                uri = f"{ACTOR}/statuses/{n}"
                text = " ".join(WORDS[(n * 7 + i) % len(WORDS)] for i in range(20))
                note = {"id": uri, "type": "Note", "attributedTo": ACTOR, "published": at, "to": [PUBLIC], "cc": [],
                        "content": f"<p>{text} #w{n % 500}</p>", "contentMap": {"en": text}}
                told = {"id": uri, "type": "Create", "actor": ACTOR, "published": at, "object": note}
                size += file.write((b"," if n > first else b"") + json.dumps(told).encode())
            return size + file.write(b"]}")


async def work(site: Site, count: int) -> None:
    ada, bob, cy = await people("ada", "bob", "cy", indexable=True)
    batches: list[float] = []
    take = commands.take_posts

    async def timed(*args: object) -> object:
        began_s = time.perf_counter()
        try:
            return await take(*args)  # type: ignore[arg-type]
        finally:
            batches.append(time.perf_counter() - began_s)

    commands.take_posts = timed  # type: ignore[assignment]
    beat = asyncio.create_task(_beat(site))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.zip"
        size = pack(path, count, 0)
        looked_s = await _timed(archives.bring_in(ada.account, path, lambda _: None, dry_run=True))
        print(f"look:    {count / looked_s:8,.0f} posts/s, {size / looked_s / 1e6:.0f} MB/s unpacked")
        took_s = await _timed(archives.bring_in(ada.account, path, lambda _: None, rests=False)) - looked_s
        _say("at once", count, took_s, batches)
        again_s = await _timed(archives.bring_in(ada.account, path, lambda _: None, rests=False)) - looked_s
        print(f"again:   {count / again_s:8,.0f} posts/s that were here already")

        async with reading(System("bench")) as r:
            number = await r.value("select id from archives.import where account = $1 order by id limit 1", ada.account)
        began_s = time.perf_counter()
        gone = await archives.undo(number, lambda _: None)
        print(f"undo:    {gone / (time.perf_counter() - began_s):8,.0f} posts/s deleted")

        pack(path, count, count)
        batches.clear()
        await followers.drain()
        stop = asyncio.Event()
        following = asyncio.create_task(_follow(stop))
        writing_on = asyncio.create_task(_publish(cy, stop))
        took_s = await _timed(archives.bring_in(bob.account, path, lambda _: None)) - looked_s
        stop.set()
        lags = await writing_on
        await following
        beat.cancel()
        _say("resting", count, took_s, batches)
        lags.sort()
        print(f"others:  {len(lags)} posts meanwhile; commit to counted p50 {lags[len(lags) // 2] * 1000:.0f} ms, "
              f"p99 {lags[int(len(lags) * .99)] * 1000:.0f} ms, worst {lags[-1] * 1000:.0f} ms")


async def _beat(site: Site) -> None:
    while True:
        await site.doors.renew_lease()
        await asyncio.sleep(3)


async def _follow(stop: asyncio.Event) -> None:
    while not stop.is_set():
        await followers.drain("counts", "search", "notifications")
        await asyncio.sleep(0.01)


async def _publish(member: object, stop: asyncio.Event) -> list[float]:
    """Seconds from each commit until the count says so."""
    lags = list[float]()
    while not stop.is_set():
        await publish(member, "something new")  # type: ignore[arg-type]
        began_s = time.perf_counter()
        want = len(lags) + 1
        while not stop.is_set():
            async with writing(System("bench"), cause="bench") as w:
                have = await w.value("select posts_count from accounts.account where id = $1", member.account)  # type: ignore[attr-defined]
            if have >= want:
                break
            await asyncio.sleep(0.01)
        lags.append(time.perf_counter() - began_s)
        await asyncio.sleep(0.05)
    return lags


async def _timed(work: object) -> float:
    began_s = time.perf_counter()
    await work  # type: ignore[misc]
    return time.perf_counter() - began_s


def _say(name: str, count: int, took_s: float, batches: list[float]) -> None:
    batches.sort()
    print(f"{name}: {count / took_s:8,.0f} posts/s; batch p50 {batches[len(batches) // 2] * 1000:.0f} ms, "
          f"worst {batches[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=int, default=20_000)
    given = parser.parse_args()
    run_inside(lambda site: work(site, given.posts))
