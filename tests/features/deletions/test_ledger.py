"""What was deleted is gone from every store, the ledger says so, and what is left is found and told."""

import asyncpg

from petrel import app
from petrel.core import restrictions, seal
from petrel.core.doors import deriving, reading, writing
from petrel.core.pages import Page
from petrel.core.restrictions import Kept
from petrel.core.viewer import Member, System
from petrel.features import deletions, notifications, posts, search
from petrel.features.deletions import Deletion, Kind, State
from petrel.features.posts import Mark
from petrel.features.posts.clearing import purge
from petrel.worker import jobs as jobs_worker
from tests.drain import drain
from tests.people import follow, mark, people, publish, tell

CREW = System("deletions")


async def delete(member: Member, post: int) -> None:
    async with writing(member, cause="tests") as w:
        await posts.delete(w, post)


async def settle() -> None:
    for _ in range(3):
        await drain()
        await jobs_worker.drain(until_s=120)


async def line(number: int) -> Deletion:
    async with reading(CREW) as r:
        return await deletions.find(r, number)


async def remains_of(number: int) -> list[str]:
    async with reading(CREW) as r:
        remains, looks = await deletions.verify(r, await deletions.find(r, number))
    assert len(looks) > 30
    return sorted(one.place for one in remains)


async def test_a_post_goes_with_all_that_hangs_on_it(site):
    ann, ben, cat = await people("goann", "goben", "gocat", indexable=True)
    await follow(ben, ann)
    post = (await publish(ann, "Doomed #vanishing @goben", once=b"k" * 32)).id
    async with writing(ann, cause="tests") as w:
        await posts.edit(w, post, posts.Draft("Doomed #vanishing @gocat"))
    for what in (Mark.LIKE, Mark.BOOKMARK, Mark.BOOST, Mark.MUTE):
        await mark(ben, post, what)
    await mark(ann, post, Mark.PIN)
    await publish(cat, "Quoted", quote_of=post)
    stays = (await publish(ann, "It stays")).id
    await settle()
    async with reading(ben) as r:
        assert await search.tags(r, "vanish", 5)

    await delete(ann, post)
    await settle()

    one = await line(post)
    assert (one.kind, one.account, one.state, one.remains) == (Kind.POST, ann.account, State.CLEAN, ())
    assert one.asked_at <= one.keys_gone_at <= one.swept_at
    assert await remains_of(post) == []
    async with reading(ben) as r:
        assert await search.tags(r, "vanish", 5) == [], "a tag's name outlived its last post"
    async with reading(CREW) as r:
        counts = await r.row("select boosts, likes from posts.post where id = $1", post)
        assert await r.value("select count(*) from posts.post where author = $1 and flags & 512 = 0", ben.account) == 0
        assert await r.value("select posts_count from accounts.account where id = $1", ben.account) == 0
        assert await r.value("select posts_count from accounts.account where id = $1", ann.account) == 1
        assert counts["boosts"] == 0
    assert stays in await seal.keys([post, stays]) and post not in await seal.keys([post])


async def test_a_message_goes_too_and_the_ones_around_it_stay(site):
    ann, ben = await people("meann", "meben")
    first = await tell(ann, "@meben one")
    second = await tell(ben, "@meann two", reply_to=first.id)
    await mark(ann, second.id, Mark.BOOKMARK)
    await settle()
    async with reading(ann) as r:
        assert [n.post for n in await notifications.listed(r, Page(20))] == [second.id]

    await delete(ben, second.id)
    await settle()

    assert (await line(second.id)).state is State.CLEAN
    assert await remains_of(second.id) == []
    async with reading(ann) as r:
        shown = [s.row for s in await posts.shown(r, posts.Surface.API, [first.id, second.id])]
        assert list(await posts.contents(shown)) == [first.id]


