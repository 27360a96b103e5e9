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
