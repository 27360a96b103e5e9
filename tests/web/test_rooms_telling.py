"""Pages that follow the journal, on a real database: notifications, search, hashtags, a member's own filters."""

import re

import pytest

from petrel import app
from petrel.core.doors import Doors, reading, writing
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts, relationships
from petrel.features.relationships.filters import FilterDraft, KeywordChange, create
from petrel.features.search import building
from petrel.worker.followers import drain
from tests.web.someone import Someone, front_door, joined
from tests.web.test_rooms import text_of


@pytest.fixture(scope="module", autouse=True)
def rooms() -> None:
    app.load_rooms()


async def settle() -> None:
    """What has happened so far reaches those who follow the journal."""
    while await building.step():
        pass
    await drain()


async def member(who: Someone) -> Member:
    async with reading(Anonymous()) as r:
        found = await accounts.resolve(r, accounts.digest_of(who.cookies["petrel_session"]))
    assert isinstance(found, Member)
    return found


async def test_what_happened_stands_in_groups_until_it_is_read(site: Doors) -> None:
    door = await front_door()
    ann, bea, cid = await joined(door, "ann", "bea", "cid")
    post = await ann.write("Low tide, long walk")
    for other in (bea, cid):
        await other.follow("ann")
        await other.press(post, "like on")
    reply = await bea.reply(post, "@ann how long?")
    await settle()

    home = text_of(await ann.get("/"))
    assert re.search(r"Notifications 3 new", home), home[:400]
    page = await ann.get("/notifications")
    told = text_of(page)
    assert re.search(r"cid , bea liked your post", told) and re.search(r"cid , bea follow you now", told)
    assert "bea mentioned you" in told and "how long?" in told and "Low tide" in told
    assert page.text.count(">new</span>") == 3

    [until] = re.findall(r'name="until" value="(\d+)"', page.text)
    read = await ann.post("/notifications/read", csrf=page.hidden["csrf"], until=until)
    assert read.location == "/notifications"
    again = await ann.get("/notifications")
    assert ">new</span>" not in again.text and "Mark all as read" not in again.text

    await bea.submit(reply + "/delete", reply + "/delete")
    assert "how long?" not in text_of(await ann.get("/notifications")), "gone at once, before anything follows"


async def test_what_the_crew_tells_everybody_stands_above_the_timeline_until_it_is_put_away(site: Doors) -> None:
    door = await front_door()
    fia, gro = await joined(door, "fia", "gro")
    async with writing(System("tests"), cause="tests") as w:
        await accounts.announcements.announce(w, "The terms have changed, see #harbour <now>")

    page = await fia.get("/")
    assert '<a href="/tags/harbour"' in page.text and "The terms have changed" in text_of(page)
    assert "&lt;now&gt;" in page.text
    [number] = re.findall(r'name="announcement" value="(\d+)"', page.text)
    assert (await fia.post("/announcements/away", csrf=page.hidden["csrf"], announcement=number)).location == "/"
    assert "The terms have changed" not in text_of(await fia.get("/"))
    assert "The terms have changed" in text_of(await gro.get("/")), "each puts it away alone"
    assert "The terms have changed" not in text_of(await Someone(door).get("/")), "for members"
    assert (await fia.post("/announcements/away", csrf=page.hidden["csrf"], announcement="12")).status == 404


async def test_a_request_is_answered_from_its_notification(site: Doors) -> None:
    door = await front_door()
    dag, eva = await joined(door, "dag", "eva")
    async with writing(System("tests"), cause="tests") as w:
        await accounts.protect(w, (await member(dag)).account)
    await eva.follow("dag")
    await settle()
    page = await dag.get("/notifications")
    assert "asks to follow you" in text_of(page)
    [answer] = re.findall(r'value="(accept \d+)"', page.text)
    await dag.post("/notifications/requests", csrf=page.hidden["csrf"], answer=answer)
    assert "Unfollow" in text_of(await eva.get("/@dag"))
    await settle()
    assert "asks to follow you" not in text_of(await dag.get("/notifications"))


