"""Collections on pages: functions of `recommended.Recommending` over the rooms collections and relationships."""

from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import NotFound, Refused
from petrel.core.viewer import Viewer
from petrel.features import accounts, collections, relationships
from petrel.features.collections import Collection
from petrel.features.relationships import Bit
from petrel.web.recommended import CollectionLink, CollectionView, Person
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import card_of, member_of
from petrel.web.rooms.views import account_view
from petrel.web.shapes import AccountView

HAS_TO_DO = Bit.FOLLOWING | Bit.REQUESTED | Bit.BLOCKING | Bit.MUTING


class RecommendingRooms:
    """One per process."""

    _counting: Counting

    async def collections(self, viewer: Viewer, handle: str) -> tuple[AccountView, tuple[CollectionLink, ...]]:
        async with reading(viewer) as r:
            card = await card_of(r, handle)
            if card is None or card.shell == accounts.TOMBSTONE:
                raise NotFound
            found = await collections.of_account(r, card.id, collections.MOST_COLLECTIONS)
            within = await collections.items(r, [one.id for one in found])
        return account_view(card), tuple(_link(one, len(within[one.id])) for one in found)

    async def collection(self, viewer: Viewer, number: int) -> CollectionView:
        async with reading(viewer) as r:
            one = await collections.get(r, number)
            items = (await collections.items(r, [number]))[number]
            people = [item.account for item in items if item.account]
            cards = await accounts.cards_of(r, [one.owner, *people])
            known = await _known(r, people)
        is_own = r.account == one.owner
        return CollectionView(
            link=_link(one, len(items)), owner=account_view(cards[one.owner]), tag=one.text.tag,
            language=one.marks.language or "", is_own=is_own, is_taken_down=one.is_taken_down,
            own_item=next((item.id for item in items if item.account and item.account == r.account), None),
            followable=sum(1 for account in people if _is_new(account, r.account, known)),
            people=tuple(Person(
                account_view(cards[item.account]) if item.account in cards else None,
                bool(known.get(item.account or 0, 0) & Bit.FOLLOWING)) for item in items))

    async def follow_all(self, viewer: Viewer, number: int, *, cause: str) -> None:
        member = member_of(viewer)
        async with reading(viewer) as r:
            await collections.get(r, number)
            people = [item.account for item in (await collections.items(r, [number]))[number] if item.account]
            known = await _known(r, people)
        for account in people:
            if not _is_new(account, member.account, known):
                continue
            self._counting.take_member("follows", member.account)
            try:
                # One at a time: two who follow the same people never wait for each other in a ring.
                async with writing(member, cause=cause) as w:
                    await relationships.follow(w, account)
            except (NotFound, Refused):
                continue

    async def leave_collection(self, viewer: Viewer, number: int, item: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await collections.revoke(w, number, item)


def _link(one: Collection, count: int) -> CollectionLink:
    return CollectionLink(one.id, one.text.name, one.text.description, one.marks.is_sensitive, count)


def _is_new(account: int, me: int | None, known: dict[int, int]) -> bool:
    return account != me and not known.get(account, 0) & HAS_TO_DO


async def _known(r: Reader, people: list[int]) -> dict[int, int]:
    """How the viewer stands to them: bits."""
    if r.account is None or not people:
        return {}
    return {one.id: int(one.bits) for one in await relationships.many(r, people)}
