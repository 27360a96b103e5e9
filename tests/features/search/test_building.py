"""The index is built from what there is, says so meanwhile, and holds no words."""

import asyncpg

from petrel.core.doors import deriving, reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts, posts, search
from petrel.features.posts import Surface
from petrel.features.search import building, indexing
from tests.drain import drain
from tests.people import people, publish

FULL = Page(limit=40)


async def found(member, typed):
    async with reading(member) as r:
        candidates = await search.posts(r, search.understood(typed), FULL)
        return [s.row["id"] for s in await posts.shown(r, Surface.SRCH, candidates)]


async def states():
    async with reading(System("doctor")) as r, reading(Anonymous()) as web:
        return await search.state(r), await search.state(web)


async def lose():
    """What a crash of Postgres leaves: the unlogged tables are empty."""
    async with deriving("search") as w:
        for table in ("alive", "post_words", "account_words", "vocabulary", "tag"):
            await w.execute(f"delete from search.{table}")


async def build():
    steps = 0
    while await building.step():
        steps += 1
        assert steps < 100
    return steps


async def test_what_was_there_before_is_indexed_newest_first(site, monkeypatch):
    monkeypatch.setattr(building, "STEP", 4)
    author, reader = await people("ann1", "ben1", indexable=True)
    ids = [(await publish(author, f"cormorant number{n}")).id for n in range(10)]
    assert await found(reader, "cormorant ") == []
    own, web = await states()
    assert not own.is_ready and not web.is_ready
    assert str(own) == "search is catching up: it has just begun"

    await building.step()       # begins
    await building.step()
    assert await found(reader, "cormorant ") == ids[:5:-1]
    own, web = await states()
    assert own == web and not own.is_ready and own.reached_at is not None
    assert "posted since" in str(own)

    await build()
    assert await found(reader, "cormorant ") == ids[::-1]
    async with reading(reader) as r:
        assert await search.accounts(r, "ann1", 10) == [author.account]
    own, web = await states()
    assert own.is_ready and web.is_ready and str(own) == "search is up to date"
    assert not await building.step()


async def test_a_lost_index_is_built_anew_and_the_vocabulary_with_it(site):
    author, reader = await people("ann2", "ben2", indexable=True)
    await drain("search")
    await build()
    post = (await publish(author, "spoonbills #Wetland")).id
    await drain("search")
    assert await found(reader, "spoonb") == [post]
    await lose()
    assert not (await states())[0].is_ready
    assert await found(reader, "spoonb") == []
    assert await build() > 1
    assert await found(reader, "spoonb") == [post]
    async with reading(reader) as r:
        assert await search.tags(r, "wetl", 10) == ["Wetland"]
    assert (await states())[0].is_ready


async def test_the_follower_begins_its_vocabulary_anew_too(site):
    author, reader = await people("ann3", "ben3", indexable=True)
    await build()
    await publish(author, "phalarope")
    await drain("search")
    await lose()
    again = (await publish(author, "phalarope again")).id
    await drain("search")
    assert await found(reader, "phalar") == [again]
    await build()


async def test_building_never_overwrites_what_is_newer_nor_brings_back_what_is_gone(site):
    author, reader = await people("ann4", "ben4", indexable=True)
    kept = (await publish(author, "avocet old")).id
    gone = (await publish(author, "avocet gone")).id
    async with writing(author, cause="test") as w:
        await posts.edit(w, kept, posts.Draft("avocet new"))
        await posts.delete(w, gone)
    await drain("search")
    await lose()
    async with deriving("search") as w:
        await indexing.hold(w)
        await indexing.put_posts(w, [kept, gone], replace=False)
    await build()
    assert await found(reader, "avocet new ") == [kept]
    assert await found(reader, "avocet old ") == []
    async with reading(System("test")) as r:
        assert await r.value("select count(*) from search.post_words where post = $1", gone) == 0


async def test_a_post_whose_key_is_gone_is_passed_over(site):
    from petrel.core import seal

    author, reader = await people("ann5", "ben5", indexable=True)
    unreadable = (await publish(author, "turnstone one")).id
    readable = (await publish(author, "turnstone two")).id
    await seal.destroy([unreadable])
    await drain("search")
    assert await found(reader, "turnstone ") == [readable]


async def test_the_tables_hold_no_words(site, addresses):
    marks = ["Zanzibarmark", "zanzibarmark", "quokkatag", "Wobblegong"]
    author, = await people("ann6", indexable=True)
    async with writing(author, cause="test") as w:
        await accounts.update(w, accounts.Changes(display_name="Wobblegong"))
    await publish(author, "Zanzibarmark #quokkatag in the open", spoiler="zanzibarmark")
    await drain("search")
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        dump = ""
        for table in await connection.fetch("select tablename from pg_tables where schemaname = 'search'"):
            rows = await connection.fetch(f"select t::text as line from search.{table[0]} t")
            assert rows or table[0] in ("alive", "build"), table[0]
            dump += "\n".join(row["line"] for row in rows)
        names = await connection.fetch("select sealed_name from search.tag")
        raw = b"".join(row["sealed_name"] for row in names)
        logged = await connection.fetch("select relname from pg_class c join pg_namespace n on n.oid = relnamespace "
                                        "where nspname = 'search' and relkind = 'r' and relpersistence <> 'u'")
    finally:
        await connection.close()
    for mark in marks:
        assert mark not in dump and mark.encode() not in raw
        assert mark.lower() not in dump and mark.lower().encode() not in raw
    assert [row["relname"] for row in logged] == ["build"]
