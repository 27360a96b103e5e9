"""Publishing: what is written is what is read, once, by whom it is for."""

import asyncio

import pytest

from petrel.core import ids, seal
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import Unauthenticated, Unavailable
from petrel.core.pages import Page
from petrel.core.together import Together
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts, posts, relationships
from petrel.features.posts import Ask, Audience, Draft, PostNotFound, Surface
from petrel.features.posts.changing import destroy_keys
from petrel.features.posts.reads import contents
from petrel.features.posts.shapes import Empty, TooLong
from tests.people import follow, mark, people, publish, tell


async def seen(viewer: Member | Anonymous, *ids: int, surface: Surface = Surface.API) -> list[int]:
    async with reading(viewer) as r:
        return [s.row["id"] for s in await posts.shown(r, surface, list(ids)) if s.row["code"] > 1]


async def text_of(viewer: Member, post: int) -> str:
    async with reading(viewer) as r:
        found = await posts.shown(r, Surface.API, [post])
        return (await contents([found[0].row]))[post].text


async def test_a_public_post_is_read_by_everybody_as_it_was_written(site):
    ada, bea = await people("ada", "bea")
    post = await publish(ada, "  Terns over the harbour \U0001f426‍⬛ \r\n#birds ")
    assert await text_of(bea, post.id) == "Terns over the harbour \U0001f426‍⬛ \n#birds"
    assert await seen(Anonymous(), post.id) == [post.id]


async def test_followers_only_is_for_followers_at_the_moment_of_reading(site):
    cai, dee = await people("cai", "dee")
    post = await publish(cai, "for followers", audience=Audience.FOLLOWERS)
    assert await seen(dee, post.id) == []
    await follow(dee, cai)
    assert await seen(dee, post.id) == [post.id]
    async with writing(cai, cause="t") as w:
        await relationships.remove_follower(w, dee.account)
    assert await seen(dee, post.id) == []


async def test_a_direct_message_is_for_the_named_and_nobody_else(site):
    eli, fay, gus = await people("eli", "fay", "gus")
    message = await tell(eli, "@fay the code is 4711")
    assert await seen(fay, message.id) == await seen(eli, message.id) == [message.id]
    assert await seen(gus, message.id) == await seen(Anonymous(), message.id) == []
    answer = await publish(fay, "@eli thanks", reply_to=message.id)
    assert answer.audience == Audience.DIRECT, "an answer is never wider than what it answers"
    assert await seen(gus, answer.id) == []
    async with reading(eli) as r:
        assert await posts.thread(r, message.id) == ([], [answer.id])


async def test_nobody_is_named_across_a_block(site):
    hal, ivy = await people("hal", "ivy")
    async with writing(ivy, cause="t") as w:
        await relationships.block(w, hal.account)
    message = await tell(hal, "@ivy hello?")
    assert await seen(ivy, message.id) == []


async def test_the_same_key_publishes_once_even_at_the_same_time(site):
    [joe] = await people("joe")
    publish_one = Together(posts.create_together)
    made = await asyncio.gather(*(publish_one(Ask(joe, Draft("once"), "t", b"k" * 32)) for _ in range(8)))
    again = await publish(joe, "once", once=b"k" * 32)
    assert len({m.id for m in made} | {again.id}) == 1
    async with reading(joe) as r:
        assert len(await posts.by_author(r, joe.account, Page(40))) == 1


async def test_one_bad_ask_does_not_touch_the_others(site):
    kim, lou = await people("kim", "lou")
    hidden = await tell(kim, "to myself")
    nobody = Member(kim.account, b"\0" * 32)
    answers = await posts.create_together(
        [
            Ask(kim, Draft("good"), "t"),
            Ask(kim, Draft("x" * 501), "t"),
            Ask(kim, Draft(" "), "t"),
            Ask(lou, Draft("an answer", reply_to=hidden.id), "t"),
            Ask(nobody, Draft("forged"), "t"),
            Ask(lou, Draft("also good"), "t"),
        ]
    )
    kinds = [type(a) for a in answers]
    assert kinds == [posts.Fresh, TooLong, Empty, PostNotFound, Unauthenticated, posts.Fresh]