async def test_nobody_hears_of_what_they_may_not_see(site: Doors) -> None:
    door = await front_door()
    flo, gil = await joined(door, "flo", "gil")
    await gil.write("@flo hello there")
    await settle()
    assert "hello there" in text_of(await flo.get("/notifications"))
    async with writing(await member(flo), cause="tests") as w:
        await relationships.block(w, (await member(gil)).account)
    told = await flo.get("/notifications")
    assert "hello there" not in told.text and "new</i>" not in told.text


async def test_people_tags_and_posts_are_found(site: Doors) -> None:
    door = await front_door()
    hal = await Someone(door).join("hal", name="Hal Ferrow")
    ivo = await Someone(door).join("ivo")
    async with writing(System("tests"), cause="tests") as w:
        await accounts.set_flags(w, (await member(hal)).account, discoverable=True, indexable=True)
    await hal.write("A shearwater over the #Headland")
    await hal.write("A shearwater for followers", audience="followers")
    await settle()

    found = text_of(await ivo.get("/search?q=shearwater"))
    assert "over the # Headland" in found and "for followers" not in found
    assert "@hal" in text_of(await ivo.get("/search?q=ferr"))
    nobody = text_of(await Someone(door).get("/search?q=shearwater"))
    assert "over the" not in nobody and "Sign in" in nobody
    tag = await ivo.get("/search?q=%23headl")
    assert 'href="/tags/' in tag.text
    for spelling in ("headland", "HEADLAND"):
        assert "over the # Headland" in text_of(await Someone(door).get(f"/tags/{spelling}"))
    assert "Nobody has used this hashtag" in text_of(await ivo.get("/tags/nothinghere"))
    for odd in ("/search?q=%22", "/search?q=from:nobody", "/search?q=-", "/tags/%20", "/tags/a%20b", "/search?q=@"):
        assert (await ivo.get(odd)).status == 200, odd


async def test_ones_own_filters_hold_on_pages(site: Doors) -> None:
    door = await front_door()
    jan, kai = await joined(door, "jan", "kai")
    await kai.follow("jan")
    warned = await jan.write("A spoiler of the film")
    await jan.write("A poll about nothing")
    async with writing(await member(kai), cause="tests") as w:
        for title, word, action in (("Films", "spoiler", "warn"), ("Polls", "poll", "hide")):
            await create(w, FilterDraft(title, ("home", "account"), action, keywords=(KeywordChange(keyword=word),)))
    for page in ("/", "/@jan"):
        shown = text_of(await kai.get(page))
        assert "You filter “Films”" in shown and "of the film" not in shown and "A poll" not in shown
    assert "of the film" in text_of(await kai.get(warned)), "opened by itself it is not filtered"
    assert "A poll about nothing" in text_of(await jan.get("/@jan"))


async def test_operators_narrow_a_search_and_what_is_not_understood_is_told(site: Doors) -> None:
    door = await front_door()
    ina, udo = await joined(door, "ina", "udo")
    await ina.write("Marram grass on the dunes")
    await ina.write("Marram grass, see https://dunes.example/map")
    await settle()
    help_text = text_of(await ina.get("/search"))
    assert "How to narrow a search" in help_text and "in:library" in help_text
    assert "How to narrow" not in text_of(await Someone(door).get("/search"))
    found = text_of(await ina.get("/search?q=marram+has:link+from:me"))
    assert "dunes.example/map" in found and "on the dunes" not in found and "People" not in found
    found = text_of(await ina.get("/search?q=marram+-has:link"))
    assert "on the dunes" in found and "dunes.example/map" not in found
    assert "on the dunes" not in text_of(await udo.get("/search?q=marram+from:ina")), "who did not agree is not found"
    odd = text_of(await ina.get("/search?q=marram+before:2024-13-45+%3Cb%3E"))
    assert "searched for as words: before:2024-13-45 ." in odd and "<b>" not in odd
    for query in ("is:reply+" * 500, "x" * 10_000, "before:0000-00-00+in:nowhere", "%22" * 50):
        assert (await ina.get(f"/search?q={query}")).status == 200
