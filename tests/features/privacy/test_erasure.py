"""Erasing an account: hidden at once, gone for good, and the others keep what is theirs."""

import pytest

from petrel.core import erasing, restrictions, seal
from petrel.core.doors import reading, writing
from petrel.core.errors import NotFound
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts, posts, privacy
from petrel.features.posts import Surface
from petrel.worker.jobs import drain as drain_jobs
from tests.drain import drain
from tests.features.privacy.whole import make_town
from tests.people import publish

CREW = System("tests")


async def erase(account: int) -> str:
    async with writing(CREW, cause="tests") as w:
        return await privacy.erasure.begin(w, account)


async def test_everything_goes_and_nothing_of_others(site):
    town = await make_town("a")
    me = town.wren.account
    async with reading(CREW) as r:
        before = await privacy.erasure.planned(r, me)
    assert {"posts.post.author", "posts.mark.account", "relationships.relation.owner", "relationships.relation.other",
            "lists.list.owner", "lists.member.list", "messages.message.author", "messages.inbox.account",
            "notifications.notification.actor", "notifications.notification.account", "search.post_words.author",
            "accounts.handle.account", "drafts.draft.account", "posts.vote.account",
            "posts.poll.id"} <= before.keys()

    assert await erase(me)
    gone = await privacy.erasure.run(me)
    await drain()

    assert gone["posts"] == 7 and gone["posts.tombstones"] == 1 and gone["messages"] == 1 and gone["media"] == 1
    await drain_jobs()
    async with reading(CREW) as r:
        assert not await r.value("select count(*) from media.rendition where account = $1", me)
    async with reading(CREW) as r:
        assert await privacy.reach.remains(r, me) == {}
        assert not await r.value("select count(*) from journal.entry where actor = $1 and salt is not null", me)
        account = await r.row("select * from (select id, handle, state, joined_at from accounts.account) a "
                              "where id = $1", me)
    assert account["handle"] == "" and account["state"] & 2048
    assert await seal.keys([me, town.boosted, town.answered]) == {}
    async with reading(town.bram) as r:
        assert await posts.shown(r, Surface.API, [town.boosted, town.answered]) == []
    async with reading(CREW) as r:
        heron = await r.row("select replies, boosts, likes from posts.post where cell = law.cell($1) and id = $1",
                            town.of_bram)
        bram = await r.row("select followers_count, following_count from accounts.account "
                           "where cell = law.cell($1) and id = $1", town.bram.account)
    assert tuple(heron) == (0, 0, 0)
    assert (bram["followers_count"], bram["following_count"]) == (0, 0)


async def test_it_is_hidden_and_signed_out_at_once(site):
    town = await make_town("b")
    await erase(town.wren.account)
    async with reading(town.bram) as r:
        assert await posts.shown(r, Surface.API, [town.boosted]) == []
        assert await accounts.visible(r, [town.wren.account]) == set()
    async with reading(Anonymous()) as r:
        assert await accounts.resolve(r, town.wren.digest) is None


async def test_it_goes_on_where_it_was_killed(site, monkeypatch):
    town = await make_town("c")
    me = town.wren.account
    await erase(me)
    step = erasing.STEPS["lists"]

    async def killed(account: int, at: str) -> erasing.Batch:
        raise ConnectionError("killed")

    monkeypatch.setitem(erasing.STEPS, "lists", erasing.Step("lists", step.order, killed))
    with pytest.raises(ConnectionError):
        await privacy.erasure.run(me)
    monkeypatch.setitem(erasing.STEPS, "lists", step)
    ran = []
    await privacy.erasure.run(me, tell=lambda name, gone: ran.append(name))
    assert "posts.keys" not in ran and "lists" in ran and "accounts" in ran
    async with reading(CREW) as r:
        assert await privacy.reach.remains(r, me) == {}


async def test_a_room_that_is_skipped_is_found_by_the_sweep(site, monkeypatch):
    town = await make_town("d")
    await erase(town.wren.account)
    monkeypatch.delitem(erasing.STEPS, "posts.marks")
    with pytest.raises(privacy.erasure.Remains) as found:
        await privacy.erasure.run(town.wren.account)
    assert "posts.mark.account" in found.value.detail


async def test_nobody_takes_the_handle_at_once(site):
    town = await make_town("e")
    await erase(town.wren.account)
    await privacy.erasure.run(town.wren.account)
    for create in (lambda w: accounts.create(w, accounts.NewAccount("EWren")),
                   lambda w: accounts.create_many(w, [accounts.NewAccount("ewren")])):
        with pytest.raises(accounts.HandleTaken):
            async with writing(CREW, cause="tests") as w:
                await create(w)


async def test_the_link_tells_how_it_ended(site):
    town = await make_town("f")
    secret = await erase(town.wren.account)
    assert (await privacy.erasure.by_link(secret)).done_at is None
    assert await erase(town.wren.account) == ""         # it had begun: no second link
    await privacy.erasure.run(town.wren.account)
    told = await privacy.erasure.by_link(secret)
    assert told.done_at and told.gone["posts"] == 7
    with pytest.raises(NotFound):
        await privacy.erasure.by_link("wrong")


async def test_who_answered_still_stands_and_can_be_answered(site):
    town = await make_town("g")
    answer = await publish(town.bram, "I answer", reply_to=town.boosted)
    await erase(town.wren.account)
    await privacy.erasure.run(town.wren.account)
    async with reading(town.ines) as r:
        assert [one.row["id"] for one in await posts.shown(r, Surface.API, [answer.id])] == [answer.id]
    await publish(town.ines, "And I answer that", reply_to=answer.id)


async def test_a_restore_to_before_erases_again(site):
    town = await make_town("h")
    entry = restrictions.Kept(0, 0, 1, 1, 0, "accounts.account.erased", town.wren.account, None, [])
    async with writing(CREW, cause="tests") as w:
        assert await restrictions.AGAIN[entry.kind](w, entry)
        w.record(entry.kind, entry.subject)
    async with reading(town.bram) as r:
        assert await posts.shown(r, Surface.API, [town.boosted]) == []
    await drain_jobs()
    async with reading(CREW) as r:
        assert await privacy.reach.remains(r, town.wren.account) == {}


async def test_a_pass_over_a_table_misses_nothing_between_its_windows(site, monkeypatch):
    town = await make_town("i")
    monkeypatch.setattr(erasing, "BLOCKS", (1, 1))
    await erase(town.wren.account)
    places, at = [], ""
    while (batch := await erasing.erase_salts(town.wren.account, at)).at:
        places.append(at := batch.at)
    assert len(places) > 2
    async with reading(CREW) as r:
        assert not await r.value("select count(*) from journal.entry where (actor = $1 or subject = $1) "
                                 "and salt is not null", town.wren.account)
