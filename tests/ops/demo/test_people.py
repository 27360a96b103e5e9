"""The cast stands as `cast.py` says: tests rely on it."""

from datetime import timedelta

from petrel.core import clock, ids
from petrel.core.doors import Doors, reading
from petrel.core.pages import Page
from petrel.features import accounts, lists, relationships
from petrel.features.relationships import Bit
from petrel.ops.demo.cast import BLOCKS, BY_HANDLE, CAST, FOLLOWS, LISTS, MUTES, REQUESTS
from tests import cast


async def test_everybody_stands_as_written_down(site: Doors) -> None:
    people = await cast.make()
    assert set(people) == set(BY_HANDLE)
    for who, member in people.items():
        async with reading(member) as r:
            own = await accounts.own(r)
            found = await relationships.many(r, [one.account for one in people.values()])
        assert own.profile.display_name == BY_HANDLE[who].name and own.account.role == BY_HANDLE[who].role
        assert [(f.name, f.value) for f in own.profile.fields] == list(BY_HANDLE[who].fields)
        assert own.account.is_protected == BY_HANDLE[who].is_protected
        bits = {relation.id: relation.bits for relation in found}
        for bit, stands in ((Bit.FOLLOWING, FOLLOWS.get(who, "")), (Bit.REQUESTED, REQUESTS.get(who, "")),
                            (Bit.BLOCKING, BLOCKS.get(who, "")), (Bit.MUTING, MUTES.get(who, ""))):
            assert {h for h, one in people.items() if bits.get(one.account, 0) & bit} == set(stands.split()), (who, bit)


async def test_they_came_at_different_times_and_have_their_lists(site: Doors) -> None:
    async with reading(accounts_reader := await reader_of("mira")) as r:
        titles = {made.title: made for made in await lists.mine(r)}
        assert set(titles) == set(LISTS["mira"])
        members = await lists.members(r, titles["Birds"].id, Page(10))
        handles = await accounts.cards_of(r, [one.account for one in members])
        assert {card.handle for card in handles.values()} == set(LISTS["mira"]["Birds"].split())
        card = (await accounts.cards_of(r, [accounts_reader.account]))[accounts_reader.account]
    days = BY_HANDLE["mira"].days
    assert abs(card.joined_at - (clock.now() - timedelta(days=days))) < timedelta(minutes=10)
    assert card.joined_at == ids.at_of(card.id)


async def reader_of(handle: str):
    from petrel.core.doors import writing
    from petrel.core.viewer import Anonymous, Member, System

    async with writing(System("tests"), cause="tests") as w:
        found = await accounts.find(w, handle)
        assert found is not None
        [token] = await accounts.issue_many(w, [found.id], ["read"])
    async with reading(Anonymous()) as r:
        member = await accounts.resolve(r, accounts.digest_of(token))
    assert isinstance(member, Member)
    return member


def test_nobody_follows_across_a_block_or_listens_to_nobody() -> None:
    for who, whom in BLOCKS.items():
        assert whom not in FOLLOWS[who].split() and who not in FOLLOWS[whom].split()
    assert len({person.handle for person in CAST}) == len(CAST)
