import pytest

from petrel.core.doors import reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, System
from petrel.features import relationships
from tests.people import act

FULL = Page(limit=40)


async def followers_seen(viewer, of, page=FULL):
    async with reading(viewer) as r:
        return [e.account for e in await relationships.followers(r, of.account, page)]


async def test_signed_out_nobody_sees_a_network(make):
    ann, ben = await make(2)
    await act(ann, relationships.follow, ben.account)
    assert await followers_seen(ann, ben) == [ann.account]
    assert await followers_seen(Anonymous(), ben) == []


async def test_a_protected_network_is_for_followers(make):
    owner, = await make(1, is_protected=True)
    fan, stranger, asking = await make(3)
    await act(fan, relationships.follow, owner.account)
    await act(owner, relationships.accept, fan.account)
    await act(asking, relationships.follow, owner.account)
    assert await followers_seen(owner, owner) == [fan.account]
    assert await followers_seen(fan, owner) == [fan.account]
    assert await followers_seen(stranger, owner) == []
    assert await followers_seen(asking, owner) == []


async def test_a_hidden_network_is_for_its_owner(make):
    owner, = await make(1, hides_network=True)
    fan, = await make(1)
    await act(fan, relationships.follow, owner.account)
    assert await followers_seen(owner, owner) == [fan.account]
    assert await followers_seen(fan, owner) == []


async def test_the_blocked_see_no_network(make):
    owner, fan, foe = await make(3)
    await act(fan, relationships.follow, owner.account)
    assert await followers_seen(foe, owner) == [fan.account]
    await act(owner, relationships.block, foe.account)
    assert await followers_seen(foe, owner) == []


async def test_pages_go_both_ways_without_gaps(make):
    star, *fans = await make(8)
    for fan in fans:
        await act(fan, relationships.follow, star.account)
    newest_first = [f.account for f in fans][::-1]
    async with reading(star) as r:
        first = await relationships.followers(r, star.account, Page(limit=3))
        second = await relationships.followers(r, star.account, Page(limit=3, max_id=first[-1].id))
        third = await relationships.followers(r, star.account, Page(limit=3, max_id=second[-1].id))
        back = await relationships.followers(r, star.account, Page(limit=3, min_id=third[0].id))
        top = await relationships.followers(r, star.account, Page(limit=3, since_id=second[0].id))
    assert [e.account for e in first + second + third] == newest_first
    assert back == second
    assert top == first


async def test_relations_keep_the_order_and_drop_what_does_not_exist(make):
    ann, ben, cid = await make(3)
    await act(ann, relationships.follow, cid.account)
    async with reading(ann) as r:
        found = await relationships.many(r, [cid.account, 77, ben.account, cid.account])
    assert [x.id for x in found] == [cid.account, ben.account]
    async with reading(Anonymous()) as r:
        assert await relationships.many(r, [ben.account]) == []


async def test_blocks_are_listed_for_whoever_blocks(make):
    ann, ben, cid = await make(3)
    await act(ann, relationships.block, ben.account)
    await act(ann, relationships.block, cid.account)
    async with reading(ann) as r:
        assert [e.account for e in await relationships.blocks(r, FULL)] == [cid.account, ben.account]
    async with reading(ben) as r:
        assert await relationships.blocks(r, FULL) == []


async def test_familiar_followers_are_those_one_follows(make):
    me, friend, hiding, stranger, star = await make(5)
    async with writing(System("test"), cause="test") as w:
        await w.execute("update accounts.account set hides_network = true where id = $1", hiding.account)
        w.record("accounts.account.changed", hiding.account)
    await act(System("test"), relationships.follow_many, [
        (me.account, friend.account), (me.account, hiding.account),
        (friend.account, star.account), (hiding.account, star.account), (stranger.account, star.account)])
    async with reading(me) as r:
        assert await relationships.familiar_followers(r, [star.account, friend.account]) == {
            star.account: [friend.account], friend.account: []}
    async with reading(Anonymous()) as r:
        assert await relationships.familiar_followers(r, [star.account]) == {star.account: []}


@pytest.mark.parametrize("column", ["owner", "bits", "muting_until"])
async def test_the_web_has_no_way_to_the_rows(make, column):
    ann, = await make(1)
    async with reading(ann) as r:
        with pytest.raises(Exception, match="went wrong"):
            await r.fetch(f"select {column} from relationships.relation")
        with pytest.raises(Exception, match="went wrong"):
            await r.fetch("select * from relationships.edges($1, 'blocking_id', 9, null, null, null)", ann.account)
