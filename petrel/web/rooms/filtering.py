"""What somebody keeps away, and lists as files: `needs.Filtering` over the rooms relationships and archives."""

from petrel.core import clock
from petrel.core.doors import Writer, reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.core.multipart import Upload
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.features import accounts, archives, relationships
from petrel.features.relationships import Edge, domains, filters
from petrel.web.chosen import Away, Difference, FilterSent, FilterView, Kept, PeopleKind, Server, Waiting
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import card_of, member_of
from petrel.web.rooms.views import account_view

A_PAGE = 40
MOST_WORDS = 200
BIGINT = 2**63


class FilteringRooms:
    """One per process."""

    _counting: Counting

    async def filters(self, viewer: Viewer) -> tuple[FilterView, ...]:
        async with reading(member_of(viewer)) as r:
            return tuple(_filter(one) for one in await filters.of(r))

    async def put_filter(self, viewer: Viewer, number: int | None, sent: FilterSent, *, cause: str) -> None:
        if not sent.contexts:
            raise Invalid("context", "must be at least one place")
        async with writing(member_of(viewer), cause=cause) as w:
            before = await filters.get(w, number) if number is not None else None
            if not sent.whole + sent.within and not (before and before.posts):
                raise Invalid("words", "must be at least one")
            draft = filters.FilterDraft(sent.title, sent.contexts, sent.action, sent.ends_in_s, _changes(before, sent))
            await (filters.create(w, draft) if number is None else filters.change(w, number, draft))

    async def end_filter(self, viewer: Viewer, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await filters.delete(w, number)

    async def away(self, viewer: Viewer, kind: PeopleKind, below: int | None) -> Away:
        page = Page(A_PAGE, max_id=below)
        async with reading(member_of(viewer)) as r:
            if kind == "servers":
                servers = await domains.blocked(r, page)
                return Away(servers=tuple(Server(name=one.name) for one in servers), older=_older(servers, page))
            edges = await (relationships.mutes(r, page) if kind == "mutes" else relationships.blocks(r, page))
            cards = await accounts.cards_of(r, [edge.account for edge in edges])
        return Away(people=tuple(Kept(account=account_view(cards[edge.account]), until=edge.until)
                                 for edge in edges if edge.account in cards), older=_older(edges, page))

    async def keep_away(self, viewer: Viewer, kind: PeopleKind, name: str, *, seconds: int, notifications: bool,
                        cause: str) -> None:
        member = member_of(viewer)
        self._counting.take_member("follows", member.account)
        async with writing(member, cause=cause) as w:
            if kind == "servers":
                await domains.block_and_part(w, name)
                return
            other = await _called(w, name)
            if kind == "blocks":
                await relationships.block(w, other)
            else:
                await relationships.mute(w, other, notifications=notifications, duration_s=seconds)

    async def take_back(self, viewer: Viewer, kind: PeopleKind, name: str, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            if kind == "servers":
                await domains.unblock(w, name)
                return
            if not (name.isascii() and name.isdigit() and int(name) < BIGINT):
                raise NotFound
            await (relationships.unblock(w, int(name)) if kind == "blocks" else relationships.unmute(w, int(name)))

    async def exported(self, viewer: Viewer, name: str) -> str:
        async with reading(member_of(viewer)) as r:
            return await archives.taking_out.exported(r, name)

    async def bring(self, viewer: Viewer, kind: str, file: Upload, *, cause: str) -> int:
        member = member_of(viewer)
        self._counting.take_key("bring", str(member.account))
        plain = file.file.read(archives.waiting.MOST_BYTES + 1)
        async with writing(member, cause=cause) as w:
            return await archives.waiting.bring(w, kind, plain)

    async def brought(self, viewer: Viewer, number: int) -> tuple[Waiting, Difference | None]:
        async with reading(member_of(viewer)) as r:
            stands = await archives.waiting.standing(r, number)
            return stands, await archives.waiting.difference(r, number) if stands.state == "shown" else None

    async def take_brought(self, viewer: Viewer, number: int, *, yes: bool, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await (archives.waiting.begin(w, number) if yes else archives.waiting.drop(w, number))


async def _called(w: Writer, name: str) -> int:
    """Errors: Invalid, for nobody."""
    card = await card_of(w, name.strip().removeprefix("@"))
    if card is None or card.shell == accounts.TOMBSTONE:
        raise Invalid("name", "is nobody's here")
    return card.id


def _older(found: "list[Edge] | list[domains.BlockedDomain]", page: Page) -> int | None:
    return found[-1].id if len(found) == page.limit else None


def _filter(one: filters.Filter) -> FilterView:
    return FilterView(
        id=one.id, title=one.title, contexts=one.contexts, action=one.action, ends_at=one.expires_at,
        has_ended=one.expires_at is not None and one.expires_at <= clock.now(),
        whole=tuple(word.keyword for word in one.keywords if word.whole_word),
        within=tuple(word.keyword for word in one.keywords if not word.whole_word), posts=len(one.posts))


def _changes(before: filters.Filter | None, sent: FilterSent) -> tuple[filters.KeywordChange, ...]:
    """What makes of the words that stand those that were sent."""
    wanted = dict.fromkeys([(word, True) for word in sent.whole] + [(word, False) for word in sent.within])
    there = {(one.keyword, one.whole_word): one.id for one in before.keywords} if before else {}
    gone = [filters.KeywordChange(number, remove=True) for word, number in there.items() if word not in wanted]
    new = [filters.KeywordChange(None, word, whole) for word, whole in wanted if (word, whole) not in there]
    return tuple(gone + new)
