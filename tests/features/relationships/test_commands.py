import asyncio
import random

import pytest

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, NotFound, Refused, Unauthenticated, Unavailable
from petrel.core.pages import Page
from petrel.core.viewer import Member, System
from petrel.features import relationships
from petrel.features.relationships import Bit, filters, tags
from tests.people import act

FULL = Page(limit=40)


async def relation(viewer, other):
    async with reading(viewer) as r:
        return await relationships.one(r, other.account)


async def kinds_about(*members):
    async with reading(System("test")) as r:
        rows = await r.fetch(
            "select kind, actor, refs from journal.entry where kind like 'relationships.%' and refs @> $1::bigint[] "
            "order by epoch, xid, id", [m.account for m in members])
    return [(row["kind"].removeprefix("relationships."), row["actor"], row["refs"]) for row in rows]


async def rows_between(a, b):
    async with reading(System("test")) as r:
        return await r.fetch("select owner, bits from relationships.relation "
                             "where owner = any($1) and other = any($1) order by owner", [a.account, b.account])


async def test_a_follow_is_seen_from_both_ends_and_recorded(make):
    ann, ben = await make(2)
    told = await act(ann, relationships.follow, ben.account, bell=True)
    assert told.has(Bit.FOLLOWING) and told.has(Bit.BELL) and not told.has(Bit.FOLLOWED_BY)
    assert (await relation(ben, ann)).has(Bit.FOLLOWED_BY)
    async with reading(ann) as r:
        assert [e.account for e in await relationships.following(r, ann.account, FULL)] == [ben.account]
        assert [e.account for e in await relationships.followers(r, ben.account, FULL)] == [ann.account]
    assert await kinds_about(ann, ben) == [
        ("follow.created", ann.account, [ann.account, ben.account, Bit.FOLLOWING | Bit.BELL])]


async def test_following_again_only_sets_the_wishes(make):
    ann, ben = await make(2)
    await act(ann, relationships.follow, ben.account)
    before = await rows_between(ann, ben)
    await act(ann, relationships.follow, ben.account)
    assert await rows_between(ann, ben) == before
    told = await act(ann, relationships.follow, ben.account, boosts=False)
    assert told.has(Bit.WITHOUT_BOOSTS)
    assert [kind for kind, _, _ in await kinds_about(ann, ben)] == ["follow.created", "follow.changed"]


async def test_unfollowing_leaves_no_trace_but_the_journal(make):
    ann, ben = await make(2)
    await act(ann, relationships.follow, ben.account)
    told = await act(ann, relationships.unfollow, ben.account)
    assert told.bits == 0
    assert await rows_between(ann, ben) == []
    assert [k for k, _, _ in await kinds_about(ann, ben)] == ["follow.created", "follow.removed"]
    assert (await act(ann, relationships.unfollow, ben.account)).bits == 0


@pytest.mark.parametrize("columns", [{"is_protected": True}, {"state": 8}])
async def test_protected_and_limited_accounts_are_asked(make, columns):
    ann, = await make(1)
    ben, = await make(1, **columns)
    told = await act(ann, relationships.follow, ben.account)
    assert told.has(Bit.REQUESTED) and not told.has(Bit.FOLLOWING)
    async with reading(ben) as r:
        assert [e.account for e in await relationships.requests(r, FULL)] == [ann.account]
        assert await relationships.count_requests(r) == 1

    told = await act(ben, relationships.accept, ann.account)
    assert told.has(Bit.FOLLOWED_BY) and not told.has(Bit.REQUESTED_BY)
    assert (await relation(ann, ben)).has(Bit.FOLLOWING)
    assert [(k, a) for k, a, _ in await kinds_about(ann, ben)] == [
        ("request.created", ann.account), ("request.accepted", ben.account), ("follow.created", ann.account)]


async def test_a_limited_account_has_to_ask(make):
    ann, = await make(1, state=8)
    ben, = await make(1)
    assert (await act(ann, relationships.follow, ben.account)).has(Bit.REQUESTED)


async def test_a_rejected_request_is_gone_and_may_be_made_again(make):
    ann, = await make(1)
    ben, = await make(1, is_protected=True)
    await act(ann, relationships.follow, ben.account)
    assert not (await act(ben, relationships.reject, ann.account)).has(Bit.REQUESTED_BY)
    assert await rows_between(ann, ben) == []
    assert (await act(ann, relationships.follow, ben.account)).has(Bit.REQUESTED)


async def test_a_request_can_be_taken_back(make):
    ann, = await make(1)
    ben, = await make(1, is_protected=True)
    await act(ann, relationships.follow, ben.account)
    assert (await act(ann, relationships.unfollow, ben.account)).bits == 0
    with pytest.raises(NotFound):
        await act(ben, relationships.accept, ann.account)


async def test_nobody_accepts_what_was_not_asked(make):
    ann, ben, cid = await make(3)
    with pytest.raises(NotFound):
        await act(ben, relationships.accept, ann.account)
    await act(ann, relationships.follow, ben.account)
    with pytest.raises(NotFound):
        await act(cid, relationships.reject, ann.account)


