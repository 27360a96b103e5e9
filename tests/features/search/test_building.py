"""The index is built from what there is, says so meanwhile, and holds no words."""

import asyncpg

from petrel.core.doors import deriving, reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts, posts, search
from petrel.features.posts import Surface
from petrel.features.search import building, indexing, terms
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
        await indexing.put_posts(w, [kept, gone])
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


async def test_an_index_of_an_older_format_answers_while_it_is_written_over(site, monkeypatch):
    author, reader = await people("ann7", "ben7", indexable=True)
    ids = [(await publish(author, f"sandpiper https://a.example/{n}", language="de")).id for n in range(6)]
    await drain("search")
    await build()
    async with deriving("search") as w:      # as the last release left it: words, no marks of what a post carries
        key = await terms.word_key()
        for mark in ("link", "embed"):
            await w.execute("update search.post_words set words = array_remove(words, $1::bigint)",
                            key.hash(terms.kind(mark)))
        await w.execute("update search.build set format = 1")
    assert await found(reader, "sandpiper ") == ids[::-1] and await found(reader, "sandpiper has:link") == []
    monkeypatch.setattr(building, "STEP", 4)
    assert await building.step()
    assert not (await states())[0].is_ready
    await building.step()
    assert await found(reader, "sandpiper ") == ids[::-1], "words are found meanwhile"
    assert await found(reader, "sandpiper has:link") == ids[:1:-1], "what is newest is written over first"
    await build()
    assert await found(reader, "sandpiper has:link") == ids[::-1] and (await states())[0].is_ready


async def test_a_word_of_long_ago_that_was_everywhere_is_found_newest_first(site, addresses):
    """More posts than the index gives at once, over years, and none among the newest."""
    author, = await people("ann8")
    word, mark = 7_000_001, 7_000_002
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute("""
            insert into search.post_words (post, author, is_indexable, words)
            select i.id, $1, false,
                   array[$2::bigint, (1::bigint << 44) + (i.id >> 51), (2::bigint << 44) + (i.id >> 47),
                                          (3::bigint << 44) + (i.id >> 43)] || case when n % 7 = 0 then $3::bigint end
              from generate_series(1, 6000) n cross join lateral (
                select (1300000000000 + n::bigint * n * 4000) << 16) i(id)""", author.account, word, mark)
        every = [row[0] for row in await connection.fetch(
            "select post from search.post_words where words @> array[$1::bigint] order by post desc", word)]
        ask = "select search.indexed(0, array[$1::bigint], null, $2, null, null, $3, $4, $5, $6)"
        top = (1 << 63) - 2
        for below, least in ((top, 0), (every[500], every[3000]), (every[5900], 0), (every[10], every[20])):
            wanted = [one for one in every if least < one < below]
            for count in (1, 20, 300):
                newest = await connection.fetchval(ask, word, None, count, below, least, False)
                oldest = await connection.fetchval(ask, word, None, count, below, least, True)
                assert newest == wanted[:count] and oldest == wanted[::-1][:count], (below, least, count)
        marked = await connection.fetchval(ask, word, [mark], 30, top, 0, False)
        assert marked == [one for n, one in zip(range(6000, 0, -1), every, strict=True) if n % 7][:30]
    finally:
        await connection.execute("delete from search.post_words where words @> array[$1::bigint]", word)
        await connection.close()
