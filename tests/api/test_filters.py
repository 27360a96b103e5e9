import pytest

from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


async def made(api, owner, **body):
    body = {"title": "Spoilers", "context": ["home"], **body}
    return (await api.post("/api/v2/filters", as_=owner, **body)).json


async def test_a_filter_from_making_to_deleting(api):
    ann, = await api.join(1)
    one = await made(api, ann, filter_action="hide", expires_in=3600, keywords_attributes=[
        {"keyword": "finale", "whole_word": "true"}, {"keyword": "plot", "whole_word": False}])
    assert set(one) == {"id", "title", "context", "expires_at", "filter_action", "keywords", "statuses"}
    assert [(k["keyword"], k["whole_word"]) for k in one["keywords"]] == [("finale", True), ("plot", False)]
    assert one["expires_at"].endswith("Z") and one["filter_action"] == "hide"

    first, second = one["keywords"]
    query = (f"keywords_attributes[][id]={first['id']}&keywords_attributes[][_destroy]=true"
             f"&keywords_attributes[][id]={second['id']}&keywords_attributes[][keyword]=twist&expires_in=")
    changed = (await api.ask("PUT", f"/api/v2/filters/{one['id']}?{query}", as_=ann)).json
    assert changed["keywords"] == [{"id": second["id"], "keyword": "twist", "whole_word": False}]
    assert changed["expires_at"] is None and changed["title"] == "Spoilers"
    assert (await api.get("/api/v2/filters", as_=ann)).json == [changed]
    assert (await api.get(f"/api/v2/filters/{one['id']}", as_=ann)).json == changed
    gone = await api.ask("DELETE", f"/api/v2/filters/{one['id']}", as_=ann)
    assert (gone.status, gone.json) == (200, {})
    assert (await api.get(f"/api/v2/filters/{one['id']}", as_=ann)).status == 404


async def test_keywords_one_by_one(api):
    ann, eve = await api.join(2)
    number = (await made(api, ann))["id"]
    added = (await api.post(f"/api/v2/filters/{number}/keywords", as_=ann, keyword="bees")).json
    assert (added["keyword"], added["whole_word"]) == ("bees", True)
    one = f"/api/v2/filters/keywords/{added['id']}"
    assert (await api.ask("PUT", one, as_=ann, keyword="wasps", whole_word=False)).json == {
        "id": added["id"], "keyword": "wasps", "whole_word": False}
    assert (await api.get(one, as_=ann)).json["keyword"] == "wasps"
    for method in ("GET", "PUT", "DELETE"):
        assert (await api.ask(method, one, as_=eve)).status == 404
    assert (await api.get(f"/api/v2/filters/{number}/keywords", as_=ann)).ids == [int(added["id"])]
    assert (await api.ask("DELETE", one, as_=ann)).json == {}
    assert (await api.get(f"/api/v2/filters/{number}/keywords", as_=ann)).json == []
    told = await api.post(f"/api/v2/filters/{number}/keywords", as_=ann)
    assert (told.status, told.error) == (422, "Validation failed: Keyword can't be blank")


async def test_single_posts(api):
    ann, eve = await api.join(2)
    number = (await made(api, ann))["id"]
    post = (await api.post("/api/v1/statuses", as_=eve, status="look at this")).json["id"]
    secret = (await api.post("/api/v1/statuses", as_=eve, status="not for you", visibility="private")).json["id"]
    target = f"/api/v2/filters/{number}/statuses"
    added = (await api.post(target, as_=ann, status_id=post)).json
    assert added["status_id"] == post
    assert (await api.post(target, as_=ann, status_id=secret)).status == 404
    assert (await api.post(target, as_=ann, status_id="17")).status == 404
    assert (await api.get(target, as_=ann)).json == [added]
    assert (await api.get(f"/api/v2/filters/statuses/{added['id']}", as_=ann)).json == added
    assert (await api.ask("DELETE", f"/api/v2/filters/statuses/{added['id']}", as_=ann)).json == {}
    assert (await api.get(target, as_=ann)).json == []


@pytest.mark.parametrize("body, text", [
    ({}, "Validation failed: Title can't be blank, Context can't be blank, Context None or invalid context supplied"),
    ({"title": "t", "context": ["attic"]}, "Validation failed: Context None or invalid context supplied"),
    ({"title": "t", "context": ["home"], "filter_action": "burn"}, "one of"),
    ({"title": "t", "context": ["home"], "expires_in": "soon"}, "seconds"),
])
async def test_wrong_filters_are_refused(api, body, text):
    ann, = await api.join(1)
    told = await api.post("/api/v2/filters", as_=ann, **body)
    assert told.status == 422
    assert text in told.error