async def test_removing_a_follower_ends_the_follow_silently(make):
    ann, ben = await make(2)
    await act(ann, relationships.follow, ben.account)
    await act(ben, relationships.follow, ann.account)
    told = await act(ben, relationships.remove_follower, ann.account)
    assert told.has(Bit.FOLLOWING) and not told.has(Bit.FOLLOWED_BY)
    assert not (await relation(ann, ben)).has(Bit.FOLLOWING)
    assert (await kinds_about(ann, ben))[-1][:2] == ("follow.removed", ben.account)


async def test_a_block_ends_everything_and_the_blocked_is_not_told(make):
    ann, ben = await make(2)
    await act(ann, relationships.follow, ben.account)
    await act(ben, relationships.follow, ann.account)
    told = await act(ann, relationships.block, ben.account)
    assert told.bits == Bit.BLOCKING
    assert (await relation(ben, ann)).bits == 0
    assert sorted(k for k, _, _ in await kinds_about(ann, ben))[:3] == [
        "block.created", "follow.created", "follow.created"]
    assert sorted(r for k, _, r in await kinds_about(ann, ben) if k == "follow.removed") == sorted(
        [[ann.account, ben.account, 1], [ben.account, ann.account, 1]])

    for member, other in ((ben, ann), (ann, ben)):
        with pytest.raises(Refused) as refused:
            await act(member, relationships.follow, other.account)
        assert refused.value.message == "This action is not allowed"

    assert (await act(ann, relationships.unblock, ben.account)).bits == 0
    assert await rows_between(ann, ben) == []
    assert (await act(ben, relationships.follow, ann.account)).has(Bit.FOLLOWING)


async def test_a_protected_account_that_blocks_is_as_if_it_did_not_exist(make):
    ann, = await make(1, is_protected=True)
    ben, = await make(1)
    await act(ben, relationships.mute, ann.account)
    await act(ann, relationships.block, ben.account)
    for command in (relationships.follow, relationships.block, relationships.mute):
        with pytest.raises(NotFound):
            await act(ben, command, ann.account)
    assert (await relation(ben, ann)).bits == Bit.MUTING | Bit.MUTING_NOTIFICATIONS
    assert (await act(ben, relationships.unmute, ann.account)).bits == 0
    assert (await rows_between(ann, ben))[0]["bits"] in (Bit.BLOCKING, Bit.BLOCKED_BY)


async def test_unknown_accounts_are_not_found(make):
    ann, = await make(1)
    for command in (relationships.follow, relationships.unfollow, relationships.block, relationships.unblock,
                    relationships.mute, relationships.unmute, relationships.accept, relationships.reject,
                    relationships.remove_follower, relationships.endorse, relationships.unendorse):
        with pytest.raises(NotFound):
            await act(ann, command, 1 << 20)


async def test_nobody_follows_blocks_or_mutes_themselves(make):
    ann, = await make(1)
    with pytest.raises(Refused, match="Following your own account is not allowed"):
        await act(ann, relationships.follow, ann.account)
    for command in (relationships.block, relationships.mute):
        with pytest.raises(Refused):
            await act(ann, command, ann.account)
    assert (await act(ann, relationships.unfollow, ann.account)).bits == 0


async def test_mutes_may_end_by_themselves(make):
    ann, ben, cid = await make(3)
    told = await act(ann, relationships.mute, ben.account, notifications=False, duration_s=3600)
    assert told.bits == Bit.MUTING and told.muting_until is not None
    assert (await relation(ben, ann)).bits == 0
    await act(ann, relationships.mute, cid.account)
    async with reading(ann) as r:
        assert [e.account for e in await relationships.mutes(r, FULL)] == [cid.account, ben.account]

    async with writing(System("test"), cause="test") as w:
        await w.execute("update relationships.relation set muting_until = now() - interval '1 s' "
                        "where owner = $1 and other = $2", ann.account, ben.account)
        w.record("test.clock.moved", ann.account)
    async with reading(ann) as r:
        assert [e.account for e in await relationships.mutes(r, FULL)] == [cid.account]
    assert (await relation(ann, ben)).bits == 0
    with pytest.raises(Invalid):
        await act(ann, relationships.mute, ben.account, duration_s=-1)


async def test_notes_are_sealed_and_only_for_their_writer(make):
    ann, ben = await make(2)
    told = await act(ann, relationships.set_note, ben.account, "  met at the lake  ")
    assert told.note == "met at the lake"
    assert (await relation(ben, ann)).note == ""
    await act(ann, relationships.follow, ben.account)
    await act(ann, relationships.unfollow, ben.account)
    assert (await relation(ann, ben)).note == "met at the lake"
    assert (await act(ann, relationships.set_note, ben.account, "")).note == ""
    assert await rows_between(ann, ben) == []
    with pytest.raises(Invalid):
        await act(ann, relationships.set_note, ben.account, "x" * 2001)


