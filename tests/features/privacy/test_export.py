"""A copy of everything that is somebody's, by the inventory, and nothing of others but what the law gives."""

import hashlib
import io
import zipfile

import asyncpg
import msgspec
import pytest

from petrel.core import inventory, seal, sealed_file
from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import NotFound
from petrel.core.viewer import Member, System
from petrel.features import accounts, privacy, relationships
from petrel.features.accounts import tokens
from petrel.worker import jobs
from tests import samples
from tests.features.privacy.whole import make_town
from tests.people import follow, people, publish, tell

CREW = System("tests")


@pytest.fixture
def data(site, tmp_path):
    """Where exports lie."""
    site.run_directory = tmp_path / "run"
    site.run_directory.mkdir()
    yield tmp_path
    site.run_directory = None


async def browser(account: int) -> Member:
    async with writing(CREW, cause="tests") as w:
        issued = await tokens.open_session(w, account)
    return Member(account, accounts.digest_of(issued.token), frozenset(("read", "write")))


async def ask(account: int) -> int:
    async with writing(CREW, cause="tests") as w:
        return await privacy.exporting.ask(w, account)


async def exported(account: int) -> zipfile.ZipFile:
    number = await ask(account)
    await privacy.exporting.make(account, number)
    async with reading(await browser(account)) as r:
        done = await privacy.exporting.open_own(r, number)
    plain = b"".join(sealed_file.read(done.path, done.key, done.id))
    assert len(plain) == done.bytes and hashlib.sha256(plain).digest() == done.digest
    return zipfile.ZipFile(io.BytesIO(plain))


def table(archive: zipfile.ZipFile, name: str) -> list[dict]:
    return msgspec.json.decode(archive.read(f"data/{name}.json"))


async def test_every_column_of_the_inventory_is_answered_for(site, data):
    """By machine: whoever adds a table or column that the exporter cannot reach meets this test."""
    town = await make_town("a")
    archive = await exported(town.wren.account)
    manifest = msgspec.json.decode(archive.read("data/manifest.json"), type=privacy.shapes.Manifest)
    answered = {column.name: column for column in manifest.columns}
    async with reading(CREW) as r:
        lines = await privacy.reach.lines_of(r)
    mine = {name for name, line in lines.items() if line.of.subject in privacy.reach.PEOPLE}
    assert mine - answered.keys() == set()
    for column in answered.values():
        assert bool(column.file) != bool(column.held), column
        if column.file and (rows := msgspec.json.decode(archive.read(column.file))):
            assert column.name.rpartition(".")[2] in rows[0], column
    for file in manifest.files:
        assert hashlib.sha256(archive.read(file.name)).hexdigest() == file.sha256


async def test_it_says_what_they_wrote_and_set(site, data):
    town = await make_town("b")
    archive = await exported(town.wren.account)
    posts = msgspec.json.decode(archive.read("data/posts.json"), type=list[privacy.shapes.Post])
    assert [p.text for p in posts if not p.boost_of] == [
        "Plover one #tide", "Plover two, to be boosted", "Plover three, edited", "Where was the heron?",
        "Which is it?", "Plover in a picture"]
    [picture] = [name for name in archive.namelist() if name.startswith("media/") and name[6:7].isdigit()]
    assert archive.read(picture).startswith(b"\xff\xd8\xff") and samples.PLACE not in archive.read(picture)
    [upload] = msgspec.json.decode(archive.read("data/tables/media.upload.json"))
    assert upload["sealed"]["description"] == "A plover"
    assert posts[0].spoiler == "weather" and posts[2].edits[0].text == "Plover three, which will be edited"
    assert posts[3].in_reply_to == str(town.of_bram) and posts[5].boost_of == str(town.of_bram)
    said = [(m["author"], m["text"]) for m in table(archive, "messages")]
    assert said == [("bwren", "@bbram plover in private"), ("bbram", "@bwren heron in private")]
    assert [f["acct"] for f in table(archive, "follows")] == ["bbram"]
    assert sorted(f["acct"] for f in table(archive, "followers")) == ["bbram", "bines"]
    assert [m["acct"] for m in table(archive, "mutes")] == ["bines"]
    [plovers] = table(archive, "lists")
    assert plovers["title"] == "Plover friends" and [m["acct"] for m in plovers["members"]] == ["bbram"]
    [kept] = table(archive, "bookmarks")
    assert (kept["post"], kept["folder"]) == (str(town.of_bram), "Plover papers")
    assert table(archive, "account")["display_name"] == "Wren Plover"
    [note] = [r["sealed_note"] for r in table(archive, "tables/relationships.relation") if r["sealed_note"]]
    assert note == "Knows plovers"


