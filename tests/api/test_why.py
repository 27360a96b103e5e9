"""Why somebody sees a post, said to themselves: an API of our own."""

import pytest

from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


async def why(api, who, post):
    return await api.get(f"/api/v1/petrel/statuses/{post}/why", as_=who)


async def codes(api, who, post):
    return [one["code"] for one in (await why(api, who, post)).json["reasons"]]


async def write(api, who, text, **more):
    return (await api.post("/api/v1/statuses", as_=who, status=text, **more)).json["id"]


async def follow(api, who, other, **more):
    await api.post(f"/api/v1/accounts/{other.id}/follow", as_=who, **more)


async def test_what_one_follows_brings_it(api):
    ann, ben, cid = await api.join(3)
    public = await write(api, ben, "for all")
    assert await codes(api, ann, public) == ["public"]
    await follow(api, ann, ben)
    told = (await why(api, ann, public)).json
    assert [one["code"] for one in told["reasons"]] == ["follows", "public"]
    assert told["reasons"][0] | {"text": ""} == {
        "code": "follows", "text": "", "account_id": str(ben.id), "acct": ben.handle, "list_id": None, "name": None}
    assert told["reasons"][0]["text"] == f"You follow @{ben.handle}."
    assert (told["visibility"], told["because"], told["text"]) == ("public", "everybody", "It is for everybody.")
    private = await write(api, ben, "for mine", visibility="private")
    told = (await why(api, ann, private)).json
    assert (told["visibility"], told["because"]) == ("private", "follows")
    assert told["text"] == f"It is for the followers of @{ben.handle}, and you are one of them."
    quiet = await write(api, cid, "not announced", visibility="unlisted")
    assert await codes(api, ann, quiet) == ["link"]
    assert await codes(api, cid, quiet) == ["own"]


async def test_boosts_by_whom_one_follows_and_shows(api):
    ann, ben, cid, dan = await api.join(4)
    post = await write(api, dan, "worth it", visibility="unlisted")
    await follow(api, ann, ben)
    for booster in (ben, cid):
        boost = (await api.post(f"/api/v1/statuses/{post}/reblog", as_=booster)).json["id"]
    told = (await why(api, ann, post)).json["reasons"]
    assert [(one["code"], one["acct"]) for one in told] == [("boost", ben.handle)], "not that of a stranger"
    assert (await why(api, ann, boost)).json["status_id"] == post, "a boost is what it boosts"
    await follow(api, ann, ben, reblogs=False)
    assert await codes(api, ann, post) == ["link"], "their boosts are not shown"


async def test_a_boost_that_one_may_not_see_is_no_reason(api):
    ann, ben, dan = await api.join(3)
    post = await write(api, dan, "worth it", visibility="unlisted")
    await follow(api, ann, ben)
    await api.post(f"/api/v1/statuses/{post}/reblog", as_=ben)
    await api.post(f"/api/v1/accounts/{ben.id}/mute", as_=ann)
    assert await codes(api, ann, post) == ["link"]


async def test_lists_tags_answers_and_names(api):
    ann, ben, cid = await api.join(3)
    await follow(api, ann, ben)
    shelf = (await api.post("/api/v1/lists", as_=ann, title="Sea people")).json["id"]
    await api.post(f"/api/v1/lists/{shelf}/accounts", as_=ann, account_ids=[str(ben.id)])
    await api.post("/api/v1/tags/tides/follow", as_=ann)
    said = await write(api, ben, f"@{ann.handle} look #Tides #other")
    told = {one["code"]: one for one in (await why(api, ann, said)).json["reasons"]}
    assert list(told) == ["mention", "follows", "list", "tag", "public"]
    assert (told["list"]["list_id"], told["list"]["name"], told["tag"]["name"]) == (shelf, "Sea people", "Tides")
    answer = await write(api, cid, f"@{ben.handle} yes", in_reply_to_id=said, visibility="unlisted")
    assert await codes(api, ann, answer) == ["reply_to_followed"]
    mine = await write(api, ann, "asked", visibility="unlisted")
    answered = await write(api, cid, "answered", in_reply_to_id=mine, visibility="unlisted")
    assert await codes(api, ann, answered) == ["reply_to_you"]
    direct = await write(api, cid, f"@{ann.handle} psst", visibility="direct")
    told = (await why(api, ann, direct)).json
    assert (told["visibility"], told["because"]) == ("direct", "named")
    assert [one["code"] for one in told["reasons"]] == ["mention"]


async def test_which_filters_it_runs_into(api):
    ann, ben = await api.join(2)
    post = await write(api, ben, "Football all day")
    for title, word, context in (("Sport", "football", ["public", "home"]), ("Other", "chess", ["home"])):
        await api.post("/api/v2/filters", as_=ann, title=title, context=context, filter_action="hide",
                       keywords_attributes=[{"keyword": word}])
    assert [(one["title"], one["filter_action"]) for one in (await why(api, ann, post)).json["filters"]] == [
        ("Sport", "hide")]
    assert (await why(api, ben, post)).json["filters"] == []


async def test_what_one_may_not_see_has_no_reasons(api):
    ann, ben, eve = await api.join(3)
    hidden = await write(api, ben, "for mine", visibility="private")
    direct = await write(api, ben, f"@{ann.handle} psst", visibility="direct")
    gone = await write(api, ben, "gone")
    await api.ask("DELETE", f"/api/v1/statuses/{gone}", as_=ben)
    public = await write(api, ben, "for all")
    await api.post(f"/api/v1/accounts/{eve.id}/block", as_=ben)
    answers = {(told.status, told.body) for told in [
        await why(api, eve, post) for post in (hidden, direct, gone, public, int(public) + 1)]}
    assert answers == {(404, b'{"error":"Record not found"}')}
    assert (await api.get(f"/api/v1/petrel/statuses/{public}/why")).status == 401
