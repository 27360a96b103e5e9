import pytest

from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


FIELDS = {"id", "following", "showing_reblogs", "notifying", "languages", "followed_by", "blocking", "blocked_by",
          "muting", "muting_notifications", "muting_expires_at", "requested", "requested_by", "domain_blocking",
          "endorsed", "note"}


async def act(api, who, verb, other, **body):
    return await api.post(f"/api/v1/accounts/{other.id}/{verb}", as_=who, **body)


async def relation(api, who, other):
    found = await api.get("/api/v1/accounts/relationships", as_=who, **{"id[]": other.id})
    return found.json[0]


async def test_following_and_unfollowing(api):
    ann, ben = await api.join(2)
    told = await act(api, ann, "follow", ben, reblogs="false", notify="1")
    assert told.status == 200
    assert set(told.json) == FIELDS
    assert (told.json["id"], told.json["following"], told.json["showing_reblogs"], told.json["notifying"]) == (
        str(ben.id), True, False, True)
    assert (await act(api, ann, "follow", ben, reblogs=True)).json["showing_reblogs"] is True
    assert (await relation(api, ben, ann))["followed_by"] is True
    gone = (await act(api, ann, "unfollow", ben)).json
    assert (gone["following"], gone["notifying"]) == (False, False)


async def test_requests_are_answered(api):
    (ann, ben), (shy,) = await api.join(2), await api.join(1, protected=True)
    for one in (ann, ben):
        told = (await act(api, one, "follow", shy)).json
        assert (told["requested"], told["following"]) == (True, False)
    assert (await api.get("/api/v1/follow_requests", as_=shy)).ids == [ben.id, ann.id]
    assert (await relation(api, shy, ann))["requested_by"] is True
    assert (await api.post(f"/api/v1/follow_requests/{ann.id}/authorize", as_=shy)).json["followed_by"] is True
    assert (await api.post(f"/api/v1/follow_requests/{ben.id}/reject", as_=shy)).json["requested_by"] is False
    assert (await api.get("/api/v1/follow_requests", as_=shy)).json == []
    assert (await relation(api, ann, shy))["following"] is True
    again = await api.post(f"/api/v1/follow_requests/{ann.id}/authorize", as_=shy)
    assert (again.status, again.error) == (404, "Record not found")


async def test_a_block_shuts_out_and_is_told_to_nobody(api):
    ann, ben = await api.join(2)
    await act(api, ben, "follow", ann)
    assert (await act(api, ann, "block", ben)).json["blocking"] is True
    seen = await relation(api, ben, ann)
    assert (seen["blocked_by"], seen["following"]) == (False, False)
    refused = await act(api, ben, "follow", ann)
    assert (refused.status, refused.error) == (403, "This action is not allowed")
    assert (await api.get("/api/v1/blocks", as_=ann)).ids == [ben.id]
    assert (await api.get("/api/v1/blocks", as_=ben)).json == []
    assert (await act(api, ann, "unblock", ben)).json["blocking"] is False
    assert (await act(api, ben, "follow", ann)).status == 200


async def test_mutes_say_when_they_end(api):
    ann, ben, cid = await api.join(3)
    told = (await act(api, ann, "mute", ben, notifications=False, duration=3600)).json
    assert (told["muting"], told["muting_notifications"]) == (True, False)
    assert told["muting_expires_at"].endswith("Z")
    await act(api, ann, "mute", cid)
    listed = (await api.get("/api/v1/mutes", as_=ann)).json
    assert [(one["id"], one["mute_expires_at"] is None) for one in listed] == [
        (str(cid.id), True), (str(ben.id), False)]
    assert (await act(api, ann, "unmute", ben)).json["muting"] is False


async def test_notes_endorsements_and_removed_followers(api):
    ann, ben = await api.join(2)
    assert (await act(api, ann, "note", ben, comment="owes me a book")).json["note"] == "owes me a book"
    assert (await relation(api, ben, ann))["note"] == ""
    refused = await act(api, ann, "pin", ben)
    assert (refused.status, refused.error) == (
        422, "Validation failed: You must be already following the person you want to endorse")
    await act(api, ann, "follow", ben)
    assert (await act(api, ann, "pin", ben)).json["endorsed"] is True
    assert (await api.get("/api/v1/endorsements", as_=ann)).ids == [ben.id]
    assert (await api.get(f"/api/v1/accounts/{ann.id}/endorsements")).ids == [ben.id]
    assert (await act(api, ben, "remove_from_followers", ann)).json["followed_by"] is False
    assert (await api.get("/api/v1/endorsements", as_=ann)).json == []


async def test_oneself_and_nobody(api):
    ann, = await api.join(1)
    told = await act(api, ann, "follow", ann)
    assert (told.status, told.error) == (403, "Following your own account is not allowed")
    for verb in ("follow", "unfollow", "block", "unblock", "mute", "unmute", "note", "remove_from_followers", "pin"):
        for number in ("1", "nonsense", "99999999999999999999", "-5"):
            told = await api.post(f"/api/v1/accounts/{number}/{verb}", as_=ann)
            assert (told.status, told.error) == (404, "Record not found"), (verb, number)


@pytest.mark.parametrize("target", ["/api/v1/accounts/relationships", "/api/v1/follow_requests", "/api/v1/blocks",
                                    "/api/v1/mutes", "/api/v1/accounts/familiar_followers"])
async def test_nobody_signed_out_gets_in(api, target):
    assert (await api.get(target)).status == 401


async def test_scopes_are_asked_for(api):
    reader, = await api.join(1, scopes=("read:follows",))
    other, = await api.join(1)
    told = await act(api, reader, "follow", other)
    assert (told.status, told.error) == (403, "This action is outside the authorized scopes")
    old, = await api.join(1, scopes=("follow",))
    assert (await act(api, old, "follow", other)).status == 200
    assert (await act(api, old, "block", other)).status == 200


async def test_relationships_come_in_any_form_and_in_order(api):
    ann, ben, cid = await api.join(3)
    await act(api, ann, "follow", cid)
    for query in (f"id[]={cid.id}&id[]={ben.id}", f"id[0]={cid.id}&id[1]={ben.id}&id[2]=17&id[3]=x"):
        found = await api.get(f"/api/v1/accounts/relationships?{query}", as_=ann)
        assert [(int(x["id"]), x["following"]) for x in found.json] == [(cid.id, True), (ben.id, False)]
    assert (await api.get(f"/api/v1/accounts/relationships?id={ben.id}", as_=ann)).ids == [ben.id]
    assert (await api.get("/api/v1/accounts/relationships", as_=ann)).json == []


async def test_familiar_followers(api):
    me, friend, star = await api.join(3)
    await act(api, me, "follow", friend)
    await act(api, friend, "follow", star)
    found = (await api.get("/api/v1/accounts/familiar_followers", as_=me, **{"id[]": [star.id, 17]})).json
    assert [(one["id"], [a["id"] for a in one["accounts"]]) for one in found] == [(str(star.id), [str(friend.id)])]


async def test_lists_are_paged_by_link(api):
    star, *fans = await api.join(6)
    for fan in fans:
        await act(api, fan, "block", star)
        await act(api, star, "block", fan)
    first = await api.get("/api/v1/blocks?limit=2", as_=star)
    second = await api.get(first.link("next"), as_=star)
    third = await api.get(second.link("next"), as_=star)
    assert first.ids + second.ids + third.ids == [f.id for f in fans][::-1]
    assert third.link("next") is None
    assert (await api.get(first.link("prev"), as_=star)).json == []
    bad = await api.get("/api/v1/blocks?limit=-1", as_=star)
    assert bad.status == 400