async def test_nothing_of_others_and_no_secrets(site, data):
    town = await make_town("c")
    async with writing(town.bram, cause="tests") as w:
        await relationships.set_note(w, town.wren.account, "A secret note of Bram")
    archive = await exported(town.wren.account)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    for mark in (b"Bram saw a heron", b"Heron friends", b"A secret note of Bram", b"goes at once"):
        assert mark not in whole
    token = table(archive, "tables/accounts.token")[0]
    assert "digest" not in token
    assert not any("secret_hash" in row or "sealed_private" in row
                   for row in table(archive, "tables/accounts.credential"))


async def test_whether_somebody_blocks_is_theirs_to_know(site, data):
    wren, bram = await people("dwren", "dbram")
    await tell(bram, "@dwren before the block")
    async with writing(bram, cause="tests") as w:
        await relationships.block(w, wren.account)
    await tell(bram, "@dines after")
    archive = await exported(wren.account)
    assert table(archive, "tables/relationships.relation") == []
    assert [m["text"] for m in table(archive, "messages")] == ["@dwren before the block"]


async def test_it_goes_on_where_it_was_killed(site, data, monkeypatch):
    [wren] = await people("ewren")
    monkeypatch.setattr(privacy.sources, "PAGE_POSTS", 4)
    for n in range(10):
        await publish(wren, f"Plover {n}")
    number = await ask(wren.account)
    real, seen = privacy.sources.page, []

    async def killed(r, person, account, source, after):
        if source.table == "posts.post" and after:
            raise ConnectionError("killed")
        seen.append((source.table, after))
        return await real(r, person, account, source, after)

    monkeypatch.setattr(privacy.exporting.tables, "page", killed)
    with pytest.raises(ConnectionError):
        await privacy.exporting.make(wren.account, number)
    before, seen[:] = list(seen), []

    async def goes_on(r, person, account, source, after):
        seen.append((source.table, after))
        return await real(r, person, account, source, after)

    monkeypatch.setattr(privacy.exporting.tables, "page", goes_on)
    await privacy.exporting.make(wren.account, number)
    assert not set(before) & set(seen), "a page was asked for twice"
    async with reading(await browser(wren.account)) as r:
        done = await privacy.exporting.open_own(r, number)
    plain = b"".join(sealed_file.read(done.path, done.key, done.id))
    posts = table(zipfile.ZipFile(io.BytesIO(plain)), "posts")
    assert [p["text"] for p in posts] == [f"Plover {n}" for n in range(10)]
    assert [p.name for p in privacy.exporting.home().iterdir()] == [f"{number}.sealed"]


async def test_it_lies_sealed_and_is_its_owners_alone(site, data):
    wren, bram = await people("fwren", "fbram")
    await publish(wren, "Plover that must not lie about")
    number = await ask(wren.account)
    await privacy.exporting.make(wren.account, number)
    lying = (privacy.exporting.home() / f"{number}.sealed").read_bytes()
    assert b"Plover" not in lying and lying[:2] != b"PK"
    async with reading(await browser(bram.account)) as r:
        assert await privacy.exporting.own(r) == []
        with pytest.raises(NotFound):
            await privacy.exporting.open_own(r, number)
    async with reading(wren) as r:          # an app's token is no browser
        with pytest.raises(NotFound):
            await privacy.exporting.open_own(r, number)


async def test_it_ends_after_seven_days_with_its_key(site, data):
    [wren] = await people("gwren")
    number = await ask(wren.account)
    await privacy.exporting.make(wren.account, number)
    async with deriving("tests") as w:
        await w.execute("update privacy.export set expires_at = now() - interval '1 s' where id = $1", number)
    async with reading(await browser(wren.account)) as r:
        with pytest.raises(NotFound):
            await privacy.exporting.open_own(r, number)
    assert await privacy.exporting.expire() == 1
    assert list(privacy.exporting.home().iterdir()) == [] and await seal.keys([number]) == {}


