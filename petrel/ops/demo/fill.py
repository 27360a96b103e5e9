"""Fills a new site with the cast, a month of their everyday posts, and what they talked about in the last days."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct

from petrel.core import clock
from petrel.core.doors import deriving, writing
from petrel.core.errors import PetrelError
from petrel.core.ids import cell_of
from petrel.core.viewer import Member, System
from petrel.features import posts
from petrel.features.posts import Ask, Audience, Draft, Fresh, Mark, MarkAsk
from petrel.ops.demo import catalogue
from petrel.ops.demo.cast import FOLLOWS
from petrel.ops.demo.people import CAUSE, Stamps, keep_apart, make_people, relate, take_tokens_back
from petrel.ops.demo.talks import LAST, Line, Talk
from petrel.ops.demo.threads import MESSAGES, TALKS

EVERYDAY = 1_500
AT_ONCE = 128
Item = TypeVar("Item")
AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "followers": Audience.FOLLOWERS,
    "direct": Audience.DIRECT,
}
NEWS_H = 8.0
# Nobody is told late of what was liked long ago: the follower's place moves to the end of the journal.
SKIP_AHEAD = """
update ops.follower set epoch = (select max(epoch) from journal.epoch),
       xid = pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, id = 9223372036854775807, at = now()
 where name = $1
