import pytest

from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


async def made(api, owner, title="Birds", **body):
    return (await api.post("/api/v1/lists", as_=owner, title=title, **body)).json


async def test_a_list_from_making_to_deleting(api):
    ann, = await api.join(1)
    one = await made(api, ann, replies_policy="none", exclusive=True)
    assert set(one) == {"id", "title", "replies_policy", "exclusive"}
    assert (one["title"], one["replies_policy"], one["exclusive"]) == ("Birds", "none", True)
    renamed = (await api.ask("PUT", f"/api/v1/lists/{one['id']}", as_=ann, title="Owls")).json
    assert (renamed["title"], renamed["replies_policy"], renamed["exclusive"]) == ("Owls", "none", True)
    assert (await api.get("/api/v1/lists", as_=ann)).json == [renamed]
    assert (await api.get(f"/api/v1/lists/{one['id']}", as_=ann)).json == renamed
    gone = await api.ask("DELETE", f"/api/v1/lists/{one['id']}", as_=ann)
    assert (gone.status, gone.json) == (200, {})
    assert (await api.get(f"/api/v1/lists/{one['id']}", as_=ann)).status == 404


@pytest.mark.parametrize("body, text", [
    ({}, "Validation failed: Title can't be blank"),
    ({"title": " "}, "Validation failed: Title can't be blank"),
    ({"title": "x", "replies_policy": "some"},
     "Validation failed: Replies policy must be one of: followed, list, none"),
])
async def test_wrong_lists_are_refused(api, body, text):
    ann, = await api.join(1)
    told = await api.post("/api/v1/lists", as_=ann, **body)
    assert told.status == 422
    assert sorted(told.error.split()) == sorted(text.split())


async def test_choosing_members(api):
    ann, ben, cid, stranger = await api.join(4)
    for other in (ben, cid):
        await api.post(f"/api/v1/accounts/{other.id}/follow", as_=ann)
    target = f"/api/v1/lists/{(await made(api, ann))['id']}/accounts"
    told = await api.post(target, as_=ann, account_ids=[str(stranger.id)])
    assert (told.status, told.error) == (404, "Record not found")
    told = await api.post(target, as_=ann, account_ids=[str(ben.id), str(cid.id)])
    assert (told.status, told.json) == (200, {})
    told = await api.post(target, as_=ann, account_ids=[str(ben.id)])
    assert (told.status, told.error) == (422, "Validation failed: Account has already been taken")
    page = await api.get(f"{target}?limit=1", as_=ann)
    rest = await api.get(page.link("next"), as_=ann)
    assert sorted(page.ids + rest.ids) == sorted([ben.id, cid.id])
    assert sorted((await api.get(f"{target}?limit=0", as_=ann)).ids) == sorted([ben.id, cid.id])
    assert [x["title"] for x in (await api.get(f"/api/v1/accounts/{ben.id}/lists", as_=ann)).json] == ["Birds"]
    assert (await api.ask("DELETE", target, as_=ann, account_ids=[str(ben.id)])).json == {}
    assert (await api.ask("DELETE", f"{target}?account_ids[]={stranger.id}", as_=ann)).json == {}
    assert (await api.get(target, as_=ann)).ids == [cid.id]


async def test_somebody_elses_list_does_not_exist(api):
    ann, eve = await api.join(2)
    number = (await made(api, ann))["id"]
    for method, rest, body in (("GET", "", {}), ("PUT", "", {"title": "Mine"}), ("DELETE", "", {}),
                               ("GET", "/accounts", {}), ("POST", "/accounts", {"account_ids": [str(eve.id)]}),
                               ("DELETE", "/accounts", {"account_ids": [str(eve.id)]})):
        told = await api.ask(method, f"/api/v1/lists/{number}{rest}", as_=eve, **body)
        assert (told.status, told.error) == (404, "Record not found"), (method, rest)
    assert (await api.get("/api/v1/lists", as_=eve)).json == []
    assert (await api.get("/api/v1/lists")).status == 401


async def test_a_list_timeline_shows_what_home_would_and_keeps_its_own_replies(api):
    ann, muted, left, ben = await api.join(4)
    for other in (muted, left, ben):
        await api.post(f"/api/v1/accounts/{other.id}/follow", as_=ann)
    number = (await made(api, ann, replies_policy="list"))["id"]
    members = [str(other.id) for other in (muted, left, ben)]
    await api.post(f"/api/v1/lists/{number}/accounts", as_=ann, account_ids=members)
    told = [await api.post("/api/v1/statuses", as_=other, status="hello") for other in (muted, left, ben)]
    # A reply from one member of the list to another.
    reply = await api.post("/api/v1/statuses", as_=ben, status="yes", in_reply_to_id=told[0].json["id"])
    timeline = f"/api/v1/timelines/list/{number}"
    assert {int(told[i].json["id"]) for i in range(3)} <= set((await api.get(timeline, as_=ann)).ids)

    await api.post(f"/api/v1/accounts/{muted.id}/mute", as_=ann)
    await api.post(f"/api/v1/accounts/{left.id}/unfollow", as_=ann)
    assert (await api.get(timeline, as_=ann)).ids == [int(reply.json["id"]), int(told[2].json["id"])]
    await api.post(f"/api/v1/accounts/{ben.id}/block", as_=ann)
    assert (await api.get(timeline, as_=ann)).ids == []