async def test_only_whom_one_follows_can_be_endorsed(make):
    ann, ben = await make(2)
    with pytest.raises(Invalid, match="must be already following"):
        await act(ann, relationships.endorse, ben.account)
    await act(ann, relationships.follow, ben.account)
    assert (await act(ann, relationships.endorse, ben.account)).has(Bit.ENDORSED)
    async with reading(ben) as r:
        assert [e.account for e in await relationships.endorsed(r, ann.account, FULL)] == [ben.account]
    assert not (await act(ann, relationships.unendorse, ben.account)).has(Bit.ENDORSED)


async def test_a_suspended_member_can_do_nothing(make):
    ann, = await make(1, state=128)
    ben, = await make(1)
    for command in (relationships.follow, relationships.unfollow, relationships.block, relationships.mute):
        with pytest.raises(Unauthenticated):
            await act(ann, command, ben.account)
    with pytest.raises(Unauthenticated):
        await act(ann, tags.follow, "birds")


async def test_a_revoked_token_acts_no_more_whatever_the_door_believes(make):
    ann, ben = await make(2)
    async with writing(System("test"), cause="test") as w:
        await w.execute("update accounts.token set revoked_at = now() where account = $1", ann.account)
        w.record("accounts.token.revoked", ann.account)
    for command in (relationships.follow, relationships.block, relationships.unfollow):
        with pytest.raises(Unauthenticated):
            await act(ann, command, ben.account)
    for command, *args in ((tags.follow, "birds"), (filters.create, filters.FilterDraft("t", ("home",)))):
        with pytest.raises(Unauthenticated):
            await act(ann, command, *args)


async def test_nobody_acts_with_the_token_of_another(make):
    ann, ben, eve = await make(3)
    with pytest.raises(Unauthenticated):
        await act(Member(ann.account, eve.digest), relationships.follow, ben.account)


async def test_follows_in_bulk_leave_out_whoever_must_be_asked(make):
    many = await make(64)
    shy, = await make(1, is_protected=True)
    foe, = await make(1)
    await act(foe, relationships.block, many[0].account)
    numbers = random.Random(1)      # noqa: S311
    pairs = list({tuple(m.account for m in numbers.sample(many, 2)) for _ in range(4000)})[:2000]

    assert await act(System("test"), relationships.follow_many, pairs) == len(pairs) == 2000
    assert await act(System("test"), relationships.follow_many, pairs) == 0
    follower, followee = pairs[0]
    assert await act(System("test"), relationships.follow_many, [
        (follower, follower), (follower, shy.account), (many[0].account, foe.account), (follower, 99)]) == 0

    async with reading(System("test")) as r:
        odd = await r.value(
            "select count(*) from relationships.relation a join relationships.relation b "
            "on b.owner = a.other and b.other = a.owner where a.bits & 1 <> (b.bits & 2) / 2 "
            "or a.following_id is distinct from b.followed_id")
        assert odd == 0
        assert await r.value("select count(*) from journal.entry where kind = 'relationships.follow.created' "
                             "and refs = $1", [follower, followee, 1]) == 1


async def test_two_hundred_at_once_on_the_same_pairs_finish_and_agree(make):
    crowd = await make(6)
    numbers = random.Random(7)      # noqa: S311
    commands = [relationships.follow, relationships.block, relationships.unblock, relationships.unfollow,
                relationships.mute, relationships.unmute, relationships.remove_follower]
    refused = []

    async def once():
        one, other = numbers.sample(crowd, 2)
        if numbers.random() < 0.1:
            pairs = [(a.account, b.account) for a in crowd for b in crowd if numbers.random() < 0.3]
            return await act(System("test"), relationships.follow_many, pairs)
        try:
            return await act(one, numbers.choice(commands), other.account)
        except Refused:
            refused.append(1)

    answers = await asyncio.wait_for(asyncio.gather(*(once() for _ in range(200)), return_exceptions=True), 30)
    assert not [a for a in answers if isinstance(a, Unavailable)], "a deadlock, or no connection"
    assert not [a for a in answers if isinstance(a, BaseException)]

    async with reading(System("test")) as r:
        rows = {(row["owner"], row["other"]): row for row in await r.fetch(
            "select * from relationships.relation where owner = any($1)".replace(
                "*", "owner, other, bits, following_id, followed_id"), [m.account for m in crowd])}
    for (owner, other), row in rows.items():
        back = rows.get((other, owner))
        bits, their_bits = row["bits"], back["bits"] if back else 0
        assert bool(bits & Bit.FOLLOWING) == bool(their_bits & Bit.FOLLOWED_BY)
        assert bool(bits & Bit.BLOCKING) == bool(their_bits & Bit.BLOCKED_BY)
        assert not (bits & Bit.FOLLOWING and bits & (Bit.BLOCKING | Bit.BLOCKED_BY))
        assert row["following_id"] == (back["followed_id"] if back else None)