"""


class Filled(Struct, frozen=True):
    """How much there is now."""

    people: int
    posts: int
    marks: int


class Fill:
    """One filling of one site. Everything goes through commands, in batches of one transaction."""

    def __init__(self, people: dict[str, Member], stamps: Stamps, now: datetime) -> None:
        self.people = people
        self.now = now
        self.posts = self.marks = 0
        self._stamps = stamps
        self._draw = random.Random(2)  # noqa: S311 (who liked what)
        self._readers = {
            whom: [who for who, several in FOLLOWS.items() if whom in several.split()] for whom in self.people
        }

    async def everyday(self, most: int) -> None:
        """A month of posts, answers, likes and boosts."""
        entries = catalogue.written(self.now, most)
        made: list[Fresh] = []
        plain = [e for e in entries if e.answers is None]
        made += await self._publish([self._ask(e.who, e.text, e.at, language=e.language) for e in plain])
        answers = [e for e in entries if e.answers is not None]
        made += await self._publish([
            self._ask(e.who, f"@{entries[e.answers or 0].who} {e.text}", e.at, reply_to=made[e.answers or 0].id,
                      language=e.language)
            for e in answers
        ])
        asks: list[MarkAsk] = []
        for entry, post in zip([*plain, *answers], made, strict=True):
            asks += self._reactions(entry.who, entry.at, post.id)
        await self._mark(asks)

    def _reactions(self, author: str, at: datetime, post: int) -> list[MarkAsk]:
        readers = self._readers[author]
        liked = self._draw.random() ** 2.5
        asks = [self._mark_ask(who, post, Mark.LIKE) for who in readers if self._draw.random() < liked]
        if liked > 0.75 and readers and author != "quiet_harbour":
            booster = self._draw.choice(readers)
            asks.append(self._mark_ask(booster, post, Mark.BOOST, at + timedelta(minutes=self._draw.randint(5, 600))))
        return asks

    async def talks(self, talks: Sequence[Talk]) -> None:
        """Line by line across all conversations, so that every line finds the one it answers."""
        made: dict[tuple[int, int], Fresh] = {}
        moments = [_moments(talk, self.now) for talk in talks]
        for row in range(max(len(talk.lines) for talk in talks)):
            places = [(n, row) for n, talk in enumerate(talks) if row < len(talk.lines)]
            asks = [self._line_ask(talks[n], row, moments[n][row], made, n) for n, _ in places]
            made.update(zip(places, await self._publish(asks), strict=True))
        lines = {place: talks[place[0]].lines[place[1]] for place in made}
        await self._mark([ask for place, line in lines.items() for ask in self._line_marks(
            line, made[place].id, moments[place[0]][place[1]])])
        for place, line in lines.items():
            await self._afterthought(line, made[place].id)

    def _line_ask(
        self, talk: Talk, row: int, at: datetime, made: dict[tuple[int, int], Fresh], number: int
    ) -> Ask:
        line = talk.lines[row]
        answers = _answered(talk, row)
        text = line.text
        if answers is not None and line.audience != "direct":
            whom = talk.lines[answers].who
            text = text if whom == line.who else f"@{whom} {text}"
        return self._ask(
            line.who,
            text,
            at,
            reply_to=None if answers is None else made[number, answers].id,
            language=line.language or "en",
            audience=AUDIENCES[line.audience],
            warning=line.warning,
        )

    def _line_marks(self, line: Line, post: int, at: datetime) -> list[MarkAsk]:
        likes = [self._mark_ask(who, post, Mark.LIKE) for who in line.likes.split()]
        boosts = [
            self._mark_ask(who, post, Mark.BOOST, min(self.now, at + timedelta(minutes=7 * n)))
            for n, who in enumerate(line.boosts.split(), start=1)
        ]
        return likes + boosts

    async def _afterthought(self, line: Line, post: int) -> None:
        if line.edited_to:
            async with writing(self.people[line.who], cause=CAUSE) as w:
                await posts.edit(w, post, Draft(line.edited_to))
        if line.is_deleted:
            async with writing(self.people[line.who], cause=CAUSE) as w:
                await posts.delete(w, post)

    def _ask(
        self,
        who: str,
        text: str,
        at: datetime,
        *,
        reply_to: int | None = None,
        language: str = "",
        audience: Audience | None = None,
        warning: str = "",
    ) -> Ask:
        member = self.people[who]
        draft = Draft(text, audience, reply_to, warning, bool(warning), language or None)
        return Ask(member, draft, CAUSE, id=self._stamps.id(at, cell_of(member.account)))

    def _mark_ask(self, who: str, post: int, mark: Mark, at: datetime | None = None) -> MarkAsk:
        member = self.people[who]
        number = self._stamps.id(min(at, self.now), cell_of(member.account)) if at else None
        return MarkAsk(member, post, mark, True, CAUSE, id=number)

    async def _publish(self, asks: Sequence[Ask]) -> list[Fresh]:
        made: list[Fresh] = []
        for some in _parts(asks, AT_ONCE):
            async with writing(System("demo"), cause=CAUSE) as w:
                made += _all_of(await posts.create_many(w, some))
        self.posts += len(made)
        return made

    async def _mark(self, asks: Sequence[MarkAsk]) -> None:
        for some in _parts(asks, 4 * AT_ONCE):
            async with writing(System("demo"), cause=CAUSE) as w:
                self.marks += len(_all_of(await posts.mark_many(w, some)))


def _parts(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    return [items[at : at + most] for at in range(0, len(items), most)]


def _all_of(answers: Iterable[Item | PetrelError]) -> list[Item]:
    """Errors: the first that is one."""
    found = []
    for answer in answers:
        if isinstance(answer, PetrelError):
            raise answer
        found.append(answer)
    return found


def _answered(talk: Talk, row: int) -> int | None:
    """The place of the line that this one answers; the first line begins."""
    if row == 0 or talk.lines[row].to < LAST:
        return None
    return row - 1 if talk.lines[row].to == LAST else talk.lines[row].to


def _moments(talk: Talk, now: datetime) -> list[datetime]:
    at = now - timedelta(hours=talk.ago_h)
    moments = [at]
    for line in talk.lines[1:]:
        at = min(at + timedelta(minutes=line.after_min), now)
        moments.append(at)
    return moments


async def fill(password: str, say: Callable[[str], None], *, everyday: int = EVERYDAY) -> Filled:
    """On a new site only. Errors: HandleTaken on one that was filled before."""
    stamps = Stamps()
    people = await make_people(stamps, password)
    await relate(people)
    say(f"{len(people)} people know each other.")
    filling = Fill(people, stamps, clock.now())
    await filling.everyday(everyday)
    await filling.talks([talk for talk in TALKS if talk.ago_h > NEWS_H])
    async with deriving("notifications") as w:
        await w.execute(SKIP_AHEAD, "notifications")
    await filling.talks([talk for talk in TALKS if talk.ago_h <= NEWS_H])
    await filling.talks(MESSAGES)
    await keep_apart(people)
    await take_tokens_back(people.values())
    say(f"{filling.posts:,} posts of a month are written, {filling.marks:,} likes and boosts given.")
    return Filled(len(people), filling.posts, filling.marks)
