"""Imports into a real site: what comes in, what stays out, twice as once, and back again."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from petrel.core import seal
from petrel.core.doors import reading, writing
from petrel.core.errors import Unauthenticated
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts, archives, lists, posts, relationships
from petrel.features.archives import BadArchive, Report, commands, erasing, running
from petrel.features.posts import Surface
from petrel.features.relationships import Bit
from tests.drain import drain
from tests.features.archives.packing import ACTOR, FOLLOWERS, actor, note, outbox, zipped
from tests.features.deletions.test_ledger import remains_of, settle
from tests.people import follow, people, publish

NOBODY = Anonymous()


async def bring_in(member: Member, path: Path, **more: Any) -> Report:
    return await archives.bring_in(member.account, path, lambda _: None, rests=False, **more)


async def written(member: Member, viewer: Member | Anonymous | None = None) -> list[str]:
    """The texts on the profile, oldest first, as the viewer sees them."""
    async with reading(viewer or member) as r:
        ids = await posts.by_author(r, member.account, Page(100))
        rows = [s.row for s in await posts.shown(r, Surface.PROF, ids)]
        return [text.text for text in (await posts.contents(rows)).values()][::-1]


async def test_posts_come_in_with_their_time_audience_and_thread(site, tmp_path):
    [ada] = await people("imports_a")
    reply = note(3, "<p>three</p>", inReplyTo=f"{ACTOR}/statuses/1")
    path = zipped(tmp_path, outbox([
        note(1, "<p>one</p>"), note(2, "<p>two</p>", to=[FOLLOWERS], cc=[]), reply,
        note(4, "<p>secret</p>", to=["https://x.example/bob"], cc=[]),
        note(5, "<p>to somebody</p>", inReplyTo="https://far.example/9", attachment=[{}]),
        {"type": "Announce", "actor": ACTOR, "object": "https://far.example/1"}]))
    report = await bring_in(ada, path)
    assert report.who == "@ada@old.example" and report.taken == {"posts": 4}
    assert {f"{kind}: {count}" for (kind, _), count in report.left_count.items()} == {
        "messages: 1", "boosts: 1", "profile: 1", "pictures: 1"}
    assert await written(ada) == ["one", "two", "three", "to somebody"]
    assert await written(ada, NOBODY) == ["one", "three", "to somebody"]
    async with reading(ada) as r:
        first, third = (await posts.by_author(r, ada.account, Page(9)))[::-1][:3:2]
        assert await posts.thread(r, first) == ([], [third])
    assert datetime.fromtimestamp((first >> 16) / 1000, UTC) == datetime(2019, 1, 2, 3, 4, 1, tzinfo=UTC)


async def test_twice_is_as_once_and_what_was_deleted_stays_deleted(site, tmp_path):
    [ada] = await people("imports_twice")
    path = zipped(tmp_path, outbox([note(n, f"<p>{n}</p>") for n in (1, 2, 2)]))
    first = await bring_in(ada, path)
    assert first.taken["posts"] == 2 and first.already["posts"] == 1
    async with writing(ada, cause="tests") as w:
        await posts.delete(w, (await posts.by_author(w, ada.account, Page(9)))[0])
    again = await bring_in(ada, zipped(tmp_path, outbox([note(n, f"<p>{n}!</p>") for n in (1, 2, 3)])))
    assert again.taken["posts"] == 1 and again.already["posts"] == 2
    assert await written(ada) == ["1", "3!"]


async def test_an_import_that_broke_off_goes_on_where_it_was(site, tmp_path, monkeypatch):
    [ada] = await people("imports_broken")
    path = zipped(tmp_path, outbox([note(n, f"<p>{n}</p>") for n in range(20)]))
    monkeypatch.setattr(running, "BATCH", 6)
    real, calls = commands.take_posts, []

    async def breaks(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise ConnectionError("gone")
        return await real(*args)

    monkeypatch.setattr(commands, "take_posts", breaks)
    with pytest.raises(ConnectionError):
        await bring_in(ada, path)
    assert len(await written(ada)) == 12
    [row] = await archives.imports(ada.account)
    assert row["state"] == "running" and json.loads(str(row["report"]))["taken"] == {"posts": 12}
    report = await bring_in(ada, path)
    assert (report.taken["posts"], report.already["posts"]) == (8, 12)
    assert await written(ada) == [str(n) for n in range(20)]


async def test_a_dry_run_writes_nothing(site, tmp_path):
    [ada] = await people("imports_dry")
    path = zipped(tmp_path, outbox([note(1, "<p>one</p>")], following_accounts_csv=b"x@y.example\n"))
    async with reading(System("tests")) as r:
        before = await r.value("select count(*) from journal.entry")
    report = await bring_in(ada, path, dry_run=True)
    assert report.taken == {"posts": 1, "follows": 1}
    async with reading(System("tests")) as r:
        assert await r.value("select count(*) from journal.entry") == before


async def test_an_archive_that_is_broken_at_its_end_writes_nothing(site, tmp_path):
    [ada] = await people("imports_end")
    files = outbox([note(n, f"<p>{n}</p>") for n in range(900)])
    files["outbox.json"] = files["outbox.json"][:-20]
    with pytest.raises(BadArchive):
        await bring_in(ada, zipped(tmp_path, files))
    assert await written(ada) == [] and await archives.imports(ada.account) == []


@pytest.mark.parametrize("files", [
    {"outbox.json": b'{"orderedItems": []}'}, {"actor.json": b"[]", "outbox.json": b"{}"},
    {"actor.json": b'{"id": 7}'}, {"actor.json": b'{"id": "http://["}'}, {"actor.json": b"\xff"}, {"x.txt": b""},
    {"following_accounts.csv": b"\xff\xfe"}, {"following_accounts.csv": b'"open'},
    {"following_accounts.csv": b"a@b.example\n" * 800_000},
])
async def test_archives_that_say_nothing(site, tmp_path, files):
    with pytest.raises(BadArchive) as wrong:
        await archives.bring_in(1, zipped(tmp_path, files), lambda _: None)
    assert "cannot be imported" in wrong.value.message


async def test_people_are_kept_away_first_and_followed_last(site, tmp_path):
    ada, bob, cy, dee = await people("imports_p", "bob_p", "cy_p", "dee_p")
    [shut] = await people("shut_p", protected=True)
    await follow(bob, ada)
    csvs = {
        "following_accounts_csv": b"Account address,Show boosts,Notify on new posts,Languages\n"
                                  b"cy_p@localhost:8000,false,true,\nshut_p@localhost:8000,true,false,\nbob_p@localhost:8000,true,false,\n"
                                  b"gone@far.example,true,false,\n\xef\xbb\xbfcy_p@localhost:8000\n"
                                  b"=HYPERLINK(1),true,false,\ncy_\xd1\x80@localhost:8000,true,false,\n",
        "blocked_accounts_csv": b"bob_p@localhost:8000\n",
        "muted_accounts_csv": b"Account address,Hide notifications\ndee_p@localhost:8000,false\n",
        "lists_csv": b"friends,cy_p@localhost:8000\nfriends,bob_p@localhost:8000\n,cy_p@localhost:8000\n",
        "blocked_domains_csv": b"#domain\nbad.example\n",
    }
    report = await bring_in(ada, zipped(tmp_path, outbox([note(1, "<p>x</p>")], **csvs)))
    assert report.taken == {"posts": 1, "blocks": 1, "mutes": 1, "follows": 2, "lists": 1, "domain blocks": 1}
    assert report.left_count["follows", "nobody here is called that"] == 1
    assert report.left_count["follows", "not an address"] == 3
    async with reading(ada) as r:
        stands = {one.id: one for one in await relationships.many(r, [m.account for m in (bob, cy, dee, shut)])}
        assert [one.title for one in await lists.mine(r)] == ["friends"]
    assert stands[bob.account].has(Bit.BLOCKING) and not stands[bob.account].has(Bit.FOLLOWING)
    assert stands[cy.account].has(Bit.FOLLOWING) and stands[cy.account].has(Bit.BELL)
    assert stands[dee.account].has(Bit.MUTING) and stands[shut.account].has(Bit.REQUESTED)
    again = await bring_in(ada, zipped(tmp_path, outbox([], **csvs)))
    assert not again.taken
    assert again.already == {"blocks": 1, "mutes": 1, "follows": 2, "lists": 1, "domain blocks": 1}


async def test_a_list_by_itself_is_an_archive(site, tmp_path):
    ada, bob = await people("imports_alone", "bob_alone")
    path = tmp_path / "following_accounts.csv"
    path.write_bytes(b"bob_alone\r\n")
    assert (await bring_in(ada, path)).taken == {"follows": 1}
    async with reading(ada) as r:
        assert (await relationships.one(r, bob.account)).has(Bit.FOLLOWING)


async def test_bookmarks_of_posts_of_this_site(site, tmp_path):
    ada, bob = await people("imports_b", "bob_b")
    post = await publish(bob, "keep me")
    hidden = await publish(bob, "not for you", audience=posts.Audience.FOLLOWERS)
    base = "http://localhost:8000"
    kept = {"orderedItems": [f"{base}/@bob_b/{post.id}", f"{base}/@bob_b/{hidden.id}", "https://far.example/1", 7,
                             f"{base}.evil/@bob_b/{post.id}", f"{base}/@bob_b/99999999999999999999"]}
    report = await bring_in(ada, zipped(tmp_path, outbox([], bookmarks_json=json.dumps(kept).encode())))
    assert report.taken == {"bookmarks": 1} and report.left_count["bookmarks", "not a post of this site that can be "
                                                                               "seen"] == 4


async def test_nobody_hears_of_it_and_it_is_found(site, tmp_path):
    ada, fan = await people("imports_quiet", "fan_quiet", indexable=True)
    await follow(fan, ada)
    await drain()
    await bring_in(ada, zipped(tmp_path, outbox([note(n, "<p>@fan_quiet zugvogel</p>") for n in range(3)])))
    await drain()
    async with reading(System("tests")) as r:
        assert await r.value("select count(*) from notifications.notification where account = $1", fan.account) == 0
        assert await r.value("select posts_count from accounts.account where id = $1", ada.account) == 3
        assert await r.value("select count(*) from search.post_words where author = $1 and is_indexable",
                             ada.account) == 3


async def test_taking_it_back_deletes_what_it_made_and_nothing_else(site, tmp_path):
    ada, cy, bob = await people("imports_undo", "cy_undo", "bob_undo")
    own = await publish(ada, "my own")
    path = zipped(tmp_path, outbox([note(n, f"<p>{n}</p>") for n in range(7)],
                                   following_accounts_csv=b"cy_undo\n", blocked_accounts_csv=b"bob_undo\n"))
    report = await bring_in(ada, path)
    assert len(await written(ada)) == 8
    assert await archives.undo(report.id, lambda _: None) == 7
    assert await written(ada) == ["my own"] and own
    async with reading(ada) as r:
        assert not (await relationships.one(r, cy.account)).has(Bit.FOLLOWING)
        assert (await relationships.one(r, bob.account)).has(Bit.BLOCKING), "nobody is let in again by the way"
    [row] = await archives.imports(ada.account)
    assert row["state"] == "undone"
    with pytest.raises(archives.ImportNotFound):
        await archives.undo(4711, lambda _: None)
    assert (await bring_in(ada, path)).taken["posts"] == 7


async def test_the_imports_token_ends_with_it(site, tmp_path):
    [ada] = await people("imports_token")
    await bring_in(ada, zipped(tmp_path, outbox([note(1, "<p>x</p>")])))
    async with reading(System("tests")) as r:
        still_good = "select count(*) from accounts.token where account = $1 and revoked_at is null"
        good = await r.value(still_good, ada.account)
    assert good == 1, "the one the test made"


async def test_nothing_is_brought_in_for_who_may_not_act(site, tmp_path):
    [ada] = await people("imports_susp")
    await site.pools["writer"].execute("update accounts.account set state = 128 where id = $1", ada.account)
    with pytest.raises(Unauthenticated):
        await bring_in(ada, zipped(tmp_path, outbox([note(1, "<p>x</p>")])))


async def test_an_import_changes_nothing_of_the_account(site, tmp_path):
    [ada] = await people("imports_same", protected=True)
    told = actor(name="Else", summary="<p>else</p>", manuallyApprovesFollowers=False, discoverable=True, indexable=True)
    async with reading(ada) as r:
        before = await accounts.own(r)
    await bring_in(ada, zipped(tmp_path, {**outbox([note(1, "<p>x</p>")]), "actor.json": json.dumps(told).encode()}))
    async with reading(ada) as r:
        assert await accounts.own(r) == before
    assert await written(ada, NOBODY) == []


async def test_names_in_the_report_are_fit_for_a_terminal(site, tmp_path):
    [ada] = await people("imports_term")
    csv = "\x1b[31mred\x1b[0m\nab\u202ecd@evil.example\n" + "x" * 500 + "@a.example\n"
    report = await bring_in(ada, zipped(tmp_path, {"following_accounts.csv": csv.encode()}))
    said = "\n".join(report.lines())
    assert "\x1b" not in said and "\u202e" not in said and "x" * 100 not in said




async def test_it_is_said_when_posts_come_in_for_fewer_than_before(site, tmp_path):
    [shut], [ada] = await people("said_p", protected=True), await people("said_d")
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, accounts.Changes(default_audience=1))
    for member, word in ((shut, "protected"), (ada, "unlisted")):
        told: list[str] = []
        path = zipped(tmp_path, outbox([note(1, "<p>x</p>")]))
        await archives.bring_in(member.account, path, told.append, rests=False)
        assert any(word in line for line in told)


async def test_erasing_somebody_takes_what_is_known_of_their_imports(site, tmp_path):
    [ada] = await people("imports_erased")
    await bring_in(ada, zipped(tmp_path, outbox([note(n, f"<p>{n}</p>") for n in range(3)])))
    assert (await erasing.erase(ada.account, "")).gone == 4
    assert (await erasing.erase(ada.account, "")).gone == 0
    assert await archives.imports(ada.account) == []


async def test_an_imported_post_is_deleted_like_any_other_and_an_undone_import_leaves_nothing(site, tmp_path):
    [ada] = await people("imports_swept", indexable=True)
    report = await bring_in(ada, zipped(tmp_path, outbox([note(1, "<p>doomed</p>"), note(2, "<p>undone</p>")])))
    async with writing(ada, cause="tests") as w:
        numbers = await posts.by_author(w, ada.account, Page(9))
        await posts.delete(w, numbers[0])
    await settle()
    assert await archives.undo(report.id, lambda _: None) == 1
    await settle()
    for number in numbers:
        assert await remains_of(number) == []
    assert await seal.keys(numbers) == {}
