"""Settings, through the pages of the real program: filters, whom one keeps away, lists as files, profile, appearance
and what one is told of."""

import asyncio
import re
from typing import Any

import pytest

from petrel import app
from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.worker import jobs
from tests import samples
from tests.api.uploading import form_of
from tests.drain import drain
from tests.uploads import somewhere
from tests.web.browser import Answer
from tests.web.someone import Someone, front_door, joined
from tests.web.test_languages import ENGLISH, ours
from tests.web.test_pages import assert_is_sound

SETTINGS = ("", "/profile", "/privacy", "/appearance", "/notifications", "/filters", "/filters/new", "/people",
            "/people?show=blocks", "/people?show=servers", "/mail", "/security", "/devices", "/lists", "/data",
            "/moderation", "/followers", "/deletions")


@pytest.fixture(scope="module", autouse=True)
def folder() -> Any:
    app.load_rooms()
    with somewhere() as found:
        yield found


async def send(who: Someone, page: str, path: str, files: dict[str, bytes], **fields: str) -> Answer:
    """A form with files, while what comes is read."""
    body, headers = form_of(files, {**(await who.get(page)).hidden, **fields})
    waiting = asyncio.create_task(who.ask("POST", path, body, headers))
    while not waiting.done():
        await jobs.drain(until_s=0)
        await asyncio.sleep(0.02)
    return await waiting


async def test_settings_are_one_place_and_nobody_elses(site) -> None:
    door = await front_door()
    [one] = await joined(door, "sera")
    for path in SETTINGS:
        page = await one.get("/settings" + path)
        assert page.status == 200, path
        assert_is_sound(page.text.replace('href="/settings/lists/', 'href="/'))
        assert '<nav class="sections" aria-label="Settings">' in page.text, path
        assert page.text.count('aria-current="page"') >= 2 or path == "", path
        assert (await Someone(door).get("/settings" + path)).location.startswith("/auth/"), path
    index = (await one.get("/settings")).text
    for path in set(re.findall(r'href="(/settings/[a-z]+)"', index)):
        assert (await one.get(path)).status == 200, path
    other = await Someone(door, "ja").join("sakura")
    for path in (*(f"/settings{path}" for path in SETTINGS), "/settings/data/erase", "/report", "/about/moderation"):
        page = await other.get(path)
        assert page.status == 200 and '<html lang="ja">' in page.text, path
        assert not ENGLISH.findall(ours(page.text)), path


async def test_a_filter_is_made_changed_and_ended(site) -> None:
    [fil, pam] = await joined(await front_door(), "fil", "pam")
    made = await fil.submit("/settings/filters/new", "/settings/filters", title="Sport <1>", within="ball",
                            whole="Football\ngoal\n\nGoal", context_home="1", context_public="1",
                            action="hide", ends="86400")
    assert made.location == "/settings/filters?said=made", made.text
    page = await fil.get("/settings/filters")
    assert "Sport &lt;1&gt;" in page.text and "Left out of home and lists, public timelines and hashtags" in page.text
    await pam.write("A goal was shot")
    await pam.write("Nothing but birds")
    await drain()
    public = (await fil.get("/public")).text
    assert "Nothing but birds" in public and "A goal was shot" not in public

    [at] = re.findall(r'href="(/settings/filters/\d+)"', page.text)
    form = await fil.get(at)
    assert_is_sound(form.text)
    assert ">Football\ngoal\nGoal</textarea>" in form.text and "As it is: " in form.text
    saved = await fil.submit(at, at, title="Sport", whole="Football", context_home="1", action="warn", ends="")
    assert saved.location == "/settings/filters?said=saved"
    assert "A goal was shot" in (await fil.get("/public")).text
    assert "Ends " in (await fil.get("/settings/filters")).text, "when it ends was left as it was"

    for fields in ({"title": ""}, {"whole": ""}, {"context_home": ""}):
        sent = {"title": "x", "whole": "y", "context_home": "1", **fields}
        refused = await fil.submit("/settings/filters/new", "/settings/filters", **sent)
        assert refused.status == 422 and 'role="alert"' in refused.text, fields
    assert (await pam.submit("/settings/filters/new", at, act="end")).status == 404, "it is not hers"
    assert (await fil.submit(at, at, act="end")).status == 303
    assert "You have none yet" in (await fil.get("/settings/filters")).text


async def test_whom_one_keeps_away_and_takes_back(site) -> None:
    [mia, _] = await joined(await front_door(), "mia", "bobby")
    page = "/settings/people?show={}"
    for kind, name, shown in (("mutes", "@bobby", "until "), ("blocks", "Bobby", "@bobby"),
                              ("servers", "Bad.Example", "bad.example")):
        kept = await mia.submit(page.format(kind), "/settings/people", kind=kind, name=name, act="keep", seconds="3600")
        assert kept.location == f"/settings/people?show={kind}&said=kept", kept.text
        found = await mia.get(page.format(kind))
        assert_is_sound(found.text)
        assert shown in found.text
        [back] = re.findall(r'name="back" value="([^"]+)"', found.text)
        assert (await mia.submit(page.format(kind), "/settings/people", kind=kind, back=back)).status == 303
        assert 'name="back"' not in (await mia.get(page.format(kind))).text
    for kind, name in (("mutes", "nobody_at_all"), ("blocks", "mia"), ("servers", "not a server"), ("blocks", "")):
        assert (await mia.submit(page.format(kind), "/settings/people", kind=kind, name=name,
                                 act="keep")).status in (403, 422), (kind, name)
    assert (await mia.get(page.format("others"))).status == 422
    for odd in ("1" * 30, "x", "-1"):
        assert (await mia.submit(page.format("mutes"), "/settings/people", kind="mutes", back=odd)).status == 404


