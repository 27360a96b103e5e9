"""That something is not there is said at a fixed time: how long it took to find out tells nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from petrel.api.http import Call, Gate, HttpSettings, Limits
from petrel.api.http.nothing import Nothing
from petrel.api.http.routes import Routes
from petrel.core.errors import NotFound, Unavailable
from petrel.ops.drills import apart
from petrel.ops.drills.timing import sample
from tests.serving import Address, gate_served

STEP_S = 0.05
COUNT = 200
SHARP_S = 0.00025
hiding = Routes()
looked: list[str] = []


@hiding.route("GET", "/api/v1/things/:id", scope="public", surface="api")
async def show(call: Call) -> bytes:
    """The id is how many milliseconds looking takes; 99 exists."""
    looked.append(call.path)
    took_ms = int(call.args["id"])
    if took_ms == 99:
        return b"{}"
    if took_ms:
        await asyncio.sleep(took_ms / 1000)
    raise NotFound


async def _pages(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/@slow":
        await asyncio.sleep(0.02)
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"none"})


def _gate(step_s: float, **settings: Any) -> Gate:
    async def nobody(digest: bytes) -> None:
        return None

    return Gate(HttpSettings(nothing_after_s=step_s, **settings), nobody, routes=hiding.all(), limits=Limits(on=False),
                pages=_pages)


async def _compared(address: Address, one: str, other: str, seed: int) -> tuple[apart.Comparison, float]:
    a, b = await sample("http://{}:{}".format(*address), [[one], [other]], COUNT, seed=seed)
    return apart.compare(a, b), apart.power(a, b, SHARP_S)


async def test_without_the_wait_a_millisecond_of_work_is_seen() -> None:
    """The control: these many answers, and this test, would find it."""
    with gate_served(_gate(0)) as (_, address):
        found, _ = await _compared(address, "/api/v1/things/1", "/api/v1/things/0", 1)
    assert found.told_apart, found


@pytest.mark.parametrize(("one", "other"), [
    ("/api/v1/things/17", "/no/such/address"), ("/@slow", "/api/v1/things/0")])
async def test_with_it_nothing_is_seen_though_a_quarter_of_a_millisecond_would_be(one: str, other: str) -> None:
    with gate_served(_gate(STEP_S)) as (_, address):
        found, power = await _compared(address, one, other, 1)
        if found.told_apart:                    # once in a thousand by chance: then twice
            found, power = await _compared(address, one, other, 2)
    assert not found.told_apart, found
    assert found.median_a_ms > STEP_S * 1000 and found.median_b_ms > STEP_S * 1000
    if power < 0.95:
        pytest.skip(f"nothing was told apart, but this machine is too busy to hear {SHARP_S * 1e6:.0f} us ({power})")


async def test_work_that_took_longer_waits_for_the_next_multiple(ask_app: Callable[..., Any]) -> None:
    loop, gate = asyncio.get_running_loop(), _gate(0.03)
    began = loop.time()
    await ask_app(gate, "GET", "/api/v1/things/40")
    assert loop.time() - began >= 0.06
    began = loop.time()
    assert (await ask_app(gate, "GET", "/api/v1/things/99")).status == 200
    assert loop.time() - began < 0.06, "what is there is answered at once"


async def test_who_waits_holds_no_place_and_all_go_out_in_their_time(ask_app: Callable[..., Any]) -> None:
    loop, gate = asyncio.get_running_loop(), _gate(STEP_S, most_at_once=8)

    async def one(number: int) -> tuple[int, float]:
        await asyncio.sleep(number * 0.001)
        began = loop.time()
        return (await ask_app(gate, "GET", "/api/v1/things/0")).status, loop.time() - began

    found = await asyncio.gather(*(one(number) for number in range(60)))
    assert {status for status, _ in found} == {404}
    assert all(took_s >= STEP_S for _, took_s in found), found


async def test_more_than_so_many_are_refused_before_anything_is_looked_up(ask_app: Callable[..., Any]) -> None:
    """Refused afterwards, or answered at once, they would tell how long the look took."""
    gate = _gate(STEP_S)
    gate._nothing.most = 3
    waiting = [asyncio.create_task(ask_app(gate, "GET", "/api/v1/things/0")) for _ in range(3)]
    await asyncio.sleep(0.01)
    looked.clear()
    for target in ("/api/v1/things/0", "/api/v1/things/99", "/@fast"):
        refused = await ask_app(gate, "GET", target)
        assert (refused.status, refused.headers.get("retry-after")) == (503, "1")
    assert looked == []
    assert [done.status for done in await asyncio.gather(*waiting)] == [404] * 3
    assert (await ask_app(gate, "GET", "/api/v1/things/99")).status == 200


async def test_who_gives_up_waiting_leaves_no_trace() -> None:
    nothing = Nothing(0.01)
    came_at = asyncio.get_running_loop().time()
    gone = asyncio.create_task(nothing.wait(came_at))
    await asyncio.sleep(0)
    gone.cancel()
    await nothing.wait(came_at)
    assert len(nothing) == 0
    nothing.refuse_when_full()
    with pytest.raises(Unavailable):
        Nothing(0.01, most=0).refuse_when_full()
