"""Scheduled posts and drafts, as an app has them; time is moved by hand."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from petrel.core import clock, seal
from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import drafts, media
from petrel.features.drafts import commands
from petrel.worker import jobs as jobs_worker
from tests import samples
from tests.api.members import Members
from tests.api.uploading import ready

HOUR = timedelta(hours=1)
DRAFTS = "/api/v1/petrel/drafts"


@pytest.fixture
def api(api):
    return Members(api)


class Clock:
    """Noon of today, so that an hour later is the same day. Numbers go on by the real time."""

    def __init__(self):
        self.at = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)

    def now(self):
        return self.at


CLOCK = Clock()


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    CLOCK.__init__()
    monkeypatch.setattr(clock, "now", CLOCK.now)


def after(wait):
    return (clock.now() + wait).isoformat()


async def plan(api, who, text="Later", wait=HOUR, **more):
    return await api.post("/api/v1/statuses", as_=who, status=text, scheduled_at=after(wait), **more)


async def posts_of(api, who):
    found = (await api.get(f"/api/v1/accounts/{who.id}/statuses", as_=who)).json
    return [(one["content"], one["visibility"]) for one in found]


async def pass_time(wait=HOUR):
    CLOCK.at += wait
    return await drafts.publish_due()


async def test_a_scheduled_post_is_published_when_its_time_comes(api):
    ann, ben = await api.join(2)
    told = await plan(api, ann, "Tomorrow", spoiler_text="news", visibility="unlisted", language="de")
    one = told.json
    assert told.status == 200 and one["scheduled_at"] == (clock.now() + HOUR).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert one["params"] | {"text": "Tomorrow", "spoiler_text": "news", "visibility": "unlisted", "language": "de",
                            "sensitive": False, "in_reply_to_id": None} == one["params"]
    assert (await api.get("/api/v1/scheduled_statuses", as_=ann)).json == [one]
    assert (await api.get(f"/api/v1/scheduled_statuses/{one['id']}", as_=ann)).json == one
    assert (await api.get(f"/api/v1/scheduled_statuses/{one['id']}", as_=ben)).status == 404
    assert (await api.get("/api/v1/scheduled_statuses", as_=ben)).json == []
    assert await pass_time(HOUR / 2) is None and await posts_of(api, ann) == []
    assert await pass_time(HOUR / 2) == "1 scheduled posts published"
    [(content, visibility)] = await posts_of(api, ann)
    assert "Tomorrow" in content and visibility == "unlisted"
    assert (await api.get("/api/v1/scheduled_statuses", as_=ann)).json == []
    await jobs_worker.drain()
    assert await seal.keys([int(one["id"])]) == {}


async def test_it_is_published_once_by_however_many(api):
    ann, = await api.join()
    for n in range(3):
        await plan(api, ann, f"Post {n}")
    CLOCK.at += HOUR
    await asyncio.gather(*(drafts.publish_due() for _ in range(3)))
    assert sorted(text for text, _ in await posts_of(api, ann)) == [f"<p>Post {n}</p>" for n in range(3)]
    assert await drafts.publish_due() is None


async def test_a_kill_in_the_middle_leaves_both_or_none(api, monkeypatch):
    ann, = await api.join()
    await plan(api, ann)

    def killed(*_args, **_named):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("petrel.core.doors.Writer.later", killed)
        assert await pass_time() is None and await posts_of(api, ann) == []
    assert await pass_time() == "1 scheduled posts published"
    assert len(await posts_of(api, ann)) == 1


async def test_moving_and_cancelling(api):
    ann, ben = await api.join(2)
    one = (await plan(api, ann)).json
    wanted = {"scheduled_at": after(2 * HOUR)}
    assert (await api.ask("PUT", f"/api/v1/scheduled_statuses/{one['id']}", as_=ben, **wanted)).status == 404
    moved = await api.ask("PUT", f"/api/v1/scheduled_statuses/{one['id']}", as_=ann, scheduled_at=after(2 * HOUR))
    assert moved.status == 200 and moved.json["scheduled_at"] > one["scheduled_at"]
    assert await pass_time() is None
    assert (await api.ask("DELETE", f"/api/v1/scheduled_statuses/{one['id']}", as_=ben)).status == 404
    told = await api.ask("DELETE", f"/api/v1/scheduled_statuses/{one['id']}", as_=ann)
    assert (told.status, told.json) == (200, {})
    assert await pass_time() is None and await posts_of(api, ann) == []


@pytest.mark.parametrize("typed, text", [
    ("tomorrow", "Record invalid"),
    ("2026-13-45T99:00:00Z", "Record invalid"),
    ("9" * 400, "Record invalid"),
    ("1999-12-31T23:59:59Z", "Validation failed: Scheduled at must be at least 5 minutes in the future"),
    ("0001-01-01T00:00:00+14:00", "Record invalid"),
    ("Thu, 01 Jan 1970 00:00:00 GMT", "Validation failed: Scheduled at must be at least 5 minutes in the future"),
])
async def test_times_that_cannot_be(api, typed, text):
    ann, = await api.join()
    told = await api.post("/api/v1/statuses", as_=ann, status="x", scheduled_at=typed)
    assert (told.status, told.error) == (422, text)


async def test_how_many_and_what(api, monkeypatch):
    ann, = await api.join()
    assert (await plan(api, ann, wait=timedelta(minutes=4))).status == 422
    assert (await plan(api, ann, "")).error == "Validation failed: Text can't be blank"
    assert (await plan(api, ann, in_reply_to_id="1")).status == 404
    for _ in range(25):
        assert (await plan(api, ann)).status == 200
    exceeded = "Validation failed: You have exceeded the limit of"
    assert (await plan(api, ann)).error == f"{exceeded} 25 scheduled posts for that day"
    assert (await plan(api, ann, wait=24 * HOUR)).status == 200
    monkeypatch.setattr(commands, "MOST_SCHEDULED", 26)
    assert (await plan(api, ann, wait=48 * HOUR)).error == f"{exceeded} 300 scheduled posts"
    page = await api.get("/api/v1/scheduled_statuses?limit=20", as_=ann)
    rest = await api.get(page.link("next"), as_=ann)
    assert len(set(page.ids + rest.ids)) == 26


async def test_an_idempotency_key_schedules_once(api):
    ann, = await api.join()
    asked = {"status": "x", "scheduled_at": after(HOUR)}
    first, second = [await api._ask("POST", "/api/v1/statuses", token=ann.token, json=asked,
                                    headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert first.json["id"] == second.json["id"]
    assert len((await api.get("/api/v1/scheduled_statuses", as_=ann)).json) == 1


async def test_a_draft_saved_again_under_its_key_is_the_same_with_what_was_written_meanwhile(api):
    ann, ben = await api.join(2)

    async def save(who, text, key):
        return (await api._ask("POST", DRAFTS, token=who.token, json={"status": text},
                               headers={"Idempotency-Key": key})).json

    first, again = await save(ann, "Half", "k"), await save(ann, "Half a sentence", "k")
    assert first["id"] == again["id"] and again["params"]["text"] == "Half a sentence"
    other, bens = await save(ann, "Another", "l"), await save(ben, "Half", "k")
    assert len({first["id"], other["id"], bens["id"]}) == 3
    assert [one["params"]["text"] for one in (await api.get(DRAFTS, as_=ann)).json] == ["Another", "Half a sentence"]


async def test_what_holds_when_its_time_comes(api):
    """The default of then is not that of now; the app may be gone; a block stands."""
    ann, ben = await api.join(2)
    await pass_time(24 * HOUR)        # what other tests had left
    await api.set(ann, default_audience=2)
    asked = await api.post("/api/v1/statuses", as_=ben, status="A question")
    assert (await plan(api, ann)).json["params"]["visibility"] == "private"
    await plan(api, ann, "Answer", in_reply_to_id=asked.json["id"], visibility="public")
    await api.set(ann, default_audience=0)
    await api.post(f"/api/v1/accounts/{ann.id}/block", as_=ben)
    async with writing(System("test"), cause="test") as w:
        await w.execute("update accounts.token set revoked_at = now() where account = $1", ann.id)
        w.record("accounts.token.revoked", 1)
    assert await pass_time() == "1 scheduled posts published"
    ann = await api.with_app_for_crew(ann)
    assert await posts_of(api, ann) == [("<p>Later</p>", "private")]
    [left] = (await api.get(DRAFTS, as_=ann)).json
    assert (left["params"]["text"], left["refused"]) == ("Answer", "Record not found")
    assert (await api.get("/api/v1/scheduled_statuses", as_=ann)).json == []


async def test_drafts(api):
    ann, ben = await api.join(2)
    one = (await api.post(DRAFTS, as_=ann, status="Half a", visibility="private")).json
    assert set(one) == {"id", "updated_at", "refused", "params", "media_attachments"}
    assert (one["params"]["text"], one["params"]["visibility"], one["refused"]) == ("Half a", "private", None)
    assert (await api.get(f"{DRAFTS}/{one['id']}", as_=ben)).status == 404
    assert (await api.ask("PUT", f"{DRAFTS}/{one['id']}", as_=ben, status="x")).status == 404
    whole = (await api.ask("PUT", f"{DRAFTS}/{one['id']}", as_=ann, status="Half a thought")).json
    assert (whole["params"]["text"], whole["params"]["visibility"]) == ("Half a thought", None)
    assert (await api.get(f"{DRAFTS}/{one['id']}", as_=ann)).json == whole
    assert (await api.get(DRAFTS, as_=ann)).json == [whole]
    assert (await api.get(f"/api/v1/scheduled_statuses/{one['id']}", as_=ann)).status == 404
    assert (await api.ask("DELETE", f"/api/v1/scheduled_statuses/{one['id']}", as_=ann)).status == 404
    assert (await api.ask("DELETE", f"{DRAFTS}/{one['id']}", as_=ann)).json == {}
    assert (await api.get(DRAFTS, as_=ann)).json == []


async def test_drafts_end_somewhere(api, monkeypatch):
    ann, = await api.join()
    monkeypatch.setattr(commands, "MOST_DRAFTS", 2)
    for _ in range(2):
        await api.post(DRAFTS, as_=ann, status="x")
    told = await api.post(DRAFTS, as_=ann, status="x")
    assert (told.status, told.error) == (422, "Validation failed: You have reached the maximum number of 100 drafts")
    told = await api.post(DRAFTS, as_=ann, status="x" * 20_001)
    assert told.error == "Validation failed: A draft can have at most 20000 characters"


async def test_what_a_draft_says_is_sealed(site, api):
    ann, = await api.join()
    one = (await api.post(DRAFTS, as_=ann, status="secretword")).json
    async with reading(System("test")) as r:
        row = await r.row("select * from (select cell, id, account, due_at, media from drafts.draft) d where id = $1",
                          int(one["id"]))
    assert row is not None and "secretword" not in str(dict(row))


async def test_scheduled_posts_hold_their_files(api, tmp_path):
    ann, ben = await api.join(2)
    media.install(tmp_path)
    try:
        one = await ready(api._ask, ann.token, samples.placed_jpeg(), description="the tower")
        told = (await plan(api, ann, "", media_ids=[one["id"]])).json
        assert told["params"]["media_ids"] == [one["id"]]
        assert [file["description"] for file in told["media_attachments"]] == ["the tower"]
        draft = (await api.post(DRAFTS, as_=ben, status="x", media_ids=[one["id"]])).json
        assert draft["params"]["media_ids"] == [one["id"]] and draft["media_attachments"] == [], "somebody else's"
        await pass_time()
        [post] = (await api.get(f"/api/v1/accounts/{ann.id}/statuses", as_=ann)).json
        assert [file["id"] for file in post["media_attachments"]] == [one["id"]]
    finally:
        media.install(None)
