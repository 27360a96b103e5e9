"""Bookmarks with their folders, and why somebody sees a post, through the pages of the real program."""

import re

from petrel import app
from tests.drain import drain
from tests.web.someone import front_door, joined
from tests.web.test_pages import assert_is_sound

app.load_rooms()


async def written(who, text):
    """The address of a new post, and its number."""
    at = await who.write(text)
    await drain()
    return at, at.rpartition("/")[2]


def said(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


async def test_bookmarks_go_into_folders_and_are_searched(site):
    [kay, lou] = await joined(await front_door(), "kay", "lou")
    for text in ("Soup with noodles", "Cake with plums"):
        _, number = await written(lou, text)
        assert (await kay.submit("/public", "/marks", mark=f"bookmark on {number} {number}")).status == 303
    made = await kay.submit("/bookmarks/folders", "/bookmarks/folders", act="make", name="Sweet <1>")
    assert made.location == "/bookmarks/folders", made.text
    page = await kay.get("/bookmarks")
    assert_is_sound(page.text)
    [folder] = re.findall(r'href="(/bookmarks\?folder=\d+)"', page.text)
    assert "Sweet &lt;1&gt;" in page.text and "Soup" in page.text and "Cake" in page.text
    at = f"/bookmarks/{number}"
    assert f'href="{at}"' in (await kay.get(f"/@lou/{number}")).text, "the post leads there"
    form = await kay.get(at)
    assert_is_sound(form.text)
    moved = await kay.submit(at, at, folder=folder.partition("=")[2])
    assert moved.location == folder
    inside = (await kay.get(folder)).text
    assert "Cake" in inside and "Soup" not in inside
    assert "Soup" in (await kay.get("/bookmarks?q=SOUP+noodles")).text
    found = (await kay.get(folder + "&q=with")).text
    assert "Cake" in found and "Soup" not in found and "1 post found" in found
    assert "Nothing here says" in (await kay.get("/bookmarks?q=fish")).text
    await kay.submit(at, at, folder="")
    assert "Nothing in this folder yet" in (await kay.get(folder)).text
    number = folder.partition("=")[2]
    renamed = await kay.submit("/bookmarks/folders", "/bookmarks/folders", act="rename", folder=number, name=" ")
    assert renamed.status == 422 and "can't be blank" in said(renamed.text).replace("&#x27;", "'").replace("&#39;", "'")
    await kay.submit("/bookmarks/folders", "/bookmarks/folders", act="rename", folder=number, name="Later")
    assert "Later" in (await kay.get("/bookmarks")).text
    assert (await lou.get(folder)).status == 404, "somebody else's does not exist"
    await kay.submit("/bookmarks/folders", "/bookmarks/folders", act="end", folder=number)
    assert (await kay.get(folder)).status == 404 and "Cake" in (await kay.get("/bookmarks")).text


async def test_why_somebody_sees_a_post(site):
    [mo, ned] = await joined(await front_door(), "mo", "ned")
    at, number = await written(ned, "Tide is out")
    page = await mo.get(at + "/why")
    assert_is_sound(page.text)
    assert "It is public" in said(page.text) and "You follow @ned" not in said(page.text)
    assert f'href="{at}/why"' in (await mo.get(at)).text
    await mo.follow("ned")
    assert "You follow @ned." in said((await mo.get(at + "/why")).text)
    assert (await mo.get(f"/@ned/{int(number) + 1}/why")).status == 404
    await ned.submit(f"{at}/delete", f"{at}/delete")
    assert (await mo.get(at + "/why")).status == 404