async def test_what_remains_is_found_and_told(site, addresses):
    """Planted behind the back of everybody: a key that came back, and a row that points at the deleted post."""
    ann, ben = await people("foann", "foben")
    post = (await publish(ann, "Doomed")).id
    await delete(ann, post)
    await settle()
    assert (await line(post)).state is State.CLEAN

    await seal.new_keys([post])
    async with writing(System("tests"), cause="tests") as w:
        await w.execute("insert into notifications.notification (account, id, actor, post, cell, kind) "
                        "values ($1, 1, $2, $3, law.cell($1), 1)", ben.account, ann.account, post)
        await w.execute("update deletions.deletion set swept_at = null where id = $1", post)
        w.record("tests.remain.planted", post)
        w.later("deletions.sweep", {}, lane="bulk", once="deletions.sweep")
    await jobs_worker.drain()

    assert await remains_of(post) == ["keyring", "notifications.notification.post"]
    assert (await line(post)).state is State.REMAINS
    async with reading(CREW) as r:
        assert await r.value("select count(*) from journal.entry where kind = 'deletions.remain.found' "
                             "and subject = $1", post) == 1
        assert [d.id for d in await deletions.listed(r, state=State.REMAINS)] == [post]

    # As a follower does that was behind: nobody has to ask.
    await seal.destroy([post])
    async with deriving("tests") as w:
        await w.execute("delete from notifications.notification where account = $1 and post = $2", ben.account, post)
    await jobs_worker.drain(until_s=70)
    assert (await line(post)).state is State.CLEAN


async def as_an_older_copy_has_it(addresses, post: int) -> None:
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute("set role petrel_owner; alter table posts.post disable trigger user")
        await connection.execute("update posts.post set flags = flags & ~512, deleted_at = null where id = $1", post)
        await connection.execute("alter table posts.post enable trigger user")
    finally:
        await connection.close()


async def test_deleted_again_after_a_restore_is_seen_to_again(site, addresses):
    ann, _ = await people("agann", "agben")
    post = (await publish(ann, "Doomed")).id
    message = (await tell(ann, "@agben doomed")).id
    await delete(ann, post)
    await delete(ann, message)
    await settle()
    before = await line(post)
    await as_an_older_copy_has_it(addresses, post)
    await seal.new_keys([post, message])
    assert await remains_of(post) == ["keyring", "posts.post.id"]

    app.load_rooms()
    for kind, number, refs in (("posts.post.deleted", post, [0, 0, ann.account, 0]),
                               ("messages.message.deleted", message, [0])):
        entry = Kept(0, 1, 1, 1, 0, kind, number, ann.account, refs)
        async with writing(System("restore"), cause="restore") as w:
            if await restrictions.AGAIN[kind](w, entry):
                w.record(kind, number, actor=ann.account, refs=refs)
    await settle()

    after = await line(post)
    assert (after.state, after.asked_at, after.entry > before.entry) == (State.CLEAN, before.asked_at, True)
    assert await remains_of(post) == [] and await seal.keys([post, message]) == {}


async def test_tombstones_end_after_ninety_days(site, addresses):
    ann, _ = await people("puann", "puben")
    post, young = (await publish(ann, "Doomed")).id, (await publish(ann, "Doomed later")).id
    message = (await tell(ann, "@puben doomed")).id
    for one in (post, young, message):
        await delete(ann, one)
    await settle()
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        for table in ("posts.post", "messages.message"):
            await connection.execute("select set_config('petrel.account', $1, false)", str(ann.account))
            await connection.execute(f"update {table} set deleted_at = now() - interval '91 days' "
                                     "where id = any($1::bigint[])", [post, message])
    finally:
        await connection.close()

    assert await purge() == "ended 2 tombstones of 90 days"
    await settle()

    assert [(await line(one)).state for one in (post, message, young)] == [State.PURGED, State.PURGED, State.CLEAN]
    assert await remains_of(message) == []
    async with reading(CREW) as r:
        assert [row[0] for row in await r.fetch("select id from posts.post where id = any($1::bigint[])",
                                                   [post, young])] == [young]


async def test_the_wall_around_messages_shows_only_tombstones(site):
    ann, _ = await people("waann", "waben")
    alive, gone = (await tell(ann, "@waben alive")).id, (await tell(ann, "@waben gone")).id
    await delete(ann, gone)
    async with reading(CREW) as r:
        stones = await r.fetch("select * from messages.stones('deletions', $1::bigint[])", [alive, gone])
        assert [tuple(row) for row in stones] == [(gone, ann.account, 0)]
