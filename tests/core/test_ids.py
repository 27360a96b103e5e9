"""Ids say when, where and by whom; no two are alike, whatever happens to the processes that make them."""

import asyncio
import multiprocessing
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core import clock, ids
from petrel.core.doors import Doors
from petrel.core.errors import Unavailable
from petrel.core.ids import IdMaker
from petrel.storage.pools import Addresses

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def noon():
    clock.freeze(NOON)
    yield int(NOON.timestamp() * 1000)
    clock.freeze(None)


def test_an_id_says_when_where_and_by_whom(noon: int) -> None:
    one = IdMaker([5], noon - 1, noon + 1000).new_id(11)
    assert ids.at_of(one) == NOON and ids.cell_of(one) == 11 and one & 63 == 5
    assert one < 1 << 63
    assert ids.id_at(NOON) <= one < ids.id_at(NOON + timedelta(milliseconds=1))


@given(st.lists(st.integers(0, 15), min_size=1, max_size=300), st.integers(1, 4))
def test_ids_of_a_cell_never_repeat_and_time_never_goes_back(cells: list[int], makers: int) -> None:
    start = clock.now_ms()
    maker = IdMaker(list(range(makers)), start, start + 60_000)
    made = [maker.new_id(cell) for cell in cells]
    assert len(set(made)) == len(made)
    for cell in range(16):
        times = [ids.ms_of(i) for i in made if ids.cell_of(i) == cell]
        assert all(b >= a for a, b in pairwise(times))


def test_more_than_a_moment_has_are_borrowed_from_the_next_ones_but_not_far(noon: int) -> None:
    maker = IdMaker([1, 2], noon - 1, noon + 10_000)
    made = [maker.new_id(0) for _ in range(2 * (ids.MAX_BORROW_MS + 1))]
    assert len(set(made)) == len(made)
    assert max(map(ids.ms_of, made)) == noon + ids.MAX_BORROW_MS


def test_a_clock_that_is_set_back_makes_no_id_twice() -> None:
    now = clock.now()
    clock.freeze(now)
    try:
        ms = clock.now_ms()
        maker = IdMaker([1], ms - 1, ms + 10_000)
        first = [maker.new_id(0) for _ in range(20)]
        clock.freeze(now - timedelta(milliseconds=20))
        assert not set(first) & {maker.new_id(0) for _ in range(10)}
    finally:
        clock.freeze(None)


@pytest.mark.parametrize("renews", [True, False])
async def test_a_clock_that_is_set_back_by_hours_stops_nobody(monkeypatch: pytest.MonkeyPatch, renews: bool) -> None:
    async def fetch(*_: object) -> list[object]:
        return [(1,)]

    maker = await ids.lease(fetch, "tests", 1)
    before = [maker.new_id(0) for _ in range(20)]
    real = time.time_ns
    monkeypatch.setattr(clock.time, "time_ns", lambda: real() - 5 * 3600 * 10**9)
    if renews:
        assert await ids.renew(fetch, "tests", maker)
    began = time.monotonic()
    after = [maker.new_id(0) for _ in range(20)]
    assert time.monotonic() - began < 1 and min(after) > max(before)
    monkeypatch.setattr(clock.time, "time_ns", real)
    assert abs(clock.steady_ms() - clock.now_ms()) < 100, "right again, it is followed again"


async def test_a_start_with_a_clock_that_is_behind_says_so(site: Doors) -> None:
    fetch = site.pools["writer"].fetch
    ahead = clock.now_ms() + 5 * 3600 * 1000
    await fetch("update ops.maker set high_water = $1 where lease_until < now()", ahead)
    try:
        with pytest.raises(Unavailable, match=r"clock is behind: ids were given out until \d{4}-.* NTP"):
            await ids.lease(fetch, "early", 1)
    finally:
        await fetch("update ops.maker set high_water = 0 where lease_until < now()")


def test_no_id_lies_beyond_what_the_lease_covers(noon: int) -> None:
    maker = IdMaker([1], noon - 1, noon + 3)
    with pytest.raises(Unavailable):
        for _ in range(10):
            maker.new_id(0)


def test_cells_are_taken_in_turn(noon: int) -> None:
    maker = IdMaker([1], noon, noon)
    assert sorted(maker.any_cell() for _ in range(ids.CELLS_IN_USE)) == list(range(ids.CELLS_IN_USE))


async def test_leases_exclude_each_other_until_they_end(site: Doors) -> None:
    fetch = site.pools["writer"].fetch
    one = await ids.lease(fetch, "one", 4)
    two = await ids.lease(fetch, "two", 4)
    assert not set(one.makers) & set(two.makers)
    assert not set(one.makers) & set(site.maker.makers)
    assert await ids.renew(fetch, "one", one)
    await fetch("update ops.maker set lease_until = now() - interval '1 second', high_water = 0 where holder = 'one'")
    assert not await ids.renew(fetch, "one", one)           # too late: somebody else may have them by now
    await ids.release(fetch, "two", two)


async def test_whoever_takes_over_a_maker_starts_after_its_last_id(site: Doors) -> None:
    fetch = site.pools["writer"].fetch
    gone = await ids.lease(fetch, "gone", 63)
    gone.new_id(3)
    made = [gone.new_id(3) for _ in range(200)]
    await ids.release(fetch, "gone", gone)
    await asyncio.sleep(max(0, max(map(ids.ms_of, made)) - clock.now_ms() + 2) / 1000)
    heir = await ids.lease(fetch, "heir", 63)
    assert set(heir.makers) & set(gone.makers)
    assert min(heir.new_id(3) for _ in range(200)) > max(made)
    await ids.release(fetch, "heir", heir)


async def test_the_maker_of_imports_is_never_leased_and_makers_run_out_with_a_message(site: Doors) -> None:
    fetch = site.pools["writer"].fetch
    await fetch("update ops.maker set high_water = 0")      # what other tests have borrowed from the future
    every = await ids.lease(fetch, "greedy", 100)
    assert ids.IMPORT_MAKER not in every.makers
    with pytest.raises(Unavailable, match="too many Petrel processes"):
        await ids.lease(fetch, "late", 1)
    await ids.release(fetch, "greedy", every)


def make_many(args: dict, name: str, count: int) -> list[int]:
    async def work() -> list[int]:
        connection = await asyncpg.connect(**args)
        try:
            maker = await ids.lease(connection.fetch, name, 2)
            return [maker.new_id(7) for _ in range(count)]
        finally:
            await connection.close()                        # without giving the lease back, as a crash would

    return asyncio.run(work())


def test_two_processes_never_make_the_same_id(site: Doors, addresses: Addresses) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        given = [(addresses.main["writer"], f"process {n}", 300) for n in range(4)]
        made = [i for some in pool.starmap(make_many, given, chunksize=1) for i in some]
    assert len(set(made)) == len(made) == 1200


def test_ids_of_a_cell_grow_even_within_a_millisecond():
    clock.freeze(datetime(2026, 1, 1, tzinfo=UTC))
    try:
        now = clock.now_ms()
        maker = ids.IdMaker([9, 2, 5], now - 10, now + 1000)
        made = [maker.new_id(3) for _ in range(60)]
        assert made == sorted(set(made)) and {one & 63 for one in made} == {2, 5, 9}
    finally:
        clock.freeze(None)
