"""Quotes, who may quote and who may answer, as apps meet them."""

import asyncio

import pytest

from tests.api.members import Members
from tests.drain import drain

AUTOMATIC = {"automatic": ["public"], "manual": [], "current_user": "automatic"}


@pytest.fixture
def api(api):
    return Members(api)


async def write(api, who, text="Look", **more):
    told = await api.post("/api/v1/statuses", as_=who, status=text, **more)
    assert told.status == 200, told.json
    return told.json


async def quote(api, who, quoted, text="See this", **more):
    return await write(api, who, text, quoted_status_id=quoted["id"], **more)


async def seen(api, who, post):
    return (await api.get(f"/api/v1/statuses/{post['id']}", as_=who)).json


async def told_of(api, who, kind):
    await drain("notifications")
    return (await api.get(f"/api/v1/notifications?types[]={kind}", as_=who)).json


async def test_a_quote_from_writing_to_revoking(api):
    ann, ben, cat = await api.join(3)
    first = await write(api, ann)
    assert first["quote"] is None and first["quotes_count"] == 0 and first["quote_approval"] == AUTOMATIC
    second = await quote(api, ben, first)
    assert second["quote"]["state"] == "accepted" and second["quote"]["quoted_status"]["content"] == "<p>Look</p>"
    assert second["quote"]["quoted_status"]["account"]["id"] == str(ann.id)
    for who in (ann, ben, cat, None):
        assert (await seen(api, who, second))["quote"]["quoted_status"]["id"] == first["id"]
    assert (await api.get(f"/api/v1/accounts/{ben.id}/statuses", as_=cat)).json[0]["quote"]["state"] == "accepted"
    await drain("counts")
    assert (await seen(api, cat, first))["quotes_count"] == 1
    assert (await api.get(f"/api/v1/statuses/{first['id']}/quotes", as_=cat)).ids == [int(second["id"])]
    [told] = await told_of(api, ann, "quote")
    assert told["status"]["id"] == second["id"] and told["account"]["id"] == str(ben.id)

    refused = await api.post(f"/api/v1/statuses/{first['id']}/quotes/{second['id']}/revoke", as_=ben)
    assert refused.status == 404
    gone = await api.post(f"/api/v1/statuses/{first['id']}/quotes/{second['id']}/revoke", as_=ann)
    assert (gone.status, gone.json["quote"]) == (200, {"state": "revoked", "quoted_status": None})
    for who in (ben, cat, None):
        assert (await seen(api, who, second))["quote"] == {"state": "revoked", "quoted_status": None}
    await drain("counts")
    assert (await seen(api, cat, first))["quotes_count"] == 0
    assert (await api.get(f"/api/v1/statuses/{first['id']}/quotes", as_=cat)).json == []
    assert await told_of(api, ann, "quote") == []
    again = await api.post(f"/api/v1/statuses/{first['id']}/quotes/{second['id']}/revoke", as_=ann)
    assert again.status == 404


async def test_who_may_quote(api):
    ann, fan, cat = await api.join(3)
    await api.post(f"/api/v1/accounts/{ann.id}/follow", as_=fan)
    for policy, may in (("public", {ann, fan, cat}), ("followers", {ann, fan}), ("nobody", {ann})):
        post = await write(api, ann, quote_approval_policy=policy)
        assert post["quote_approval"]["automatic"] == ([] if policy == "nobody" else [policy])
        for who in (ann, fan, cat):
            word = (await seen(api, who, post))["quote_approval"]["current_user"]
            told = await api.post("/api/v1/statuses", as_=who, status="x", quoted_status_id=post["id"])
            assert (word, told.status) == (("automatic", 200) if who in may else ("denied", 403)), policy
        assert (await seen(api, None, post))["quote_approval"]["current_user"] == "unknown"
    assert told.error == "The author of this post does not allow you to quote it"


async def test_the_policy_can_be_changed_afterwards(api):
    ann, ben = await api.join(2)
    post = await write(api, ann)
    target = f"/api/v1/statuses/{post['id']}/interaction_policy"
    assert (await api.ask("PUT", target, as_=ben, quote_approval_policy="nobody")).status == 404
    assert (await api.ask("PUT", target, as_=ann, quote_approval_policy="sometimes")).status == 422
    told = await api.ask("PUT", f"/api/v1/statuses/{post['id']}/interaction_policy", as_=ann,
                         quote_approval_policy="nobody")
    assert told.json["quote_approval"] == {"automatic": [], "manual": [], "current_user": "automatic"}
    assert told.json["edited_at"] is None
    assert (await seen(api, ben, post))["quote_approval"]["current_user"] == "denied"
    edited = await api.ask("PUT", f"/api/v1/statuses/{post['id']}", as_=ann, status="Again")
    assert edited.json["quote_approval"]["automatic"] == []
    back = await api.ask("PUT", f"/api/v1/statuses/{post['id']}", as_=ann, quote_approval_policy="public")
    assert back.json["quote_approval"] == AUTOMATIC


