"""Conversations on pages: functions of `talks.Talking` over the rooms messages and posts."""

import hashlib
from collections.abc import Sequence

from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Viewer
from petrel.features import accounts, messages, posts
from petrel.features.accounts import Card
from petrel.features.messages import Conversation
from petrel.features.posts import Ask, Audience, Surface
from petrel.web.rooms import lists
from petrel.web.rooms.acting import Counting
from petrel.web.rooms.reading import card_of, member_of
from petrel.web.rooms.views import account_view
from petrel.web.shapes import Gap, PostView
from petrel.web.talks import Letter, Talks, TalkView

MOST_MESSAGES = 400


class TalkingRooms:
    """One per process."""

    _counting: Counting

    async def conversations(self, viewer: Viewer, page: Page) -> Talks:
        member_of(viewer)
        async with reading(viewer) as r:

            async def fetch(wanted: Page) -> list[tuple[int, TalkView]]:
                found = await messages.mailbox(r, wanted)
                last = dict(await lists.placed(r, Surface.API, [one.newest for one in found if one.newest]))
                cards = await accounts.cards_of(r, [number for one in found for number in one.people])
                # Places of what was looked at are those of the posts.
                return [(one.place, _view(one, cards, last.get(one.newest or 0))) for one in found]

            shown = await lists.paged(r, page, fetch)
        return Talks(items=shown.items, older=shown.older)

    async def conversation(self, viewer: Viewer, number: int) -> TalkView:
        member_of(viewer)
        async with reading(viewer) as r:
            found = await messages.find(r, number)
            cards = await accounts.cards_of(r, list(found.people))
            said = await _messages(r, found)
        return _view(found, cards, None, said)

    async def send_message(self, viewer: Viewer, number: int, letter: Letter, *, cause: str) -> None:
        async with reading(viewer) as r:
            found = await messages.find(r, number)
            cards = await accounts.cards_of(r, list(found.people))
        await self._send(viewer, [cards[one] for one in found.people if one in cards], letter, found.newest, cause)

    async def begin_talk(self, viewer: Viewer, handle: str, letter: Letter, *, cause: str) -> int:
        async with reading(viewer) as r:
            card = await card_of(r, handle)
        if card is None or card.id == member_of(viewer).account:
            raise NotFound
        made = await self._send(viewer, [card], letter, None, cause)
        async with reading(viewer) as r:
            return next((one.id for one in await messages.mailbox(r, Page(10)) if one.newest == made), 0)

    async def _send(self, viewer: Viewer, people: Sequence[Card], letter: Letter, answers: int | None,
                    cause: str) -> int:
        """Always direct, and refused when it names anybody else."""
        member = member_of(viewer)
        self._counting.take_member("statuses", member.account)
        names = " ".join(f"@{one.acct}" for one in people)
        draft = posts.Draft(f"{names} {letter.text}", Audience.DIRECT, answers, among=tuple(one.id for one in people))
        once = hashlib.sha256(b"talk\0" + letter.once.encode()).digest() if letter.once else None
        return (await posts.publish(Ask(member, draft, cause, once))).id

    async def set_read(self, viewer: Viewer, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await messages.set_read(w, number)

    async def leave_talk(self, viewer: Viewer, number: int, *, cause: str) -> None:
        async with writing(member_of(viewer), cause=cause) as w:
            await messages.leave(w, number)


def _view(one: Conversation, cards: dict[int, Card], last: PostView | Gap | None,
          said: tuple[PostView | Gap, ...] = ()) -> TalkView:
    people = tuple(account_view(cards[number]) for number in one.people if number in cards)
    return TalkView(id=one.id, people=people, last=last, is_unread=one.is_unread, messages=said)


async def _messages(r: Reader, one: Conversation) -> tuple[PostView | Gap, ...]:
    """From the first on. What the first answers may be an open post, which is no message."""
    if one.newest is None:
        return ()
    above, below = await posts.thread(r, one.newest)
    ids = {*above, one.newest, *below}
    if above:
        _, all_of_it = await posts.thread(r, above[0])
        ids.update(all_of_it)
    wanted = sorted(ids)[-MOST_MESSAGES:]
    return tuple(view for _, view in await lists.placed(r, Surface.THRD, wanted)
                 if not isinstance(view, PostView) or view.audience == "direct")
