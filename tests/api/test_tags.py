from urllib.parse import quote

import pytest

from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


async def test_following_a_tag(api):
    ann, = await api.join(1)
    told = (await api.post(f"/api/v1/tags/{'Müsli'}/follow", as_=ann)).json
    assert (told["name"], told["following"], {day["uses"] for day in told["history"]}) == ("Müsli", True, {"0"})
    assert told["url"] == f"http://localhost:8000/tags/{quote('Müsli')}"
    assert (await api.get("/api/v1/tags/musli", as_=ann)).json["following"] is True
    assert {(await api.get(f"/api/v1/tags/{name}")).json["id"] for name in ("musli", "MÜSLI")} == {"musli"}
    signed_out = (await api.get("/api/v1/tags/musli")).json
    assert "following" not in signed_out and "featuring" not in signed_out
    assert [t["name"] for t in (await api.get("/api/v1/followed_tags", as_=ann)).json] == ["Müsli"]
    assert (await api.post("/api/v1/tags/MUSLI/unfollow", as_=ann)).json["following"] is False
    assert (await api.get("/api/v1/followed_tags", as_=ann)).json == []
    told = await api.post("/api/v1/tags/no way/follow", as_=ann)
    assert (told.status, told.error) == (422, "Validation failed: Tag is invalid")
    assert (await api.get("/api/v1/tags/no way")).status == 404


async def test_followed_tags_are_paged(api):
    ann, = await api.join(1)
    for name in ("one", "two", "three"):
        await api.post(f"/api/v1/tags/{name}/follow", as_=ann)
    first = await api.get("/api/v1/followed_tags?limit=2", as_=ann)
    second = await api.get(first.link("next"), as_=ann)
    assert [t["name"] for t in first.json + second.json] == ["three", "two", "one"]


async def test_tags_on_a_profile(api):
    ann, ben = await api.join(2)
    one = (await api.post("/api/v1/featured_tags", as_=ann, name="#Birds")).json
    assert set(one) == {"id", "name", "url", "statuses_count", "last_status_at"}
    assert (one["name"], one["statuses_count"], one["last_status_at"]) == ("Birds", "0", None)
    assert (await api.post("/api/v1/tags/fish/feature", as_=ann)).json["featuring"] is True
    for viewer in (ann, ben, None):
        shown = await api.get(f"/api/v1/accounts/{ann.id}/featured_tags", as_=viewer)
        assert [t["name"] for t in shown.json] == ["Birds", "fish"]
    assert [t["name"] for t in (await api.get("/api/v1/featured_tags", as_=ann)).json] == ["Birds", "fish"]

    told = await api.ask("DELETE", f"/api/v1/featured_tags/{one['id']}", as_=ben)
    assert (told.status, told.error) == (404, "Record not found")
    assert (await api.ask("DELETE", f"/api/v1/featured_tags/{one['id']}", as_=ann)).json == {}
    assert (await api.post("/api/v1/tags/fish/unfeature", as_=ann)).json["featuring"] is False
    told = await api.post("/api/v1/featured_tags", as_=ann, name="not a tag")
    assert (told.status, told.error) == (422, "Validation failed: Tag is invalid")


async def test_tags_of_the_newest_public_posts_are_suggested_for_the_profile(api):
    ann, ben = await api.join(2)
    for text in ("#Birds and #fish", "#birds", "#stones", "#fish #birds"):
        await api.post("/api/v1/statuses", as_=ann, status=text)
    await api.post("/api/v1/statuses", as_=ann, status="#between us", visibility="private")
    await api.post("/api/v1/featured_tags", as_=ann, name="stones")
    found = (await api.get("/api/v1/featured_tags/suggestions", as_=ann)).json
    assert [(t["id"], t["featuring"], t["following"]) for t in found] == [
        ("birds", False, False), ("fish", False, False)]
    assert (await api.get("/api/v1/featured_tags/suggestions", as_=ben)).json == []
