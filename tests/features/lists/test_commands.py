import pytest

from petrel.core import journal
from petrel.core.doors import deriving, reading
from petrel.core.errors import Invalid, NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, System
from petrel.features import lists, relationships
from petrel.features.lists import jobs
from petrel.features.lists.commands import MOST_LISTS
from tests.people import act


async def following(make, count):
    """A member and those it follows."""
    ann, *others = await make(count + 1)
    await act(System("test"), relationships.follow_many, [(ann.account, o.account) for o in others])
    return ann, others


async def members_of(viewer, list_id):
    async with reading(viewer) as r:
        return [m.account for m in await lists.members(r, list_id)]


async def test_a_list_is_made_renamed_and_deleted(make):
    ann, = await make(1)
    made = await act(ann, lists.create, "  Birds ", replies_policy="none", exclusive=True)
    assert (made.title, made.replies_policy, made.is_exclusive) == ("Birds", "none", True)
    changed = await act(ann, lists.change, made.id, title="Owls")
    assert (changed.title, changed.replies_policy, changed.is_exclusive) == ("Owls", "none", True)
    async with reading(ann) as r:
        assert await lists.mine(r) == [changed]
        assert await lists.get(r, made.id) == changed
    await act(ann, lists.delete, made.id)
    async with reading(ann) as r:
        assert await lists.mine(r) == []


async def test_somebody_elses_list_does_not_exist(make):
    (ann, [ben]), (eve,) = await following(make, 1), await make(1)
    made = await act(ann, lists.create, "Private")
    await act(ann, lists.add, made.id, [ben.account])
    for command, *args in ((lists.get, made.id), (lists.members, made.id), (lists.delete, made.id),
                           (lists.add, made.id, [ben.account]), (lists.remove, made.id, [ben.account])):
        with pytest.raises(NotFound):
            await act(eve, command, *args)
    with pytest.raises(NotFound):
        await act(eve, lists.change, made.id, title="Mine")
    for viewer in (eve, ben, Anonymous()):
        async with reading(viewer) as r:
            assert await lists.mine(r) == []
            assert await lists.holding(r, ben.account) == []
            assert await r.fetch("select * from lists.member_ids($1, $2)", r.digest, made.id) == []


async def test_members_must_be_followed_and_new(make):
    ann, [ben, cid] = await following(make, 2)
    stranger, = await make(1)
    made = await act(ann, lists.create, "Friends")
    with pytest.raises(NotFound):
        await act(ann, lists.add, made.id, [ben.account, stranger.account])
    assert await members_of(ann, made.id) == []
    await act(ann, lists.add, made.id, [ben.account, cid.account])
    with pytest.raises(Invalid, match="Account has already been taken"):
        await act(ann, lists.add, made.id, [cid.account])
    async with reading(ann) as r:
        assert [x.id for x in await lists.holding(r, ben.account)] == [made.id]
        found = await r.fetch("select * from lists.member_ids($1, $2)", r.digest, made.id)
        assert {row["account"] for row in found} == {ben.account, cid.account}

    await act(ann, lists.remove, made.id, [ben.account, stranger.account])
    assert await members_of(ann, made.id) == [cid.account]


async def test_members_are_paged_by_when_they_came(make):
    ann, others = await following(make, 5)
    made = await act(ann, lists.create, "Five")
    for other in others:
        await act(ann, lists.add, made.id, [other.account])
    async with reading(ann) as r:
        first = await lists.members(r, made.id, Page(limit=2))
        second = await lists.members(r, made.id, Page(limit=2, max_id=first[-1].id))
        assert await lists.members(r, made.id, Page(limit=2, min_id=second[0].id)) == first
    assert [m.account for m in first + second] == [o.account for o in others[:0:-1]]


async def test_whoever_is_unfollowed_leaves_the_lists_for_good(make):
    ann, [ben, cid] = await following(make, 2)
    made = await act(ann, lists.create, "Friends", exclusive=True)
    await act(ann, lists.add, made.id, [ben.account, cid.account])
    await act(ann, relationships.unfollow, ben.account)
    assert await members_of(ann, made.id) == [cid.account]

    async with reading(System("test")) as r:
        entries = [journal.Entry(*row) for row in await r.fetch(
            "select cell, id, epoch, xid, at, kind, subject, actor, refs from journal.entry "
            "where kind = 'relationships.follow.removed' and actor = $1", ann.account)]
    async with deriving("lists") as w:
        await jobs.on_follow_removed(w, entries)
    async with reading(System("test")) as r:
        ordered = await r.fetch("select args::text from ops.job where name = 'lists.sweep'")
    assert len(ordered) == 1
    await jobs.sweep_lists(ann.account, ben.account)
    await jobs.sweep_lists(ann.account, cid.account)        # still followed: stays

    await act(ann, relationships.follow, ben.account)
    assert await members_of(ann, made.id) == [cid.account]
    async with reading(ann) as r:
        kept_off = await r.fetch("select * from lists.exclusive_ids($1)", r.digest)
    assert [row["account"] for row in kept_off] == [cid.account]


@pytest.mark.parametrize("title", ["", "   ", "\u200b", "x" * 257])
async def test_titles_have_to_say_something_short(make, title):
    ann, = await make(1)
    with pytest.raises(Invalid):
        await act(ann, lists.create, title)


async def test_there_is_an_end_to_lists(make):
    ann, = await make(1)
    for n in range(MOST_LISTS):
        await act(ann, lists.create, f"List {n}")
    with pytest.raises(Invalid, match="maximum number of lists"):
        await act(ann, lists.create, "One more")


async def test_titles_are_sealed(make):
    ann, = await make(1)
    await act(ann, lists.create, "Planted mark")
    async with reading(ann) as r:
        rows = await r.fetch("select * from lists.mine($1, null)", r.digest)
        assert b"Planted" not in rows[0]["sealed_title"]
        with pytest.raises(Exception, match="went wrong"):
            await r.fetch("select * from lists.list")