async def test_a_reply_is_never_wider_than_what_it_answers(site):
    max_, nia = await people("max", "nia")
    await follow(nia, max_)
    quiet = await publish(max_, "quiet", audience=Audience.FOLLOWERS)
    reply = await publish(nia, "loud", reply_to=quiet.id, audience=Audience.PUBLIC)
    assert reply.audience == Audience.FOLLOWERS


async def test_editing_keeps_what_was_said_and_shows_what_is_said_now(site):
    oda, pip = await people("oda", "pip")
    post = await publish(oda, "first words")
    async with writing(oda, cause="t") as w:
        await posts.edit(w, post.id, Draft("second words", spoiler="careful"))
    assert await text_of(pip, post.id) == "second words"
    async with reading(pip) as r:
        assert [v.content.text for v in await posts.history(r, post.id)] == ["first words", "second words"]
    with pytest.raises(PostNotFound):
        async with writing(pip, cause="t") as w:
            await posts.edit(w, post.id, Draft("not mine"))


async def test_deleting_erases_the_salt_of_what_the_journal_digested(site):
    [pam] = await people("pam")
    post = await publish(pam, "guess me")
    async with writing(pam, cause="t") as w:
        await posts.delete(w, post.id)
    await destroy_keys([post.id])
    rows = await site.pools["system"].fetch("select kind, salt, digest from journal.entry where subject = $1", post.id)
    assert len(rows) == 2 and all(r["salt"] is None and len(r["digest"]) == 32 for r in rows)


async def test_deleting_takes_it_away_from_everybody(site):
    quo, ray = await people("quo", "ray")
    post = await publish(quo, "regret")
    boost = await mark(ray, post.id, posts.Mark.BOOST)
    async with writing(quo, cause="t") as w:
        await posts.delete(w, post.id)
    for viewer in (quo, ray, Anonymous()):
        assert await seen(viewer, post.id) == []
        assert await seen(viewer, boost.boost or 0) == [], "a boost of it shows nothing either"
    with pytest.raises(PostNotFound):
        await publish(ray, "too late", reply_to=post.id)


async def test_boosting_again_gives_the_first_boost_and_narrow_posts_are_not_boosted(site):
    sam, tia = await people("sam", "tia")
    await follow(tia, sam)
    post = await publish(sam, "spread this")
    first, second = await mark(tia, post.id, posts.Mark.BOOST), await mark(tia, post.id, posts.Mark.BOOST)
    assert first.boost == second.boost and first.changed and not second.changed
    narrow = await publish(sam, "not this", audience=Audience.FOLLOWERS)
    with pytest.raises(posts.shapes.NotForBoosting):
        await mark(tia, narrow.id, posts.Mark.BOOST)
    await mark(tia, post.id, posts.Mark.BOOST, on=False)
    assert await seen(sam, first.boost or 0) == []
    third = await mark(tia, post.id, posts.Mark.BOOST)
    assert third.changed and third.boost != first.boost


async def test_a_revoked_token_writes_nothing(site):
    [uma] = await people("uma")
    await publish(uma, "still here")
    async with writing(uma, cause="t") as w:
        await accounts.sign_out(w)
    with pytest.raises(Unauthenticated):
        await publish(uma, "gone")
    with pytest.raises(Unauthenticated):
        await seen(uma, 5)


async def test_a_page_costs_one_query_and_no_more(site):
    [vic] = await people("vic")
    ids = [(await publish(vic, f"number {i}")).id for i in range(5)]
    async with reading(vic) as r:
        before = site.queries
        assert len(await posts.shown(r, Surface.PROF, ids)) == 5
        assert site.queries - before == 1


