"""Rings when things go wrong: follows in the middle of a build, failures, crashes, and too few of them."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from petrel.core import clock, limits
from petrel.core.doors import reading
from petrel.features.timelines import fanout as fanouts
from petrel.features.timelines import reads, rings
from tests.features.timelines.machine import Machine
from tests.people import follow, people, publish


@pytest.fixture
def machine(site, tmp_path):
    return Machine(tmp_path)


def after(monkeypatch, statement, act):
    """Runs `act` once, when a build has sent `statement` and has its rows."""
    once = [act]

    @asynccontextmanager
    async def watched(viewer):
        async with reading(viewer) as r:
            real = r.fetch

            async def spy(sql, *args):
                rows = await real(sql, *args)
                if sql == statement and once:
                    await once.pop()()
                return rows

            r.fetch = spy
            yield r

    monkeypatch.setattr(fanouts, "reading", watched)


async def away():
    raise OSError("the database is away for a moment")


@pytest.mark.parametrize("when", [fanouts.EDGES, fanouts.CANDIDATES], ids=["edges read", "candidates read"])
async def test_a_follow_in_the_middle_of_a_build_is_not_lost(machine, monkeypatch, when):
    name = "e" if when == fanouts.EDGES else "c"
    ada, bob = await people(f"ada{name}", f"bob{name}")
    await machine.follow_journal()

    async def meanwhile():
        await follow(ada, bob)
        batch = await fanouts.tail.after(_fetch, machine.at)
        machine.fanout.take(batch.entries)
        machine.at = batch.positions[-1]

    after(monkeypatch, when, meanwhile)
    await machine.fanout.activate(ada.account)
    await machine.settled()
    post = await publish(bob, "do you see me?")
    await machine.follow_journal()
    assert await machine.home(ada) == [(post.id, post.id)]


async def _fetch(sql, *args):
    async with reading(fanouts.SYSTEM) as r:
        return list(await r.fetch(sql, *args))


async def test_a_rebuild_that_fails_is_tried_again_when_somebody_reads(machine, monkeypatch):
    cai, dee = await people("cai", "dee")
    await machine.follow_journal()
    await machine.fanout.activate(cai.account)
    await follow(cai, dee)
    after(monkeypatch, fanouts.EDGES, away)
    await machine.follow_journal()
    post = await publish(dee, "do you see me?")
    await machine.follow_journal()
    await machine.fanout.activate(cai.account)
    assert await machine.home(cai) == [(post.id, post.id)]


async def test_a_first_build_that_fails_half_way_leaves_nothing_behind(machine, monkeypatch):
    [eli] = await people("eli")
    post = await publish(eli, "mine")
    after(monkeypatch, fanouts.CANDIDATES, away)
    with pytest.raises(OSError):
        await machine.fanout.activate(eli.account)
    slot = await machine.fanout.activate(eli.account)
    assert machine.rings.owner[slot] == eli.account and await machine.home(eli) == [(post.id, post.id)]


async def test_when_all_rings_are_taken_each_newcomer_gets_one_of_their_own(site, tmp_path):
    machine = Machine(tmp_path, slots=3)
    some = await people(*(f"p{i}" for i in range(6)))
    await machine.follow_journal()
    for number, one in enumerate(some[:3]):
        slot = await machine.fanout.activate(one.account)
        machine.rings.read_at[slot] = number
    slots = await asyncio.gather(*(machine.fanout.activate(one.account) for one in some[3:5]))
    assert len(set(slots)) == 2
    assert machine.fanout.slot_of.keys() == {some[2].account, some[3].account, some[4].account}, "who read last stays"
    mine = await publish(some[3], "mine")
    await machine.follow_journal()
    assert await machine.home(some[3]) == [(mine.id, mine.id)] and await machine.home(some[4]) == []


async def test_who_follows_many_authors_with_many_followers_misses_nobody(machine, monkeypatch):
    [fay] = await people("fay")
    stars = await people(*(f"star{i}" for i in range(80)))
    await follow(fay, *stars)
    monkeypatch.setattr(limits, "_current", msgspec.structs.replace(limits.current(), celebrity_followers=0))
    await machine.follow_journal()
    await machine.fanout.activate(fay.account)
    made = [(await publish(star, "shine")).id for star in stars]
    await machine.follow_journal()
    assert sorted(i for i, _ in await machine.home(fay)) == made


async def test_a_ring_nobody_read_for_two_weeks_is_given_up_and_built_anew_when_they_come_back(machine):
    [ida] = await people("ida")
    slot = await machine.fanout.activate(ida.account)
    post = await publish(ida, "before the pause")
    machine.rings.read_at[slot] -= 15 * 86_400_000
    machine.fanout.expire()
    assert machine.rings.owner[slot] == 0 and ida.account not in machine.fanout.slot_of
    await machine.fanout.activate(ida.account)
    assert await machine.home(ida) == [(post.id, post.id)]


async def test_a_ring_torn_by_a_crash_is_given_up(machine):
    [gus] = await people("gus")
    slot = await machine.fanout.activate(gus.account)
    machine.rings.stamp[slot] += 1
    again = fanouts.Fanout(machine.rings)
    await again.resume()
    assert machine.rings.stamp[slot] % 2 == 0 and machine.rings.owner[slot] == 0


async def test_rings_that_nobody_keeps_are_not_read(machine, site, monkeypatch, tmp_path):
    [hal] = await people("hal")
    monkeypatch.setattr(site, "run_directory", tmp_path)
    monkeypatch.setattr(reads, "file_for", lambda folder: folder / "rings")
    slot = await machine.fanout.activate(hal.account)
    machine.rings.header[rings.READY] = 1
    reader = reads.RingReader()
    reader._known[hal.account] = reads.Known(slot)
    post = await publish(hal, "after the followers' process had died")
    seen = {}
    for name, silent_ms in (("kept", 0), ("dead", 600_000)):
        machine.rings.header[rings.BEAT_MS] = clock.now_ms() - silent_ms
        async with reading(hal) as r:
            seen[name] = (await reader.home(r, hal.account)).ids.tolist()
    assert seen == {"kept": [], "dead": [post.id]}