async def test_two_at_once_are_one_and_a_new_one_replaces_the_old(site, data):
    [wren] = await people("hwren")
    first = await ask(wren.account)
    assert await ask(wren.account) == first
    await privacy.exporting.make(wren.account, first)
    second = await ask(wren.account)
    assert second != first
    await jobs.drain()
    assert [p.name for p in privacy.exporting.home().iterdir()] == [f"{second}.sealed"]


async def test_who_is_suspended_gets_theirs(site, data, addresses):
    wren, bram = await people("iwren", "ibram")
    await follow(wren, bram)
    await publish(wren, "Plover before the suspension")
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update accounts.account set state = state | 128 where id = $1", wren.account)
    await owner.close()
    archive = await exported(wren.account)
    assert [p["text"] for p in table(archive, "posts")] == ["Plover before the suspension"]


async def test_erasing_takes_exports_along(site, data):
    [wren] = await people("jwren")
    number = await ask(wren.account)
    await privacy.exporting.make(wren.account, number)
    async with writing(CREW, cause="tests") as w:
        await privacy.erasure.begin(w, wren.account)
    await privacy.erasure.run(wren.account)
    assert list(privacy.exporting.home().iterdir()) == [] and await seal.keys([number]) == {}


async def test_nothing_in_an_archive_leads_out_of_it(site, data):
    """Names come from us alone; what somebody wrote is text on the pages, whatever it looks like."""
    [wren] = await people("kwren")
    await publish(wren, '<script src="https://evil.example/x.js"></script> ../../etc/passwd')
    archive = await exported(wren.account)
    for name in archive.namelist():
        assert ".." not in name and not name.startswith("/") and "\\" not in name
    for name in archive.namelist():
        if name.endswith(".html"):
            page = archive.read(name).decode()
            assert "<script" not in page and 'src="http' not in page and 'href="http' not in page




async def test_each_state_is_in_the_copy_or_not_as_the_law_says(site, data, addresses):
    """Column `exp`, row `author`, of every state that a post can be in, and of what is deleted: nothing."""
    [wren] = await people("lwren")
    owner = await asyncpg.connect(**addresses.main["owner"])
    wanted = set()
    for state in range(12):
        post = (await publish(wren, f"Plover in state {state}")).id
        await owner.execute("update posts.post set flags = flags | $2 where id = $1", post, 1 << state if state else 0)
        code = await owner.fetchval("select law.verdict(codes, 0, $1, 129) from law.surface where name = 'exp'",
                                    1 << state if state else 0)
        if code > 3:
            wanted.add(f"Plover in state {state}")
    await owner.close()
    assert {"Plover in state 0", "Plover in state 1", "Plover in state 7"} <= wanted
    assert "Plover in state 9" not in wanted and "Plover in state 10" not in wanted
    archive = await exported(wren.account)
    assert {post["text"] for post in table(archive, "posts")} == wanted
    rows = table(archive, "tables/posts.post")
    assert len(rows) == len(wanted) and len(table(archive, "tables/posts.content")) == len(wanted)


async def test_a_table_that_the_exporter_cannot_reach_is_found(site, addresses):
    """Behind the wall of messages nothing is taken by the general way: whoever adds a table there is told."""
    owner = await asyncpg.connect(**addresses.main["owner"])
    change = owner.transaction()
    await change.start()
    try:
        await owner.execute("create table messages.draft (cell smallint, account bigint, primary key (cell, account))")
        for column in ("cell", "account"):
            await owner.execute(f"comment on column messages.draft.{column} is 'what: a draft; of: account by account; "
                                "for: remember; kept: with account; erased: row; leaves: no'")
        [found] = await inventory.read({"main": owner.fetch})

        class Planted:
            fetch = staticmethod(owner.fetch)

        with pytest.raises(privacy.sources.Unreachable) as said:
            await privacy.sources.sources(Planted(), found.lines)
        assert "messages.draft" in said.value.detail
    finally:
        await change.rollback()
        await owner.close()


async def test_a_file_that_nobody_has_a_row_of_does_not_stay(site, data):
    """Withdrawn while it was being made: erased, or asked for anew."""
    [wren] = await people("mwren")
    number = await ask(wren.account)
    await privacy.exporting.make(wren.account, number)
    async with deriving("tests") as w:
        await w.execute("delete from privacy.export where id = $1", number)
    await privacy.exporting.expire()
    assert list(privacy.exporting.home().iterdir()) == [] and await seal.keys([number]) == {}
