"""Posts with files, and pictures that people wear, on the pages of the real program."""

import asyncio
import re
from typing import Any

import pytest

from petrel import app
from petrel.core.doors import Doors, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, media
from petrel.features.media import Use
from petrel.worker import jobs
from petrel.worker.followers import drain
from tests import samples
from tests.api.uploading import form_of
from tests.people import act
from tests.uploads import somewhere, uploaded
from tests.web.browser import Answer
from tests.web.someone import Someone, front_door, joined
from tests.web.test_desk import case_of, crew_of
from tests.web.test_rooms_telling import member


@pytest.fixture(scope="module", autouse=True)
def folder() -> Any:
    app.load_rooms()
    with somewhere() as found:
        yield found


async def compose(who: Someone, files: dict[str, bytes], **fields: str) -> Answer:
    """From the composer, while what comes is read."""
    form = {**(await who.get(fields.pop("at", "/compose"))).hidden, "back": "", "audience": "public", **fields}
    body, headers = form_of(files, form)
    waiting = asyncio.create_task(who.ask("POST", "/compose", body, headers))
    while not waiting.done():
        await jobs.drain(until_s=0)
        await asyncio.sleep(0.02)
    return await waiting


def addresses_of(page: Answer) -> list[str]:
    return re.findall(r'<img src="(/media/[^"]*)"', page.text)


async def test_files_that_do_not_fit_together_are_put_right_and_posted(site: Doors) -> None:
    """One journey: a wrong choice, the picture without words in excerpts, quoted, reported; whose address is whose."""
    door = await front_door()
    ann, bea = await joined(door, "fann", "fbea")
    mod = await crew_of(door, "fmod")
    files = {"file1": samples.picture(), "file2": samples.film()}
    wrong = await compose(ann, files, text="", description1="A tern", description2="It flies")
    assert wrong.status == 422 and "Cannot attach a video" in wrong.text
    assert "A tern" in wrong.text and "It flies" in wrong.text
    picture, _film = re.findall(r'name="(media\d+)" value="1" checked', wrong.text)
    [shown, _] = addresses_of(wrong)
    assert (await ann.get(shown)).status == 200, "seen before it is posted"
    sent = await ann.post("/compose", **{**wrong.hidden, "text": "", "audience": "public", picture: "1"})
    assert sent.status == 303, sent.text
    post = sent.location

    page = await bea.get(post)
    [address] = addresses_of(page)
    assert "?" not in address and 'alt="A tern"' in page.text, "what everybody may have has one address"
    assert (await Someone(door).get(address)).status == 200
    closed = (await compose(ann, {"file1": samples.picture(70, 50)}, text="For few", audience="followers")).location
    await bea.follow("fann")
    page = await bea.get(closed)
    [address] = addresses_of(page)
    assert "?as=" in address and (await Someone(door).get(address)).status == 200
    assert 'loading="lazy"' not in page.text.partition(address)[2].partition(">")[0], "its address ends in minutes"

    quote = await bea.submit(f"/compose?quote={post.rpartition('/')[2]}", "/compose", text="Look", audience="public",
                             back="")
    page = await Someone(door).get(quote.location)
    assert 'alt="A tern"' in page.text.partition('<aside class="quote">')[2].partition("</aside>")[0]
    await bea.press(post, "like on")
    await drain()
    told = await ann.get("/notifications")
    assert f'<a href="{post}">1 picture</a>' in told.text
    assert 'content="1 picture"' in (await Someone(door).get(post)).text

    number = post.rpartition("/")[2]
    await bea.submit(f"/report?post={number}", "/report", category="violation", comment="Not a tern")
    case = await mod.get(await case_of(mod, "fann"))
    assert re.search(rf'<label for="post_{number}">\s*Post {number}, without text</label>', case.text)


async def worn(who: Member, use: Use) -> None:
    number = await uploaded(who, samples.picture(300, 100), purpose="avatar" if use is Use.AVATAR else "header")
    async with writing(who, cause="tests") as w:
        name = await media.wear(w, number, use)
        await accounts.update(w, accounts.Changes(**{use.name.lower(): name}))


async def test_uploaded_pictures_of_an_account_are_those_that_its_pages_show(site: Doors) -> None:
    door = await front_door()
    cid, dot = await joined(door, "fcid", "fdot")
    who = await member(cid)
    post = await cid.write("Hello")
    drawn = await dot.get("/@fcid")
    assert f'src="/headers/{who.account}.svg"' in drawn.text
    for use in (Use.AVATAR, Use.HEADER):
        await worn(who, use)
    page = await dot.get("/@fcid")
    [header] = re.findall(r'class="header" src="(/media/[^"]*)"', page.text)
    assert "?" not in header and (await dot.get(header)).status == 200
    for path in ("/@fcid", post):
        [image] = re.findall(r'property="og:image" content="([^"]*)"', (await Someone(door).get(path)).text)
        assert "/media/" in image and (await dot.get(image.partition("8000")[2])).status == 200, path

    await dot.follow("fcid")
    await act(System("tests"), accounts.protect, who.account)
    [closed] = re.findall(r'class="header" src="(/media/[^"]*)"', (await dot.get("/@fcid")).text)
    assert "?as=" in closed and (await Someone(door).get(closed)).status == 200
    assert (await dot.get(header)).status == 404
    assert "/headers/" in (await Someone(door).get("/@fcid")).text, "for who sees the first line, the one that is drawn"
