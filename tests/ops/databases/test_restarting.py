"""The embedded servers are restarted under a running site, as after a release that brings newer ones."""

import asyncio
import time
from pathlib import Path

import msgspec

from petrel.ops.databases import restarting
from petrel.ops.drills import clients
from petrel.ops.processes import read_status
from tests.stories.fast import Fleet
from tests.stories.running import RunningSite

ROUNDS = 2


async def test_requests_wait_a_moment_and_none_is_refused(tmp_path: Path) -> None:
    """Fifty reads and writes a second, over HTTP."""
    site = RunningSite(tmp_path, rate_limits="off", signups_an_hour="0", registrations="open", stranger="off")
    took: list[float] = []
    refused: list[object] = []
    posted: list[str] = []
    try:
        fleet = await Fleet(site).open()
        ada = await fleet.join("ada")
        async with clients(site.address, connections=60) as wire:
            async def one(number: int) -> None:
                began = time.monotonic()
                way = ("POST", "/api/v1/statuses", {"status": f"n{number}"}) if number % 2 else (
                    "GET", "/api/v1/timelines/home", None)
                answer = await wire.ask(way[0], way[1], token=ada.token, json=way[2])
                took.append(time.monotonic() - began)
                if answer.status != 200:
                    refused.append((way[1], answer.status, answer.body))
                elif number % 2:
                    posted.append(msgspec.json.decode(answer.body)["id"])

            asked: list[asyncio.Task[None]] = []
            before = read_status(site.data)
            for _ in range(ROUNDS):
                restarted = asyncio.create_task(asyncio.to_thread(restarting.embedded, site.data, lambda: "18", "18"))
                while not restarted.done() or len(asked) % 50:
                    asked.append(asyncio.create_task(one(len(asked))))
                    await asyncio.sleep(0.02)
                print(f"held for {await restarted:.2f} s")
            await asyncio.gather(*asked)
            after = read_status(site.data)
            assert before and after and before.postgres["main"].pid != after.postgres["main"].pid
            print(f"{len(took)} asked, {len(refused)} refused, the longest {max(took):.2f} s")
            assert refused == [] and max(took) < 3
            for number in posted:
                assert (await wire.ask("GET", f"/api/v1/statuses/{number}")).status == 200
    finally:
        site.end()
