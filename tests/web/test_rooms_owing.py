"""One's own data, through the pages of the real program: a copy, an end, and what others get of it: nothing."""

import io
import json
import zipfile

import asyncpg
import pytest

from petrel import app
from petrel.core.doors import deriving
from petrel.core.inventory import PURPOSES
from petrel.features import privacy
from petrel.worker import jobs
from tests.drain import drain
from tests.web.someone import PASSWORD, Someone, front_door, joined
from tests.web.test_rooms import text_of


@pytest.fixture
def data(site, tmp_path):
    app.load_rooms()
    site.run_directory = tmp_path / "run"
    site.run_directory.mkdir()
    yield tmp_path
    site.run_directory = None


async def copy_of(one: Someone) -> str:
    """Asks for a copy and has it made; its address."""
    answer = await one.submit("/settings/data", "/settings/data/export")
    assert answer.status == 303 and "Being made" in text_of(await one.get("/settings/data"))
    await jobs.drain()
    page = (await one.get("/settings/data")).text
    return "/settings/data/exports/" + page.split("/settings/data/exports/")[1].split('"')[0]


async def test_a_copy_is_asked_for_made_and_fetched_in_parts(site, data):
    [ada] = await joined(await front_door(), "ada")
    await ada.write("Seen a plover")
    address = await copy_of(ada)
    whole = await ada.get(address)
    assert whole.status == 200 and whole.headers["cache-control"] == "private, no-store"
    posts = json.loads(zipfile.ZipFile(io.BytesIO(whole.body)).read("data/posts.json"))
    assert [post["text"] for post in posts] == ["Seen a plover"]

    rest = await ada.ask("GET", address, headers={"range": "bytes=100-", "if-range": whole.headers["etag"]})
    assert rest.status == 206 and rest.body == whole.body[100:]
    assert rest.headers["content-range"] == f"bytes 100-{len(whole.body) - 1}/{len(whole.body)}"
    for asked, status in (("bytes=0-0", 206), ("bytes=-5", 206), ("bytes=999999999-", 416), ("bytes=5-2", 416),
                          ("lines=1", 416), ("bytes=-", 416)):
        assert (await ada.ask("GET", address, headers={"range": asked})).status == status, asked


async def test_somebody_elses_copy_is_as_if_it_were_not_there(site, data):
    ben, cleo = await joined(await front_door(), "ben", "cleo")
    address = await copy_of(ben)
    missing = await cleo.get("/settings/data/exports/12345")
    theirs = await cleo.get(address)
    assert (theirs.status, theirs.body) == (missing.status, missing.body) and theirs.status == 404
    for odd in ("../../petrel.toml", "..%2f..%2fx", "-1", "1e5", "99999999999999999999", "x.sealed"):
        assert (await cleo.get(f"/settings/data/exports/{odd}")).status == 404
    out = await Someone(cleo.site).get(address)
    assert out.status == 303 and out.location.startswith("/auth/sign_in")


async def test_an_expired_copy_is_gone(site, data):
    [dora] = await joined(await front_door(), "dora")
    address = await copy_of(dora)
    async with deriving("tests") as w:
        await w.execute("update privacy.export set expires_at = now() - interval '1 s'")
    assert (await dora.get(address)).status == 404
    assert "Download" not in text_of(await dora.get("/settings/data"))


async def test_a_stale_session_has_to_sign_in_again(site, data, addresses):
    [ewa] = await joined(await front_door(), "ewa")
    form = (await ewa.get("/settings/data")).hidden
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update accounts.token set made_at = now() - interval '10 minutes'")
    await owner.close()
    assert (await ewa.post("/settings/data/export", **form)).status == 403
    assert "Sign in again" in text_of(await ewa.get("/settings/data"))


async def test_deleting_takes_handle_and_password_and_tells_how_it_went(site, data):
    door = await front_door()
    finn, gil = await joined(door, "finn", "gil")
    post = await finn.write("Finn was here")
    for handle, password, said in (("gil", PASSWORD, "not the name"), ("finn", "wrong password", "not your password")):
        answer = await finn.submit("/settings/data/erase", "/settings/data/erase", handle=handle, password=password)
        assert answer.status == 422 and said in answer.text
    assert "Finn was here" in text_of(await gil.get(post))

    answer = await finn.submit("/settings/data/erase", "/settings/data/erase", handle="@Finn", password=PASSWORD)
    assert answer.status == 303 and answer.location.startswith("/erased/")
    assert (await gil.get(post)).status == 404 and (await gil.get("/@finn")).status == 404
    assert "Sign in" in text_of(await finn.get("/public"))
    assert "is being deleted" in text_of(await finn.get(answer.location))

    await jobs.drain()
    await drain("deletions")
    told = await Someone(door).get(answer.location)
    assert "Nothing of it is left" in text_of(told)
    receipt = await Someone(door).get(answer.location + "/receipt")
    assert receipt.status == 200 and json.loads(receipt.body)["receipt"]["kind"] == "account"
    assert (await Someone(door).get("/erased/nothing")).status == 404


async def test_who_is_suspended_gets_to_their_data_and_nowhere_else(site, data, addresses):
    door = await front_door()
    [hal] = await joined(door, "hal")
    await hal.write("Hal before it")
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update accounts.account set state = state | 128 where handle = 'hal'")
    await owner.close()
    again = Someone(door)
    came = await again.submit("/auth/sign_in", "/auth/sign_in", name="hal", password=PASSWORD)
    assert (came.status, came.location) == (303, "/settings/moderation")
    again = Someone(door)
    wrong = await again.submit("/auth/data", "/auth/data", name="hal", password="not it at all")
    assert wrong.status == 422
    answer = await again.submit("/auth/data", "/auth/data", name="hal", password=PASSWORD)
    assert (answer.status, answer.location) == (303, "/settings/data")
    page = text_of(await again.get("/settings/data"))
    assert "suspended" in page and "Delete your account" not in page
    assert (await again.get(await copy_of(again))).status == 200
    assert (await again.get("/settings/privacy")).status == 303
    assert (await again.get("/settings/data/erase")).status == 303


async def test_what_is_kept_is_said_to_everybody(site):
    page = text_of(await Someone(await front_door()).get("/about/data"))
    async with deriving("tests") as w:
        lines = await privacy.reach.lines_of(w)
    assert privacy.record.TITLES.keys() == PURPOSES.keys()
    for group in privacy.record.groups(lines):
        assert group.title in page
    assert "mail address as it was typed" in page and "30 days after it ended" in page