async def test_lists_go_out_and_come_in_after_a_look(site) -> None:
    door = await front_door()
    old, new, ann, _, shy = await joined(door, "oldie", "newbie", "annie", "benno", "shyly")
    await shy.submit("/settings/privacy", "/settings/privacy", act="protect")
    for handle in ("annie", "benno", "shyly"):
        await old.follow(handle)
    await old.submit("/settings/people?show=mutes", "/settings/people", kind="mutes", name="benno", act="keep",
                     notifications="1")
    await old.submit("/settings/people?show=servers", "/settings/people", kind="servers", name="bad.example",
                     act="keep")
    post = await ann.write("To be kept")
    await old.press(post, "bookmark on")

    files = {}
    for name in re.findall(r'href="/settings/lists/([a-z_]+\.csv)"', (await old.get("/settings/lists")).text):
        answer = await old.get(f"/settings/lists/{name}")
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"', name
        assert answer.headers["content-type"].startswith("text/csv") and "no-store" in answer.headers["cache-control"]
        files[name] = answer.text
    here = "localhost:8000"
    assert files["following_accounts.csv"].split("\n")[0] == "Account address,Show boosts,Notify on new posts,Languages"
    assert set(files["following_accounts.csv"].split("\n")[1:]) == {f"annie@{here},true,false,",
                                                                     f"benno@{here},true,false,", ""}
    assert files["muted_accounts.csv"] == f"Account address,Hide notifications\nbenno@{here},true\n"
    assert files["blocked_domains.csv"] == "bad.example\n" and files["blocked_accounts.csv"] == ""
    assert files["bookmarks.csv"] == f"http://{here}{post}\n"
    assert (await old.get("/settings/lists/passwords.csv")).status == 404

    await new.follow("annie")
    sent = files["following_accounts.csv"] + "nobody@here.example,true,false,\n=1+1,,\n"
    brought = await send(new, "/settings/lists", "/settings/lists", {"file": sent.encode()}, kind="follows")
    assert brought.status == 303, brought.text
    page = await new.get(brought.location)
    assert_is_sound(page.text)
    words = " ".join(re.sub(r"<[^>]*>", " ", page.text).split())
    assert "1 is new" in words and f"benno@{here}" in words and "1 stands here already" in words
    assert "nobody here is called that" in words and "not an address" in words
    assert (await old.get(brought.location)).status == 404, "it is not his"
    assert "Unfollow" not in (await new.get("/@benno")).text, "nothing is done before the yes"
    assert (await new.submit(brought.location, brought.location, act="yes")).status == 303
    assert "It is being done" in (await new.get(brought.location)).text
    await jobs.drain()
    done = " ".join(re.sub(r"<[^>]*>", " ", (await new.get(brought.location)).text).split())
    assert "It is done" in done and "2 were brought in" in done, done
    assert "Unfollow" in (await new.get("/@benno")).text

    for kind, name, where, shown in (
            ("mutes", "muted_accounts.csv", "/settings/people?show=mutes", "@benno"),
            ("domain blocks", "blocked_domains.csv", "/settings/people?show=servers", "bad.example"),
            ("bookmarks", "bookmarks.csv", "/settings/lists/bookmarks.csv", post)):
        at = (await send(new, "/settings/lists", "/settings/lists", {"file": files[name].encode()}, kind=kind)).location
        assert "1 is new" in (await new.get(at)).text, kind
        await new.submit(at, at, act="yes")
        await jobs.drain()
        assert "1 was brought in" in (await new.get(at)).text, kind
        assert shown in (await new.get(where)).text, kind
    async with reading(System("tests")) as r:
        assert await r.value("select count(*) from archives.waiting") == 0, "what is done is not kept"


async def test_a_list_that_is_left_or_cannot_be_read_changes_nothing(site) -> None:
    new, _ = await joined(await front_door(), "careful", "annabel")
    at = (await send(new, "/settings/lists", "/settings/lists", {"file": b"annabel\n"}, kind="blocks")).location
    assert (await new.submit(at, at, act="no")).location == "/settings/lists?said=dropped"
    assert (await new.get(at)).status == 404
    for odd, kind in ((b"", "blocks"), (b"\xff\xfe", "blocks"), (b'"', "follows"), (b"x\n" * 6000, "mutes"),
                      (b"annabel", "all"), (b"\n\n", "lists")):
        refused = await send(new, "/settings/lists", "/settings/lists", {"file": odd}, kind=kind)
        assert refused.status == 422 and 'role="alert"' in refused.text, (odd[:9], kind, refused.status)
    large = await send(new, "/settings/lists", "/settings/lists", {"file": b"x" * 1_100_000}, kind="mutes")
    assert large.status == 413


