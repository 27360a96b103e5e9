"""The site's own stranger, over a real socket: finds nothing where nothing leaks, and closes what does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from drills.leak import mutable
from petrel import app
from petrel.core import closing
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts
from petrel.ops import breaches, stranger
from petrel.ops.doctor import leaks
from petrel.ops.stranger import planting
from petrel.ops.stranger.rounds import Stranger
from petrel.ops.stranger.wire import NoAnswer
from tests.crew import as_owner
from tests.drain import drain
from tests.ops.watching.serving import web

pytestmark = pytest.mark.usefixtures("site")
OPEN = """
with a as (update law.surface set is_open = true), b as (delete from ops.closed_door) delete from ops.breach
"""
ALL_IS_SEEN = """
create or replace function law.verdict(codes bytea, audience integer, states integer, who integer) returns integer
language sql immutable parallel safe return 6
"""
VERDICT = "select pg_get_functiondef('law.verdict(bytea, integer, integer, integer)'::regprocedure)"


@asynccontextmanager
async def at_work() -> AsyncIterator[Stranger]:
    """A web process in this loop, with limits as they are, and a stranger that has not asked yet."""
    async with web() as settings:
        one = Stranger(app.place_of(settings))
        try:
            yield one
        finally:
            one.close()


async def state() -> stranger.State:
    async with reading(System("tests")) as r:
        return await stranger.state(r)


async def files() -> list[breaches.Breach]:
    async with reading(System("tests")) as r:
        return await breaches.listed(r)


async def doctor(addresses: Any) -> dict[str, Any]:
    [row] = await as_owner(addresses, leaks.LOOK)
    return {check.name: check for check in leaks.check_leaks(row, "2026-01-01T00:00:00+00:00")}


async def open_again(addresses: Any) -> None:
    await as_owner(addresses, OPEN)
    await closing.look()


async def test_where_nothing_leaks_it_finds_nothing_and_nobody_meets_its_people(addresses: Any) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        await drain()
        assert await one.cycle() is None
        found = await state()
        assert found.clean_at == found.asked_at and found.blind_since is None
        for _ in range(2):
            assert await one.round() is None
        assert one.requests > 600, "without its key it would have met the limits"
        assert await files() == [] and (await doctor(addresses))["stranger"].ok
        async with reading(System("tests")) as r:
            known = await planting.numbers(r)
            people = [a for a in await accounts.listed(r, after=0, limit=10) if a.id in known.values()]
            assert len(people) == 4
        async with reading(Anonymous()) as r:
            assert (await accounts.counts(r)).accounts == 0
        assert not await as_owner(addresses, "select from accounts.credential where secret_hash is not null")
    async with at_work() as again:
        assert await again.round() is None
        async with reading(System("tests")) as r:
            assert await planting.numbers(r) == known, "what is planted stays"


async def test_a_broken_verdict_is_found_shut_and_filed(addresses: Any, capfd: Any) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        [[verdict]] = await as_owner(addresses, VERDICT)
        try:
            await as_owner(addresses, ALL_IS_SEEN)
            said = await one.round()
            assert said and "leaks" in said
        finally:
            await as_owner(addresses, verdict)
        found = await files()
        api = next(file for file in found if file.surface == "api")
        assert "post of a protected account" in api.kinds
        assert api.door in ("GET /api/v1/statuses/:id", "GET /api/v1/statuses") and api.policy >= 1 and api.build
        assert api.first_at is not None and api.until_at is not None
        assert api.first_at < api.found_at <= api.until_at < api.found_at + timedelta(seconds=5)
        assert api.due_at == api.found_at + timedelta(hours=72)
        shut = await one._wire.ask("GET", "/api/v1/statuses/1")    # type: ignore[union-attr]
        assert shut.status == 503
        kinds = {row["kind"] for row in await as_owner(addresses, "select kind from journal.entry")}
        assert {"ops.leak.found", "ops.surface.closed", "ops.breach.opened", "ops.breach.shut"} <= kinds
        checks = await doctor(addresses)
        assert not checks["breaches"].ok and "72 hours" in checks["breaches"].found
        assert not checks["surfaces"].ok and "api" in checks["surfaces"].found
        await one.round()
        assert len(await files()) == len(found), "what is closed is found no more"
        await open_again(addresses)


@pytest.mark.parametrize("kept", ["page-by-address", "posts-by-numbers"])
async def test_what_a_web_process_keeps_without_its_viewer_is_found_within_a_round(addresses: Any, kept: str) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        undo = mutable.PATCHES[kept]()
        try:
            said = await one.round()
        finally:
            undo()
        assert said and "leaks" in said
        assert "post of a protected account" in {kind for file in await files() for kind in file.kinds}
        await open_again(addresses)


async def test_a_door_of_no_surface_is_shut_alone(addresses: Any) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        await as_owner(addresses, "update accounts.account set hides_network = false, version = version + 1")
        try:
            assert "leaks" in str(await one.cycle())
        finally:
            await as_owner(addresses, "update accounts.account a set hides_network = true, version = version + 1 "
                                      "from ops.decoy d where d.name = 'near' and a.id = d.number")
        assert {file.door for file in await files()} >= {"GET /api/v1/accounts/:id/following"}
        near = (one._found or pytest.fail()).people["near"]        # type: ignore[union-attr]
        wire = one._wire or pytest.fail()
        assert (await wire.ask("GET", f"/api/v1/accounts/{near}/following")).status == 503
        assert (await wire.ask("GET", f"/api/v1/accounts/{near}")).status == 200
        await open_again(addresses)
        assert (await wire.ask("GET", f"/api/v1/accounts/{near}/following")).status == 200


async def test_who_finds_nothing_where_there_is_something_is_blind_and_says_so(addresses: Any) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        await as_owner(addresses, "create table public.followed as select owner, other from relationships.relation "
                                  "where bits & 1 = 1")
        await as_owner(addresses, "update relationships.relation set bits = bits - 1 where bits & 1 = 1")
        try:
            await one.cycle()
            assert (await state()).blind_since is None, "once may be chance"
            await one.cycle()
            assert (await state()).blind_since is not None
            check = (await doctor(addresses))["stranger"]
            assert not check.ok and "BLIND" in check.found
        finally:
            await as_owner(addresses, "update relationships.relation set bits = bits + 1 "
                                      "where (owner, other) in (select owner, other from public.followed)")
        await one.cycle()
        assert (await state()).blind_since is None


async def test_what_they_ask_just_before_a_stranger_they_have_to_find(addresses: Any) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        one._asked = [structs.replace(asked, must=("message",)) if asked.must else asked for asked in one._asked]
        said = await one.round()
        assert said and "message by shy" in said


async def test_its_key_lifts_the_limits_and_only_from_this_machine() -> None:
    async with at_work() as one:
        await one.cycle()
        wire = one._wire or pytest.fail()
        headers = dict((await wire.ask("GET", "/api/v1/timelines/public")).headers)
        assert b"x-ratelimit-limit" not in headers
        wrong = dict((await wire.ask("GET", "/api/v1/timelines/public", {stranger.HEADER: "0" * 64})).headers)
        assert b"x-ratelimit-limit" in wrong
        away = dict((await wire.ask("GET", "/api/v1/timelines/public", {"X-Forwarded-For": "192.0.2.1"})).headers)
        assert b"x-ratelimit-limit" not in away, "nobody is believed who says they are elsewhere"


async def test_a_breach_goes_forward_only_and_what_is_noted_is_sealed(addresses: Any) -> None:
    async with writing(System("tests"), cause="tests") as w:
        number = await breaches.open_file(w, surface="home", door="GET /x", viewer="a stranger", kinds=["list"],
                                          build="1", first_at=None)
        assert await breaches.open_file(w, surface="home", door="GET /x", viewer="a stranger", kinds=["filter"],
                                        build="1", first_at=None) == number
    async with writing(System("tests"), cause="tests") as w:
        await breaches.note(w, number, "wren told us", "assessed")
        with pytest.raises(Invalid, match="does not go back"):
            await breaches.note(w, number, "again", "open")
    async with reading(System("tests")) as r:
        one, [noted] = await breaches.find(r, number), await breaches.notes(r, number)
    assert (one.state, one.kinds, noted.text) == ("assessed", ("filter", "list"), "wren told us")
    assert not await as_owner(addresses, "select from ops.breach_note n where n::text like '%wren%'")
    await as_owner(addresses, "update ops.breach set due_at = now() + interval '23 hours'")
    check = (await doctor(addresses))["breaches"]
    assert not check.ok and "23 hours left" in check.found, "48 of the 72 hours are over"
    for text in (breaches.to_authority(one, "Petrel"), breaches.to_people(one, "Petrel")):
        assert "filter, list" in text and "[not known]" in text
    await open_again(addresses)


async def test_a_question_that_is_not_answered_hides_no_other(addresses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        asked = one._wire.ask_by_each               # type: ignore[union-attr]

        async def unanswered(method: str, target: str, *more: Any) -> Any:
            if "streaming" in target and not silent:
                silent.append(target)
                raise NoAnswer(target)
            return await asked(method, target, *more)

        silent: list[str] = []
        monkeypatch.setattr(one._wire, "ask_by_each", unanswered)
        [[verdict]] = await as_owner(addresses, VERDICT)
        try:
            await as_owner(addresses, ALL_IS_SEEN)
            said = await one.cycle()
        finally:
            await as_owner(addresses, verdict)
        assert silent and said == silent[0] and (await state()).clean_at < (await state()).asked_at
        assert "api" in {file.surface for file in await files()}
        await open_again(addresses)
