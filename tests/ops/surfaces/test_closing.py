"""A closed surface answers 503 at every door, all others go on, and opening it takes two people."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import pytest

from petrel.core import closing
from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid, PetrelError
from petrel.core.viewer import System
from petrel.ops import access, surfaces
from tests.crew import approve, as_owner, ask, crew
from tests.people import publish, signed_in
from tests.stories.wholesite import Answer, Person, open_site

pytestmark = pytest.mark.usefixtures("site")


async def close(name: str, why: str = "a drill") -> bool:
    async with writing(System("tests"), cause="tests") as w:
        return await surfaces.close(w, name, why)


async def reopen(name: str, request: int) -> None:
    async with writing(System("tests"), cause="tests") as w:
        await surfaces.open_again(w, name, request)


async def _until(status: int, within_s: float, ask_again: Callable[[], Awaitable[Answer]]) -> Answer:
    async with asyncio.timeout(within_s):
        answer = await ask_again()
        while answer.status != status:
            await asyncio.sleep(0.05)
            answer = await ask_again()
    return answer


async def kinds(addresses, subject: int) -> list[str]:
    return [row["kind"] for row in await as_owner(
        addresses, "select kind from journal.entry where cell = 0 and subject = $1 order by id", subject)]


async def test_every_door_of_it_is_shut_within_a_second_and_opened_by_two(addresses) -> None:
    whole = await open_site(addresses)
    [(member, token)] = await signed_in("wren")
    wren = Person(member.account, "wren", token)
    post = (await publish(member, "good morning")).id
    ann, bob = await crew(ann="admin", bob="owner")
    watching = asyncio.create_task(closing.watch())
    try:
        assert await close("home")
        assert not await close("home"), "it is closed"
        page = await _until(503, 1.0, lambda: whole.ask("GET", "/"))
        assert page.headers["retry-after"] == "60" and b"<html" in page.body
        shut = await whole.ask("GET", "/api/v1/timelines/home", as_=wren)
        assert shut.status == 503 and shut.headers["retry-after"] == "60" and "examined" in shut.error
        assert (await whole.ask("GET", f"/api/v1/statuses/{post}", as_=wren)).status == 200, "the others stay up"
        assert (await whole.ask("GET", f"/@wren/{post}")).status == 200
        assert (await whole.ask("GET", "/public")).status == 200

        request = await ask(ann, "surface.open", surface="home")
        with pytest.raises(access.NotAllowed):
            await reopen("home", request.id)
        await approve(bob, request)
        with pytest.raises(Conflict):
            await reopen("api", request.id)
        await close("api")
        with pytest.raises(access.NotAllowed):
            await reopen("api", request.id)         # approved for another surface
        await reopen("home", request.id)
        with pytest.raises(Conflict):
            await reopen("home", request.id)
        await _until(200, 1.5, lambda: whole.ask("GET", "/api/v1/timelines/home", as_=wren))
        assert await kinds(addresses, 5) == ["ops.surface.closed", "ops.surface.opened"]
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await as_owner(addresses, "update law.surface set is_open = true")
        await closing.look()


async def test_the_database_opens_nothing_without_an_approval_used_in_the_same_transaction(addresses) -> None:
    await close("srch")
    async with writing(System("tests"), cause="tests") as w:
        with pytest.raises(PetrelError) as raised:
            await w.change("select ops.open_surface('surfaces', 'srch', 'let me', 4711)")
        assert "PT403" in str(raised.value.detail)
        await w.execute("rollback")
        await w.execute("begin")
    reader = await asyncpg.connect(**addresses.main["reader"])
    try:
        for name in ("close_surface('x', 7::smallint, 'x')", "open_surface('x', 'srch', 'x', 1)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(f"select ops.{name}")
    finally:
        await reader.close()
        await as_owner(addresses, "update law.surface set is_open = true")


async def test_closing_wants_a_name_and_a_reason() -> None:
    with pytest.raises(Invalid, match="Known are: link, api"):
        await close("everything")
    with pytest.raises(Invalid, match="why"):
        await close("home", " ")
    async with reading(System("tests")) as r:
        assert all(one.is_open for one in await surfaces.listed(r))
