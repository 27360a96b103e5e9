import pytest

from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


async def follow(api, who, other):
    await api.post(f"/api/v1/accounts/{other.id}/follow", as_=who)


async def test_an_account_by_number_and_by_address(api):
    ann, = await api.join(1, display_name="Ann")
    shown = (await api.get(f"/api/v1/accounts/{ann.id}")).json
    assert (shown["id"], shown["username"], shown["display_name"]) == (str(ann.id), ann.handle, "Ann")
    for acct in (ann.handle, ann.handle.upper(), f"@{ann.handle}", f"{ann.handle}@localhost:8000"):
        assert (await api.get("/api/v1/accounts/lookup", acct=acct)).json["id"] == str(ann.id)
    for acct in ("nobody", f"{ann.handle}@elsewhere.test", "not an address", ""):
        told = await api.get("/api/v1/accounts/lookup", acct=acct)
        assert (told.status, told.error) == (404, "Record not found"), acct
    assert (await api.get("/api/v1/accounts/lookup")).status == 400


async def test_several_accounts_keep_their_order(api):
    ann, ben = await api.join(2)
    found = await api.get("/api/v1/accounts", **{"id[]": [ben.id, 17, ann.id, ben.id]})
    assert found.ids == [ben.id, ann.id]
    assert (await api.get("/api/v1/accounts")).json == []


async def test_hidden_and_unknown_accounts_answer_alike(api):
    (ann,), (shy,) = await api.join(1), await api.join(1, protected=True)
    await api.post(f"/api/v1/accounts/{ann.id}/block", as_=shy)
    for rest in ("", "/followers", "/following", "/featured_tags", "/lists", "/endorsements"):
        hidden = await api.get(f"/api/v1/accounts/{shy.id}{rest}", as_=ann)
        missing = await api.get(f"/api/v1/accounts/12345{rest}", as_=ann)
        assert (hidden.status, hidden.body) == (missing.status, missing.body) == (404, missing.body)
        assert hidden.error == "Record not found"
    found = await api.get(f"/api/v1/accounts/relationships?id[]={shy.id}&id[]=12345", as_=ann)
    assert found.json == []


async def test_networks_are_shown_to_members_only(api):
    star, fan, other = await api.join(3)
    await follow(api, fan, star)
    await follow(api, star, other)
    assert (await api.get(f"/api/v1/accounts/{star.id}/followers", as_=other)).ids == [fan.id]
    assert (await api.get(f"/api/v1/accounts/{star.id}/following", as_=other)).ids == [other.id]
    signed_out = await api.get(f"/api/v1/accounts/{star.id}/followers")
    assert (signed_out.status, signed_out.json, "link" in signed_out.headers) == (200, [], False)
    await api.set(star, hides_network=True)
    assert (await api.get(f"/api/v1/accounts/{star.id}/followers", as_=other)).json == []
    assert (await api.get(f"/api/v1/accounts/{star.id}/followers", as_=star)).ids == [fan.id]


async def test_a_protected_network_is_for_followers(api):
    (ann, ben), (shy,) = await api.join(2), await api.join(1, protected=True)
    await follow(api, ann, shy)
    await api.post(f"/api/v1/follow_requests/{ann.id}/authorize", as_=shy)
    assert (await api.get(f"/api/v1/accounts/{shy.id}/followers", as_=ann)).ids == [ann.id]
    assert (await api.get(f"/api/v1/accounts/{shy.id}/followers", as_=ben)).json == []


async def test_followers_are_paged(api):
    star, *fans = await api.join(6)
    for fan in fans:
        await follow(api, fan, star)
    first = await api.get(f"/api/v1/accounts/{star.id}/followers?limit=3", as_=star)
    assert 'rel="next"' in first.headers["link"] and "since_id=" in first.headers["link"]
    second = await api.get(first.link("next"), as_=star)
    assert first.ids + second.ids == [f.id for f in fans][::-1]
    assert second.link("next") is None


async def test_accounts_that_went_away_are_left_out(api):
    star, gone, kept = await api.join(3)
    for fan in (gone, kept):
        await follow(api, fan, star)
    await api.set(gone, state=256)
    assert (await api.get(f"/api/v1/accounts/{star.id}/followers", as_=kept)).ids == [kept.id]
    assert (await api.get(f"/api/v1/accounts/{gone.id}", as_=kept)).status == 404