async def test_a_batch_that_cannot_commit_tells_each_ask_and_leaves_nothing(site, monkeypatch):
    wes, xia = await people("wes", "xia")

    async def down(*_args: object) -> None:
        raise Unavailable

    monkeypatch.setattr("petrel.features.posts.writing.seal.new_keys", down)
    publish_one = Together(posts.create_together)
    answers = await asyncio.gather(
        *(publish_one(Ask(m, Draft("lost?"), "t")) for m in (wes, xia)), return_exceptions=True
    )
    assert [type(a) for a in answers] == [Unavailable, Unavailable]
    async with reading(wes) as r:
        assert isinstance(r, Reader) and await posts.by_author(r, wes.account, Page(10)) == []


async def test_keys_are_taken_in_one_order_however_they_come(site):
    """Whoever takes keys in the order of the asks waits for somebody who waits for them: one of the two fails."""
    [yma] = await people("yma")
    take = "insert into posts.once (cell, account, key, post) values (law.cell($1), $1, $2, 1)"
    waiting = "select 1 from pg_locks where locktype = 'transactionid' and not granted"
    async with site.pools["writer"].acquire() as other, other.transaction():
        await other.execute(take, yma.account, b"a")
        asked = asyncio.create_task(posts.create_together([Ask(yma, Draft(k), "t", k.encode()) for k in "zma"]))
        while not await site.pools["system"].fetchval(waiting):
            assert not asked.done()
        await other.execute(take, yma.account, b"z")
        await other.execute("delete from posts.once where account = $1", yma.account)
    assert all(m.is_new for m in await asked)


async def test_an_import_that_failed_can_be_tried_again(site):
    """The key of a post is in the keyring before the post is anywhere."""
    [abe] = await people("abe")
    number = (ids.new_id(ids.cell_of(abe.account)) >> 6 << 6) | ids.IMPORT_MAKER
    asks = [Ask(abe, Draft("from long ago"), "t", None, number), Ask(abe, Draft("new"), "t")]
    with pytest.raises(Unavailable):
        async with writing(System("tests"), cause="t") as w:
            await posts.create_many(w, asks)
            raise Unavailable
    made = await posts.create_together(asks)
    assert made[0].id == number and await text_of(abe, number) == "from long ago"


async def test_posting_while_the_keyring_is_away_is_answered_as_an_outage(site, monkeypatch):
    [ben] = await people("benaway")

    async def refuse(*_args: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(seal._store, "put", refuse)
    with pytest.raises(Unavailable):
        await Together(posts.create_together)(Ask(ben, Draft("lost?"), "t"))


async def test_a_mark_is_taken_back_from_a_post_that_has_been_hidden_since(site):
    yan, zoe = await people("yan", "zoe")
    await follow(zoe, yan)
    post = await publish(yan, "for followers", audience=Audience.FOLLOWERS)
    await mark(zoe, post.id, posts.Mark.LIKE)
    async with writing(yan, cause="t") as w:
        await relationships.remove_follower(w, zoe.account)
    assert (await mark(zoe, post.id, posts.Mark.LIKE, on=False)).changed
    with pytest.raises(PostNotFound):
        await mark(zoe, post.id, posts.Mark.LIKE)


async def test_two_edits_at_once_are_both_kept(site):
    [abi] = await people("abigail")
    post = await publish(abi, "one")

    async def edit(text: str) -> None:
        async with writing(abi, cause="t") as w:
            await posts.edit(w, post.id, Draft(text))

    await asyncio.gather(edit("two"), edit("three"))
    async with reading(abi) as r:
        assert {v.content.text for v in await posts.history(r, post.id)} == {"one", "two", "three"}


async def test_many_pages_at_once_do_not_wait_for_each_others_connections(site):
    """Each asks for candidates first and for the page then: more of them than there are connections."""
    [bea] = await people("beatrix")
    posts_ = [(await publish(bea, f"n{i}")).id for i in range(3)]

    async def page() -> list[int]:
        async with reading(bea) as r:
            ids = await posts.by_author(r, bea.account, Page(3))
            return [s.row["id"] for s in await posts.shown(r, Surface.PROF, ids)]

    pages = await asyncio.wait_for(asyncio.gather(*(page() for _ in range(60))), 4)
    assert pages == [posts_[::-1]] * 60
