"""Feeds, threads, the sitemap, the status page and the pages of a profile, of the real program on a real database."""

import re
import time
from typing import Any

import asyncpg
import pytest

from petrel.core import clock
from petrel.core.doors import Doors, reading
from petrel.core.viewer import Anonymous
from petrel.features import posts
from petrel.features.posts import Audience
from tests.conftest import loop
from tests.people import people, publish
from tests.web.someone import Someone, front_door, joined
from tests.web.test_rooms import text_of


@pytest.fixture(scope="module")
def owner(addresses: Any) -> Any:
    """To the database itself, past the doors."""
    connection = loop().run_until_complete(asyncpg.connect(**addresses.main["owner"]))
    yield connection
    loop().run_until_complete(connection.close())


async def test_a_feed_is_there_once_its_author_agreed_and_has_nothing_narrow(site: Doors) -> None:
    door = await front_door()
    [ann] = await joined(door, "fann")
    await ann.write("For everybody")
    await ann.write("For followers", audience="followers")
    visitor = Someone(door)
    assert (await visitor.get("/@fann.rss")).status == 404
    assert (await visitor.get("/sitemaps/0.xml")).status == 200
    saved = await ann.submit("/settings/privacy", "/settings/privacy", act="save", indexable="1",
                             default_audience="public")
    assert saved.status == 303
    for reader in (visitor, ann):
        feed = await reader.get("/@fann.rss")
        assert feed.status == 200 and "For everybody" in feed.text and "For followers" not in feed.text
    cells = re.findall(r"/sitemaps/(\d+)\.xml", (await Someone(await front_door()).get("/sitemap.xml")).text)
    found = "".join([(await visitor.get(f"/sitemaps/{cell}.xml")).text for cell in cells])
    assert "/@fann<" in found


async def test_tabs_of_a_profile(site: Doors) -> None:
    door = await front_door()
    [tim] = await joined(door, "tim")
    await tim.write("Only words")
    assert "Only words" in text_of(await tim.get("/@tim")) and "Only words" not in text_of(await tim.get("/@tim/media"))
    said = text_of(await Someone(door).get("/@tim/about"))
    assert "Here since" in said and "Are asked to pass over" in said
    moved = await Someone(door).get("/@TIM/about")
    assert (moved.status, moved.location) == (301, "/@tim/about")


async def test_a_thread_counts_what_its_reader_may_see_and_no_more(site: Doors) -> None:
    """Property 14 of the law: a number never changes because of a post that somebody may not see."""
    door = await front_door()
    root_of, other = await joined(door, "rosa", "olli")
    root = await root_of.write("The root")
    first = await other.reply(root, "@rosa one")
    await root_of.reply(first, "@olli two")
    hidden = await other.reply(first, "@olli between us", "followers")
    visitor = Someone(door)
    assert "2 replies" in text_of(await visitor.get(root))
    assert "3 replies" in text_of(await other.get(root))
    assert (await visitor.get(hidden)).status == 404


async def test_the_status_page_of_a_new_site(site: Doors) -> None:
    said = text_of(await Someone(await front_door()).get("/status"))
    assert "No post of our own has gone the whole way yet" in said and "There is room" in said


async def test_a_thread_of_ten_thousand_replies_is_quick_and_has_pages(site: Doors, owner: Any) -> None:
    [ada, ben] = await people("many", "much", indexable=True)
    root = await publish(ada, "Say something")
    reply = await publish(ben, "@many first", reply_to=root.id)
    hidden = await publish(ben, "hidden", reply_to=root.id, audience=Audience.FOLLOWERS)
    at = (clock.now_ms() + 1000) << 16
    await owner.execute("""
        insert into posts.post (cell, id, author, audience, reply_to, reply_to_account, thread)
        select p.cell, $2 + (n << 16) + (p.cell << 6), p.author, 0, $3, $4, $3
          from posts.post p, generate_series(1, 9998::bigint) n where p.id = $1""", reply.id, at, root.id, ada.account)
    door = await front_door()
    visitor = Someone(door)
    await visitor.get(f"/@many/{root.id}")
    began = time.process_time(), time.monotonic()
    page = await visitor.get(f"/@many/{root.id}")
    took_s = time.monotonic() - began[1]
    assert "Showing 60 of 9,999 replies" in text_of(page) and "Show the next 60 replies" in page.text
    assert took_s < 1.5, took_s
    assert len(page.body) < 400_000
    after = re.search(r'href="(\?after=\d+)', page.text)
    assert after and "Showing replies 61 to 120 of 9,999" in text_of(await visitor.get(f"/@many/{root.id}{after[1]}"))
    async with reading(Anonymous()) as r:
        below, is_cut = await posts.replies(r, root.id, most=100)
    assert is_cut and len(below) == 99 and hidden.id not in dict(below), "one of the hundred is not for everybody"