async def test_lists_with_people_in_them(site) -> None:
    one, _, _ = await joined(await front_door(), "listful", "amber", "blanche")
    await one.follow("amber")
    sent = "Birds,amber\nBirds,blanche\n"
    at = (await send(one, "/settings/lists", "/settings/lists", {"file": sent.encode()}, kind="lists")).location
    page = (await one.get(at)).text
    assert "amber in “Birds”" in page and "you do not follow them" in page
    await one.submit(at, at, act="yes")
    await jobs.drain()
    assert (await one.get("/settings/lists/lists.csv")).text == "Birds,amber@localhost:8000\n"


async def test_a_profile_as_it_was_typed(site) -> None:
    [ava] = await joined(await front_door(), "ava")
    typed = {"name": "Ava <b>", "note": "Hello #birds\n\nand you", "label0": "Web", "value0": "https://ava.example",
             "bot": "1", "discoverable": "1", "avatar_description": "A <wren>"}
    saved = await send(ava, "/settings/profile", "/settings/profile", {"avatar": samples.picture()}, **typed)
    assert saved.location == "/settings/profile?saved=1", saved.text
    page = (await ava.get("/settings/profile")).text
    assert 'value="Ava &lt;b&gt;"' in page and "Hello #birds\n\nand you</textarea>" in page
    assert 'value="A &lt;wren&gt;"' in page and 'id="avatar_off"' in page and 'value="https://ava.example"' in page
    shown = (await ava.get("/@ava")).text
    assert "/media/" in shown and "bot" in shown and "ava.example" in shown
    assert (await send(ava, "/settings/profile", "/settings/profile", {}, name="Ava", avatar_off="1")).status == 303
    after = (await ava.get("/settings/profile")).text
    assert 'id="avatar_off"' not in after and 'name="bot" type="checkbox" value="1">' in after
    for fields in ({"name": "x" * 31}, {"note": "x" * 501}):
        refused = await send(ava, "/settings/profile", "/settings/profile", {}, **fields)
        assert refused.status == 422 and next(iter(fields.values())) in refused.text, "what was typed comes back"
    await ava.submit("/settings/privacy", "/settings/privacy", act="protect")
    await send(ava, "/settings/profile", "/settings/profile", {"header": samples.picture()}, name="Ava")
    [header] = re.findall(r'<img src="(/media/[^"]+)"', (await ava.get("/settings/profile")).text)
    assert (await ava.get(header)).status == 200 and "?" in header, "of a protected account: its own address"
    broken = await send(ava, "/settings/profile", "/settings/profile", {"avatar": b"no picture"}, name="Ava")
    assert broken.status == 422 and 'role="alert"' in broken.text


async def test_pages_look_as_somebody_chose(site) -> None:
    door = await front_door()
    lou, other = await joined(door, "lou", "otto")
    assert '<html lang="en">' in (await lou.get("/public")).text
    saved = await lou.submit("/settings/appearance", "/settings/appearance", theme="dark", text_size="large", calm="1",
                             language="de")
    assert saved.status == 303
    for path in ("/public", "/settings", "/@otto", "/compose"):
        shown = (await lou.get(path)).text
        assert '<html lang="de" data-theme="dark" data-text="large" data-calm>' in shown, path
        assert '<meta name="theme-color" content="#0f181c">' in shown, path
    assert '<html lang="en">' in (await other.get("/public")).text
    assert '<html lang="en">' in (await Someone(door).get("/public")).text
    async with writing(System("tests"), cause="tests") as w:
        me = (await accounts.ids_by_handle(w, ["lou"]))["lou"]
        token = (await accounts.issue(w, me, None, ["read"])).token
    told = (await Someone(door).ask("GET", "/api/v1/preferences", headers={"authorization": f"Bearer {token}"})).text
    assert '"petrel:theme":"dark"' in told and '"petrel:language":"de"' in told
    assert '"petrel:reduce_motion":true' in told
    for fields in ({"theme": "pink"}, {"text_size": "9px"}, {"language": "xx"}):
        assert (await lou.submit("/settings/appearance", "/settings/appearance", **fields)).status == 422
    await lou.submit("/settings/appearance", "/settings/appearance", theme="", text_size="", language="")
    assert '<html lang="en">' in (await lou.get("/public")).text


async def test_from_whom_one_wants_to_hear(site) -> None:
    [nia, _] = await joined(await front_door(), "nia", "zed")
    saved = await nia.submit("/settings/notifications", "/settings/notifications", not_following="filter",
                             new_accounts="drop")
    assert saved.status == 303
    page = (await nia.get("/settings/notifications")).text
    assert re.search(r'name="new_accounts">.*?value="drop" selected', page)
    assert re.search(r'name="private_mentions">.*?value="filter" selected', page), "what was not sent stays"
    assert (await nia.submit("/settings/notifications", "/settings/notifications", not_following="shout")).status == 422
