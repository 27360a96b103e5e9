"""Rendered copies in memory: what is kept for other answers, and that nobody gets another one's share of a post."""

import asyncio
import json

import pytest

from petrel.api import present
from petrel.api.present import cards, rendered
from petrel.core import gone, tail
from petrel.core.doors import reading, writing
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts, posts, relationships
from petrel.features.posts import Surface
from petrel.features.posts.jobs import tell_gone
from petrel.worker import followers
from tests.drain import drain
from tests.people import follow, people, publish, tell


@pytest.fixture(autouse=True)
def nothing_kept(site):
    rendered.KEPT.clear()
    cards.KEPT.clear()


async def block(member, other):
    async with writing(member, cause="tests") as w:
        await relationships.block(w, other.account)


async def account_in_status(viewer, post):
    async with reading(viewer) as r:
        [entity] = await present.statuses(r, Surface.API, [post])
    return json.loads(entity)["account"]


async def test_a_tombstone_for_one_viewer_is_nobody_elses():
    ada, eve, bob = await people("tomb_ada", "tomb_eve", "tomb_bob")
    post = await publish(ada, "read me")
    await block(eve, ada)
    rendered.KEPT.clear()
    async with reading(eve) as r:
        assert await present.entries(r, Surface.THRD, [post.id]) == []
    async with reading(bob) as r:
        [entity] = await present.statuses(r, Surface.API, [post.id])
    assert b"read me" in entity


async def test_direct_messages_are_not_kept_when_read_nor_when_written():
    ada, bob = await people("kept_ada", "kept_bob")
    message = await tell(ada, "@kept_bob the code is 4711")
    async with reading(ada) as r:
        assert b"4711" in await present.fresh(r, message)
    assert rendered.KEPT.get(message.id) is None
    async with reading(bob) as r:
        [entity] = await present.statuses(r, Surface.API, [message.id])
    assert b"4711" in entity
    assert rendered.KEPT.get(message.id) is None


async def test_the_blocked_get_the_first_line_of_who_wrote_an_old_message():
    ada, bob = await people("line_ada", "line_bob")
    message = await tell(ada, "@line_bob hello")
    await block(ada, bob)
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, accounts.Changes(note="my new secret bio"))
    account = await account_in_status(bob, message.id)
    assert (account["acct"], account["note"]) == ("line_ada", "")


async def test_a_follower_of_a_protected_account_gets_its_profile_with_a_message():
    [pro] = await people("line_pro", protected=True)
    bob, eve = await people("line_ben", "line_eve")
    async with writing(pro, cause="tests") as w:
        await accounts.update(w, accounts.Changes(note="for friends"))
    await follow(bob, pro)
    async with writing(pro, cause="tests") as w:
        await relationships.accept(w, bob.account)
    message = await tell(pro, "@line_ben @line_eve hello")
    assert "for friends" in (await account_in_status(bob, message.id))["note"]
    assert (await account_in_status(eve, message.id))["note"] == ""


async def test_a_post_whose_copy_is_dropped_while_the_database_answers_is_whole(monkeypatch):
    ada, bob = await people("race_ada", "race_bob")
    post = await publish(ada, "still here")
    async with reading(bob) as r:
        await present.statuses(r, Surface.API, [post.id])
        shown = posts.shown

        async def while_others_drop(*args):
            found = await shown(*args)
            rendered.KEPT.clear()
            cards.KEPT.clear()
            return found

        monkeypatch.setattr(posts, "shown", while_others_drop)
        [entity] = await present.statuses(r, Surface.API, [post.id])
    assert b"still here" in entity


async def test_a_profile_whose_copy_is_dropped_while_the_database_answers_stays_whole(monkeypatch):
    [ada] = await people("race_cat")
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, accounts.Changes(note="all about cats"))
    async with reading(Anonymous()) as r:
        await present.accounts(r, [ada.account])
        fetch = r.fetch

        async def while_others_drop(*args):
            found = await fetch(*args)
            cards.KEPT.clear()
            return found

        monkeypatch.setattr(r, "fetch", while_others_drop)
        for _ in range(2):
            [entity] = await present.accounts(r, [ada.account])
            assert b"all about cats" in entity


async def test_when_a_protected_account_last_posted_is_for_its_followers():
    [pro, bob] = await people("last_pro", "last_bob")
    await publish(pro, "in the open")
    await drain("counts")
    async with writing(System("tests"), cause="tests") as w:
        await accounts.protect(w, pro.account)
    await follow(bob, pro)
    async with writing(pro, cause="tests") as w:
        await relationships.accept(w, bob.account)
    message = await tell(pro, "@last_bob hello")
    for viewer, is_told in ((Anonymous(), False), (bob, True)):
        async with reading(viewer) as r:
            [entity] = await present.accounts(r, [pro.account])
        assert bool(json.loads(entity)["last_status_at"]) is is_told
    assert (await account_in_status(bob, message.id))["last_status_at"]


async def test_a_deleted_or_edited_text_leaves_memory_within_a_second(site, tmp_path, monkeypatch):
    monkeypatch.setattr(site, "run_directory", tmp_path)
    [ada] = await people("gone_ada")
    burnt, changed, other = [await publish(ada, text) for text in ("burn after reading", "a slip", "stays")]
    stop, the_tail = asyncio.Event(), tail.Tail(followers.fetch)
    tail.install(the_tail)
    watching = asyncio.create_task(gone.watch(tmp_path, rendered.KEPT.drop, rendered.KEPT.clear))
    telling = [asyncio.create_task(the_tail.run(stop)), asyncio.create_task(tell_gone(stop))]
    while not (tmp_path / gone.NAME).exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(2 * gone.LOOK_S)  # the watcher has seen the new file and dropped what it had
    try:
        async with reading(Anonymous()) as r:
            await present.statuses(r, Surface.API, [burnt.id, changed.id, other.id])
        async with writing(ada, cause="tests") as w:
            await posts.delete(w, burnt.id)
            await posts.edit(w, changed.id, posts.Draft("no slip"))
        the_tail.hint()
        async with asyncio.timeout(1):
            while rendered.KEPT.get(burnt.id) or rendered.KEPT.get(changed.id):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert rendered.KEPT.get(other.id)
    finally:
        stop.set()
        the_tail.hint()
        watching.cancel()
        await asyncio.gather(watching, *telling, return_exceptions=True)
        tail.install(None)
