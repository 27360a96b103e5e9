"""A member's own profile as it was typed."""

import pytest

from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


async def test_the_profile_is_shown_and_changed_as_it_was_typed(api):
    ann, = await api.join(1, scopes=("profile", "read", "write"))
    await api.post("/api/v1/featured_tags", as_=ann, name="Terns")
    told = await api.ask("PATCH", "/api/v1/profile", as_=ann, display_name="Ann", note="See #terns, https://a.example",
                         locked=True, fields_attributes=[{"name": "site", "value": "https://a.example"}])
    shown = (await api.get("/api/v1/profile", as_=ann)).json
    assert told.json == shown
    assert (shown["display_name"], shown["note"], shown["locked"]) == ("Ann", "See #terns, https://a.example", True)
    assert [(f["name"], f["value"]) for f in shown["fields"]] == [("site", "https://a.example")]
    assert [t["name"] for t in shown["featured_tags"]] == ["Terns"] and shown["avatar"] is None
    same = (await api.get("/api/v1/accounts/verify_credentials", as_=ann)).json
    assert same["source"]["note"] == shown["note"] and same["locked"]
    only_note = (await api.ask("PATCH", "/api/v1/profile", as_=ann, note="")).json
    assert only_note == shown | {"note": ""}


async def test_the_scope_profile_is_enough_to_read_it_and_not_to_change_it(api):
    ann, = await api.join(1, scopes=("profile",))
    assert (await api.get("/api/v1/profile", as_=ann)).json["display_name"] == ""
    assert (await api.ask("PATCH", "/api/v1/profile", as_=ann, note="x")).status == 403
    assert (await api.get("/api/v1/profile")).status == 401


async def test_what_a_profile_shows_and_who_may_name_its_owner_is_kept(api):
    ann, = await api.join()
    one = (await api.get("/api/v1/profile", as_=ann)).json
    assert (one["show_media"], one["show_media_replies"], one["show_featured"]) == (True, True, True)
    told = await api.ask("PATCH", "/api/v1/profile", as_=ann, show_media=False, show_media_replies=False,
                         show_featured=False, avatar_description=" a tern ", header_description="the sea",
                         attribution_domains=["News.example", "*.press.example", "news.example"])
    assert told.json == one | {
        "show_media": False, "show_media_replies": False, "show_featured": False, "avatar_description": "a tern",
        "header_description": "the sea", "attribution_domains": ["news.example", "press.example"]}
    seen = (await api.get(f"/api/v1/accounts/{ann.id}")).json
    assert (seen["show_media"], seen["avatar_description"], seen["header_description"]) == (False, "a tern", "the sea")
    own = await api.ask("PATCH", "/api/v1/accounts/update_credentials", as_=ann, show_media=True,
                        attribution_domains=[""])
    assert own.json["show_media"] is True and own.json["source"]["attribution_domains"] == []
    off = await api.ask("DELETE", "/api/v1/profile/avatar", as_=ann)
    assert (off.json["avatar_description"], off.json["header_description"]) == ("", "the sea")
    for bad in ({"avatar_description": "x" * 151}, {"attribution_domains": ["no domain"]},
                {"attribution_domains": [f"{n}.example" for n in range(11)]}):
        assert (await api.ask("PATCH", "/api/v1/profile", as_=ann, **bad)).status == 422, bad


async def test_who_may_quote_is_as_the_account_has_it_unless_a_post_says(api):
    ann, = await api.join()

    async def quotable(**more):
        made = await api.post("/api/v1/statuses", as_=ann, status="a tern", **more)
        return made.json["quote_approval"]["automatic"]

    assert await quotable() == ["public"]
    told = await api.ask("PATCH", "/api/v1/accounts/update_credentials", as_=ann, source={"quote_policy": "nobody"})
    assert told.json["source"]["quote_policy"] == "nobody"
    assert (await api.get("/api/v1/preferences", as_=ann)).json["posting:default:quote_policy"] == "nobody"
    assert await quotable() == [] and await quotable(quote_approval_policy="followers") == ["followers"]
    later = await api.post("/api/v1/statuses", as_=ann, status="later", scheduled_at="2099-01-01T00:00:00Z")
    assert later.json["params"]["quote_approval_policy"] == "nobody"


async def test_no_report_of_the_year_is_to_be_had(api):
    ann, = await api.join()
    assert (await api.get("/api/v1/annual_reports/2026/state", as_=ann)).json == {"state": "ineligible"}
