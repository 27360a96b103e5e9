"""The home timeline: filled by fan-out, built anew, and worked out by brute force must be one and the same."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core import limits
from petrel.core.doors import reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Member
from petrel.features import posts, relationships, timelines
from petrel.features.posts import Audience, Mark
from petrel.features.timelines import fanout as fanouts
from petrel.features.timelines import reads
from petrel.features.timelines.rules import kept
from petrel.ops.replay.oracle import Oracle
from tests.features.timelines.machine import Machine
from tests.people import follow, mark, people, publish


@pytest.fixture
def machine(site, tmp_path):
    return Machine(tmp_path)


async def built_anew(viewer: Member) -> list[tuple[int, int]]:
    async with reading(viewer) as r:
        rows = await r.fetch(reads.OWN, r.digest, 400)
    return kept(sorted((i, b or i) for i, b in rows)[-400:])


async def live(rng: random.Random, folk: list[Member], steps: int, log: list[tuple[int, int, int, int]]) -> None:
    """Random posts, replies, boosts and mentions; `log` gets (entry, under, actor, answered person or -1)."""
    index = {m.account: i for i, m in enumerate(folk)}
    written = [(e, log[k][2]) for k, (e, u, _, _) in enumerate(log) if e == u]
    for step in range(steps):
        who = rng.choice(folk)
        dice = rng.random()
        if dice < 0.4 or not written:
            made = await publish(who, f"post {step}")
            log.append((made.id, made.id, index[who.account], -1))
            written.append((made.id, index[who.account]))
        elif dice < 0.6:
            target, author = rng.choice(written[-20:])
            made = await publish(who, f"reply {step}", reply_to=target)
            log.append((made.id, made.id, index[who.account], author))
            written.append((made.id, index[who.account]))
        else:
            target, _ = rng.choice(written[-8:])
            done = await mark(who, target, Mark.BOOST)
            log.append((done.boost, target, index[who.account], -1))


async def test_rings_rebuilds_and_brute_force_agree(machine):
    rng = random.Random(4)  # noqa: S311
    folk = await people(*(f"t{i}" for i in range(14)))
    pairs = {(a, b) for a in range(14) for b in range(14) if a != b and rng.random() < 0.35}
    for a, b in sorted(pairs):
        await follow(folk[a], folk[b])
    log: list[tuple[int, int, int, int]] = []
    await machine.follow_journal()
    early = folk[:5]
    await live(rng, folk, 60, log)
    for viewer in early:
        await machine.fanout.activate(viewer.account)
    for _ in range(6):
        await live(rng, folk, 50, log)
        await machine.follow_journal()
    for viewer in folk[5:]:
        await machine.fanout.activate(viewer.account)
    oracle = Oracle(*(np.array(column) for column in zip(*log, strict=True)), follows=np.array(sorted(pairs)))
    for i, viewer in enumerate(folk):
        expected = oracle.home(i)
        assert await machine.home(viewer) == expected, "from the ring"
        assert await built_anew(viewer) == expected, "from the database"


async def test_authors_with_very_many_followers_are_merged_at_reading(machine):
    rng = random.Random(9)  # noqa: S311
    folk = await people(*(f"s{i}" for i in range(8)))
    pairs = {(a, b) for a in range(8) for b in range(8) if a != b and (b == 0 or rng.random() < 0.4)}
    for a, b in sorted(pairs):
        await follow(folk[a], folk[b])
    was = limits.current()
    limits.install(limits.Limits(celebrity_followers=3))
    try:
        await machine.follow_journal()
        log: list[tuple[int, int, int, int]] = []
        for viewer in folk:
            await machine.fanout.activate(viewer.account)
        for _ in range(4):
            await live(rng, folk, 50, log)
            await machine.follow_journal()
        assert folk[0].account in machine.rings.star_owner, "the author everybody follows is merged"
        oracle = Oracle(*(np.array(column) for column in zip(*log, strict=True)), follows=np.array(sorted(pairs)))
        for i, viewer in enumerate(folk):
            assert await machine.home(viewer) == oracle.home(i)
    finally:
        limits.install(was)


async def test_following_brings_the_past_and_unfollowing_takes_it_away(machine):
    ann, ben = await people("ann", "ben")
    post = await publish(ben, "from before")
    await machine.follow_journal()
    await machine.fanout.activate(ann.account)
    assert await machine.home(ann) == []
    await follow(ann, ben)
    await machine.follow_journal()
    await machine.fanout.activate(ann.account)
    assert await machine.home(ann) == [(post.id, post.id)]
    async with writing(ann, cause="t") as w:
        await relationships.unfollow(w, ben.account)
    await machine.follow_journal()
    await machine.fanout.activate(ann.account)
    assert await machine.home(ann) == []


async def test_no_boosts_means_posts_without_boosts(machine):
    cat, dan, eve = await people("cat", "dan", "eve")
    await follow(cat, dan, boosts=False)
    await machine.follow_journal()
    await machine.fanout.activate(cat.account)
    post, other = await publish(dan, "mine"), await publish(eve, "hers")
    await mark(dan, other.id, Mark.BOOST)
    await machine.follow_journal()
    assert await machine.home(cat) == [(post.id, post.id)] == await built_anew(cat)


async def test_a_restarted_fanout_takes_the_rings_over(machine):
    fox, gil = await people("fox", "gil")
    await follow(fox, gil)
    await machine.follow_journal()
    await machine.fanout.activate(fox.account)
    one = await publish(gil, "one")
    await machine.follow_journal()
    machine.fanout = fanouts.Fanout(machine.rings)
    await machine.fanout.resume()
    two = await publish(gil, "two")
    await machine.follow_journal()
    assert [e for e, _ in await machine.home(fox)] == [two.id, one.id]


async def test_hidden_posts_make_room_and_pages_join_without_gap_or_repetition(site):
    hugo, iris = await people("hugo", "iris")
    await follow(hugo, iris)
    ids = [
        (await publish(iris, f"n{i}", audience=Audience.DIRECT if i % 3 == 0 else Audience.PUBLIC)).id
        for i in range(30)
    ]
    gone = ids[10]
    async with writing(iris, cause="t") as w:
        await posts.delete(w, gone)
    visible = [i for k, i in enumerate(ids) if k % 3 and i != gone][::-1]

    async def page(**bounds: int) -> list[int]:
        async with reading(hugo) as r:

            async def render(some, boosted):
                return [(s.row["id"], b"") for s in await posts.shown(r, posts.Surface.HOME, some)]

            return [i for i, _ in await timelines.home(r, Page(7, **bounds), render)]

    down: list[int] = []
    while more := await page(**({"max_id": down[-1]} if down else {})):
        down += more
    assert down == visible
    up: list[int] = []
    while more := await page(min_id=up[0] if up else visible[-1]):
        up = more + up
    assert up == visible[:-1]
    assert await page(since_id=visible[3]) == visible[:3]


@given(st.lists(st.integers(1, 12), max_size=200))
def test_a_post_stands_at_most_once_within_forty(under):
    entries = list(enumerate(under, start=100))
    out = kept(entries)
    assert all(out[i][1] != out[j][1] for i in range(len(out)) for j in range(i + 1, min(len(out), i + 40)))
    assert out == sorted(out, reverse=True) and set(out) <= set(entries)
    assert {p for _, p in out} == set(under), "nothing is lost altogether"
