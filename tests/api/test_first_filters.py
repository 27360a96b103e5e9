"""Filters as older apps know them: one keyword each."""

import pytest

from tests.api.members import Members

SHARED = "more than one filter keyword"


@pytest.fixture
def api(api):
    return Members(api)


async def test_a_first_filter_is_a_filter_of_version_2_with_one_keyword(api):
    ann, ben = await api.join(2)
    made = (await api.post("/api/v1/filters", as_=ann, phrase="finale", context=["home", "public"], whole_word=True,
                           irreversible=True, expires_in=3600)).json
    assert (made["phrase"], made["whole_word"], made["irreversible"]) == ("finale", True, True)
    assert made["expires_at"] and made["context"] == ["home", "public"]
    [whole] = (await api.get("/api/v2/filters", as_=ann)).json
    assert (whole["title"], whole["filter_action"], whole["keywords"][0]["id"]) == ("finale", "hide", made["id"])
    changed = await api.ask("PUT", f"/api/v1/filters/{made['id']}", as_=ann, phrase="end", context=["thread"],
                            irreversible=False)
    assert (changed.json["phrase"], changed.json["context"], changed.json["irreversible"]) == ("end", ["thread"], False)
    assert (await api.get(f"/api/v1/filters/{made['id']}", as_=ann)).json == changed.json
    assert (await api.get("/api/v1/filters", as_=ann)).json == [changed.json]
    for method in ("GET", "PUT", "DELETE"):
        assert (await api.ask(method, f"/api/v1/filters/{made['id']}", as_=ben)).status == 404
    assert (await api.ask("DELETE", f"/api/v1/filters/{made['id']}", as_=ann)).json == {}
    assert (await api.get("/api/v2/filters", as_=ann)).json == []


async def test_what_several_keywords_share_is_not_changed_by_one(api):
    ann, = await api.join(1)
    whole = (await api.post("/api/v2/filters", as_=ann, title="T", context=["home"], filter_action="blur",
                            keywords_attributes=[{"keyword": "one"}, {"keyword": "two"}])).json
    one, two = (await api.get("/api/v1/filters", as_=ann)).json
    assert (one["phrase"], two["phrase"], one["irreversible"]) == ("one", "two", False)
    target = f"/api/v1/filters/{one['id']}"
    told = await api.ask("PUT", target, as_=ann, phrase="three", context=["public"])
    assert told.status == 422 and SHARED in told.error
    same = await api.ask("PUT", target, as_=ann, phrase="three", context=["home"], irreversible=False)
    assert same.json["phrase"] == "three"
    assert (await api.ask("DELETE", target, as_=ann)).status == 200
    [left] = (await api.get("/api/v2/filters", as_=ann)).json
    assert (left["id"], left["filter_action"]) == (whole["id"], "blur")
    assert [k["keyword"] for k in left["keywords"]] == ["two"]


async def test_a_first_filter_needs_a_phrase_and_a_place(api):
    ann, = await api.join(1)
    told = await api.post("/api/v1/filters", as_=ann, context=["home"])
    assert (told.status, told.error) == (422, "Validation failed: Phrase can't be blank")
    told = await api.post("/api/v1/filters", as_=ann, phrase="x", context=["nowhere"])
    assert told.status == 422 and "context" in told.error
