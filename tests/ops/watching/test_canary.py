"""The canary goes the way of everybody's posts, and health is what became of it."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from petrel import app, watch
from petrel.api import timelines
from petrel.core.doors import deriving, reading
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts
from petrel.ops import stranger, watching
from petrel.ops.watching import health, measuring
from petrel.ops.watching.canary import Canary
from tests.crew import as_owner
from tests.ops.watching.serving import web

pytestmark = pytest.mark.usefixtures("site")


async def now() -> watching.Health:
    async with reading(Anonymous()) as r:
        return await health.health(r)


async def asked(address: str, target: str, **headers: str) -> stranger.Wire:
    wire = stranger.Wire(address, headers)
    try:
        return await wire.ask("GET", target)
    finally:
        wire.close()


async def test_a_post_comes_through_and_is_taken_away_and_nobody_meets_it(addresses: Any) -> None:
    async with web() as settings:
        assert health.word(await now()) == "starting"
        place = app.place_of(settings)
        canary = Canary(place)
        for _ in range(2):
            await canary.fly()
        canary.close()
        found = await now()
        assert health.word(found) == "ok" and found.canary_took_ms is not None and found.canary_took_ms < 10_000
        assert not await as_owner(addresses, "select from posts.post where deleted_at is null")
        async with reading(Anonymous()) as r:
            assert (await accounts.counts(r)).accounts == 0
        again = Canary(place)               # another process signs in anew, and makes nobody a second time
        await again.fly()
        again.close()
        assert (await now()).canary_failed_s is None
        assert len(await as_owner(addresses, "select from ops.decoy")) == 2


async def test_what_does_not_come_through_is_said_by_health_and_its_end_too(
        addresses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petrel.ops.watching.canary.SEEN_WITHIN_S", 0.3)
    monkeypatch.setattr("petrel.api.health.KEEP_S", 0.0)
    async with web() as settings:
        canary = Canary(app.place_of(settings))
        await canary.fly()
        assert (await asked(settings.address, "/health")).status == 200
        await as_owner(addresses, "update law.surface set is_open = false where name = 'home'")
        try:
            await canary.fly()
        finally:
            await as_owner(addresses, "update law.surface set is_open = true")
        found = await now()
        assert found.canary_failed_s is not None and "timelines/home answered 503" in found.canary_said
        async with deriving("tests") as w:
            await w.execute("update ops.canary set seen_at = now() - interval '4 minutes'")
        answer = await asked(settings.address, "/health")
        assert answer.status == 503 and json.loads(answer.body)["status"] == "failing"
        await canary.fly()
        canary.close()
        assert (await asked(settings.address, "/health")).status == 200
        assert (await now()).canary_said == ""


async def test_a_site_that_answers_nobody_is_told_from_followers_that_stand() -> None:
    async def unanswered() -> list[float]:
        return [one.value for one in await measuring.of_databases() if one.name == "canary_unanswered_seconds"]

    async with web() as settings:
        canary = Canary(app.place_of(settings))
        await canary.fly()
        assert await unanswered() == []
    await canary.fly()
    canary.close()
    assert len(await unanswered()) == 1 and (await now()).canary_failed_s is not None


async def test_the_crews_watcher_gets_more_and_nobody_else() -> None:
    key = await health.watch_key()
    async with web() as settings:
        at = str(int(time.time()))
        target = f"/health/crew?nonce=abc&at={at}"
        sign = {"X-Petrel-Watch": health.signed(key, "ask", "abc", at)}
        answer = await asked(settings.address, target, **sign, **{"X-Forwarded-For": "203.0.113.9"})
        assert answer.status in (200, 503)
        assert dict(answer.headers)[b"x-petrel-signature"].decode() == health.signed(key, "answer", "abc", answer.body)
        told = json.loads(answer.body)
        assert told["seen_as"] == "127.0.0.1" and told["forwarded"] == "203.0.113.9"
        for wrong in (target.replace("abc", "abd"), target.replace(at, "1"), "/health/crew"):
            assert (await asked(settings.address, wrong, **sign)).status == 404
        assert (await asked(settings.address, target)).status == 404


async def test_without_a_canary_health_says_what_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    from petrel.ops.watching import jobs

    watching.install(None)
    assert jobs._says_off
    await jobs.fly()
    assert health.word(await now()) == "ok"
    async with deriving("tests") as w:
        await w.execute("insert into ops.measured values (true, now() - interval '5 minutes', '[]')")
    assert health.word(await now()) == "failing", "nobody watches any more"
    async with reading(System("tests")) as r:
        assert await r.value("select failed_since from ops.canary") is None


async def test_the_watcher_and_the_site_understand_each_other(tmp_path: Path) -> None:
    tally = watching.Tally(["/health/crew"])
    async with web(tally) as settings:
        async with deriving("tests") as w:
            await w.execute("delete from ops.canary")
            await w.execute("delete from ops.measured")
        site = watching.Watch(watching.Wanted(tmp_path), tally)
        await site.look()
        wanted = {"site": settings.address, "state": str(tmp_path), "registered_until": "2099-01-01",
                  "key": await health.watch_key(), "resolvers": ["this host"]}
        checks = {check.name: check for check in await asyncio.to_thread(watch.look, wanted)}
        assert {name for name, check in checks.items() if not check.ok} == {"backup"}, checks
        assert checks["clock"].ok and "measured 0 s ago" in checks["inside"].found
        await site.look()
        assert "watcher_silent_seconds" in {m.name for m in site.measures}, "the site notices when it stays away"


async def test_probes_see_what_is_answered_with_200_and_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("petrel.ops.watching.canary.SEEN_WITHIN_S", 0.3)
    right = timelines._listed

    def without_every_seventh(call: Any, found: Any, page: Any) -> Any:
        return right(call, [one for n, one in enumerate(found, 1) if n % 7], page)

    async with web() as settings:
        probes = watching.Probes(app.place_of(settings))
        assert await probes.look(3) == "" and await probes.look(3) == ""
        with monkeypatch.context() as planted:
            planted.setattr(timelines, "_listed", without_every_seventh)
            assert await probes.look(3) == "1 of 8 posts are not on their follower's home"
        assert await probes.look(3) == ""
        assert await watching.Probes(app.place_of(settings)).look(3) == ""     # another process finds what stands
        probes.close()