async def test_a_quote_shows_no_more_than_its_reader_may_see(api):
    ann, ben, cat = await api.join(3)
    first = await write(api, ann, "Words")
    second = await quote(api, ben, first)

    async def state(who):
        one = (await seen(api, who, second))["quote"]
        assert (one["quoted_status"] is None) == (one["state"] != "accepted") or one["state"] == "muted_account", one
        return one["state"]

    await api.post(f"/api/v1/accounts/{cat.id}/block", as_=ann)
    assert (await state(cat), await state(ben)) == ("unauthorized", "accepted")
    await api.post(f"/api/v1/accounts/{cat.id}/unblock", as_=ann)
    await api.post(f"/api/v1/accounts/{ann.id}/mute", as_=cat)
    muted = (await seen(api, cat, second))["quote"]
    assert muted["state"] == "muted_account" and "Words" not in muted["quoted_status"]["content"]
    await api.post(f"/api/v1/accounts/{ann.id}/unmute", as_=cat)
    await api.post(f"/api/v1/accounts/{ann.id}/block", as_=cat)
    assert await state(cat) == "blocked_account"
    await api.post(f"/api/v1/accounts/{ann.id}/unblock", as_=cat)
    await api.ask("PUT", f"/api/v1/statuses/{first['id']}", as_=ann, visibility="private")
    assert [await state(who) for who in (ann, ben, cat, None)] == ["accepted", "unauthorized", "unauthorized",
                                                                  "unauthorized"]
    await api.ask("DELETE", f"/api/v1/statuses/{first['id']}", as_=ann)
    assert await state(ann) == "deleted"


async def test_what_cannot_be_quoted(api):
    ann, ben = await api.join(2)
    await api.post(f"/api/v1/accounts/{ann.id}/follow", as_=ben)
    private = await write(api, ann, visibility="private")
    for number, status in ((private["id"], 403), ("1", 404), ("x", 404)):
        assert (await api.post("/api/v1/statuses", as_=ben, status="x", quoted_status_id=number)).status == status
    told = await api.post("/api/v1/statuses", as_=ann, status="x", quoted_status_id=private["id"], visibility="public")
    assert told.status == 422 and "cannot be wider" in told.error
    mine = await quote(api, ann, private, visibility="private")
    assert mine["quote"]["state"] == "accepted"
    told = await api.post("/api/v1/statuses", as_=ann, status="x", quoted_status_id=private["id"], visibility="direct")
    assert told.error == "Validation failed: A direct message cannot quote a post"
    wordless = await api.post("/api/v1/statuses", as_=ann, status="", quoted_status_id=private["id"],
                              visibility="private")
    assert wordless.status == 200


async def test_who_quotes_is_told_of_an_edit_once(api):
    ann, ben = await api.join(2)
    first = await write(api, ann)
    await quote(api, ben, first)
    for text in ("Look there", "Look here"):
        await api.ask("PUT", f"/api/v1/statuses/{first['id']}", as_=ann, status=text)
    [told] = await told_of(api, ben, "quoted_update")
    assert told["status"]["content"] == "<p>Look here</p>" and told["account"]["id"] == str(ann.id)


async def test_a_boost_of_a_quote_and_home_in_two_questions(api, site):
    ann, ben, cat = await api.join(3)
    await api.post(f"/api/v1/accounts/{ben.id}/follow", as_=cat)
    first = await write(api, ann)
    second = await quote(api, ben, first)
    await api.post(f"/api/v1/statuses/{second['id']}/reblog", as_=ben)
    await drain()
    await api.get("/api/v1/timelines/home", as_=cat)
    before = site.queries
    home = (await api.get("/api/v1/timelines/home", as_=cat)).json
    assert site.queries - before <= 2
    shown = home[0]["reblog"] or home[0]
    assert shown["id"] == second["id"] and shown["quote"]["quoted_status"]["id"] == first["id"]


async def test_who_may_answer_can_be_changed_afterwards(api):
    ann, fan, named, cat = await api.join(4)
    await api.post(f"/api/v1/accounts/{ann.id}/follow", as_=fan)
    post = await write(api, ann, f"Hello @{named.handle}")
    assert "reply_policy" not in post
    allowed = {"followers": {ann, fan, named}, "mentioned": {ann, named}, "everyone": {ann, fan, named, cat}}
    for policy, may in allowed.items():
        told = await api.ask("PUT", f"/api/v1/statuses/{post['id']}/interaction_policy", as_=ann, reply_policy=policy)
        assert told.json.get("reply_policy", "everyone") == policy
        for who in (ann, fan, named, cat):
            answer = await api.post("/api/v1/statuses", as_=who, status="x", in_reply_to_id=post["id"])
            assert answer.status == (200 if who in may else 403), (policy, who)
            if who not in may:
                assert answer.error == "The author of this post has limited who can reply to it"


async def test_quotes_are_counted_right_whatever_happens_at_once(api):
    ann, ben = await api.join(2)
    first = await write(api, ann)
    made = await asyncio.gather(*(quote(api, ben, first, f"n {n}") for n in range(6)))
    await api.ask("DELETE", f"/api/v1/statuses/{made[0]['id']}", as_=ben)
    await api.ask("PUT", f"/api/v1/statuses/{made[1]['id']}", as_=ben, visibility="private")
    await drain("counts")
    assert (await seen(api, ann, first))["quotes_count"] == 4
    page = await api.get(f"/api/v1/statuses/{first['id']}/quotes?limit=2", as_=ann)
    rest = await api.get(page.link("next"), as_=ann)
    assert len(set(page.ids + rest.ids)) == 4
