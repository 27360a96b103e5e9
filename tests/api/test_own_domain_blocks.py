"""Servers that a member wants nothing to do with."""

import pytest

from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.features import accounts, relationships
from tests.api.members import Members


@pytest.fixture
def api(api):
    return Members(api)


async def test_a_blocked_server_is_parted_from_and_listed(api):
    ann, ben = await api.join(2)
    async with writing(System("test"), cause="test") as w:
        new = [accounts.NewAccount(handle=handle) for handle in ("faraway", "farther")]
        followed, follower = await accounts.create_many(w, new)
        await relationships.follow_many(w, [(ann.id, followed), (follower, ann.id), (ben.id, followed)])
        await w.execute("update accounts.account set domain = 'far.example' where id = any($1)", [followed, follower])
    preview = await api.get("/api/v1/domain_blocks/preview?domain=FAR.example", as_=ann)
    assert preview.json == {"following_count": 1, "followers_count": 1}
    for _ in range(2):
        assert (await api.post("/api/v1/domain_blocks", as_=ann, domain="Far.Example.")).json == {}
    assert (await api.get("/api/v1/domain_blocks", as_=ann)).json == ["far.example"]
    assert (await api.get("/api/v1/domain_blocks", as_=ben)).json == []
    for viewer, known in ((ann, (False, False, True)), (ben, (True, False, False))):
        [told] = (await api.get(f"/api/v1/accounts/relationships?id[]={followed}", as_=viewer)).json
        assert (told["following"], told["followed_by"], told["domain_blocking"]) == known
    told = (await api.get(f"/api/v1/accounts/relationships?id[]={follower}&id[]={ben.id}", as_=ann)).json
    assert [(one["followed_by"], one["domain_blocking"]) for one in told] == [(False, True), (False, False)]
    gone = await api.ask("DELETE", "/api/v1/domain_blocks", as_=ann, domain="far.example")
    assert gone.json == {} and (await api.get("/api/v1/domain_blocks", as_=ann)).json == []


async def test_blocked_servers_are_paged(api):
    ann, = await api.join(1)
    for name in ("one.example", "two.example", "three.example"):
        await api.post("/api/v1/domain_blocks", as_=ann, domain=name)
    first = await api.get("/api/v1/domain_blocks?limit=2", as_=ann)
    second = await api.get(first.link("next"), as_=ann)
    assert first.json + second.json == ["three.example", "two.example", "one.example"]


@pytest.mark.parametrize("name", ["", "no way", "localhost:8000", "x" * 400])
async def test_what_is_no_other_server_cannot_be_blocked(api, name):
    ann, = await api.join(1)
    told = await api.post("/api/v1/domain_blocks", as_=ann, domain=name)
    assert told.status in (400, 422) and (await api.get("/api/v1/domain_blocks", as_=ann)).json == []
