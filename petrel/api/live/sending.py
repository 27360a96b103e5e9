"""From the journal to the lines: who may be sent what, judged at that moment, in batches.

What comes while one batch is judged makes the next. Nothing is kept of what could not be sent.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from petrel.api.live import frames
from petrel.api.live.events import Event, announcement, conversation, missed, notified, reactions
from petrel.api.live.judging import Want, has_files, judge, tags_of
from petrel.api.live.lines import Line
from petrel.api.live.register import Register
from petrel.api.live.sent import Sent
from petrel.api.live.topics import Topic, may
from petrel.api.present import sieve
from petrel.core import doors
from petrel.core.errors import NotFound, PetrelError
from petrel.core.pages import Page
from petrel.core.viewer import Member
from petrel.features import lists, timelines
from petrel.features.posts import Surface
from petrel.features.streams import Item

log = structlog.get_logger("petrel.live")

MOST_BACKLOG = 20_000
BATCH = 200
NOTIFIED_AT_ONCE = 4
GONE = frozenset(("posts.post.deleted", "posts.boost.removed", "posts.post.taken_down", "messages.message.deleted",
                  "messages.message.taken_down"))


class Proposal(Struct, frozen=True):
    """A post that may go out on these lines, as this kind of event."""

    event: bytes
    post: int
    boosted: int
    lines: list[tuple[Line, Topic]]


class Sender:
    """`delivered`: how many events went out."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.sent = Sent()
        self.delivered = 0
        self._news: deque[Item] = deque()
        self._told: dict[int, set[int]] = {}
        self._reactions: dict[int, dict[str, int]] = {}        # under announcements, as they were last sent
        self._worker: asyncio.Task[None] | None = None
        self._teller: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_busy(self) -> bool:
        return self._worker is not None or self._teller is not None or bool(self._tasks)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def take(self, items: Sequence[Item]) -> None:
        """In the order of the journal."""
        self._news.extend(items)
        if len(self._news) > MOST_BACKLOG:
            log.warning("streams fall behind, and pass over what is oldest", waiting=len(self._news))
            while len(self._news) > MOST_BACKLOG // 2:
                self._news.popleft()
        if self._news and self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def hear(self, rows: Iterable[tuple[int, int]]) -> None:
        """Accounts, and numbers of their new notifications."""
        for account, number in rows:
            if account in self.register.of_account:
                self._told.setdefault(account, set()).add(number)
        if self._told and self._teller is None:
            self._teller = asyncio.get_running_loop().create_task(self._tell())

    async def _work(self) -> None:
        try:
            while self._news:
                some = [self._news.popleft() for _ in range(min(BATCH, len(self._news)))]
                try:
                    await self._send_posts(some)
                    for item in some:
                        await self._send_other(item)
                except PetrelError as e:
                    log.warning("events not streamed", events=len(some), error=str(e.detail or e))
                except Exception as e:
                    log.error("events not streamed", events=len(some), exc_info=e)
        finally:
            self._worker = None

    # Posts.

    async def _send_posts(self, some: list[Item]) -> None:
        by_place: dict[Surface, list[Proposal]] = {}
        public = [item for item in some if _is_public(item)]
        tagged = [topic for topic in self.register.of_topic if topic.kind.parameter == "tag"]
        tags = await tags_of([item.subject for item in public]) if tagged and public else {}
        for item in some:
            self._propose(item, tags, by_place)
        for place, proposals in by_place.items():
            await self._send(place, proposals)
        for item in some:
            if item.kind in GONE:
                self._say_gone(item.subject)
            elif item.kind == "posts.post.narrowed":
                await self._say_narrowed(item.subject)

    def _propose(self, item: Item, tags: dict[int, frozenset[str]], by_place: dict[Surface, list[Proposal]]) -> None:
        if item.kind == "posts.boost.created":
            event, boosted = b"update", item.refs[0]
        elif item.kind == "posts.post.created":
            event, boosted = b"update", 0
        elif item.kind == "posts.post.edited":
            event, boosted = b"status.update", 0
        else:
            return

        def add(place: Surface, lines: list[tuple[Line, Topic]]) -> None:
            if lines:
                by_place.setdefault(place, []).append(Proposal(event, item.subject, boosted, lines))

        lines, members = self.register.lines, self.register.members
        of_account, of_topic = self.register.of_account, self.register.of_topic
        add(Surface.HOME, [(line, topic) for account in item.reached for line in of_account.get(account, ())
                           for topic in line.topics if topic.name == "user"])
        if event == b"status.update":
            again = [(lines[n], topic) for n, topic in self.sent.to(item.subject) if n in lines]
            for place in (Surface.PUB, Surface.LIST):
                add(place, [(line, topic) for line, topic in again if topic.kind.place is place])
            return
        if _is_public(item):
            mine = tags.get(item.subject, frozenset())
            add(Surface.PUB, [(line, topic) for topic, there in of_topic.items() if _fits(topic, mine)
                              for line in there.values()])
        add(Surface.LIST, [(line, topic) for topic, them in members.items() if item.actor in them
                           for line in of_topic.get(topic, {}).values()])

    async def _send(self, place: Surface, proposals: list[Proposal]) -> None:
        if place is Surface.LIST:
            again = [one for one in proposals if one.event != b"update"]
            new = [one for one in proposals if one.event == b"update"]
            proposals = (await self._of_lists(new) if new else []) + again
        index: dict[tuple[bytes, int], int] = {}
        wants: list[Want] = []
        for one in proposals:
            for line, _ in one.lines:
                if index.setdefault((line.member.digest, one.post), len(wants)) == len(wants):
                    wants.append(Want(line.member, one.post, one.boosted))
        entities = await judge(place, wants)
        made: dict[tuple[int, bytes, bytes], bytes] = {}
        for one in proposals:
            for line, topic in one.lines:
                entity = entities[index[line.member.digest, one.post]]
                if entity is None or topic not in line.topics or (topic.wants_files and not has_files(entity)):
                    continue
                key = id(entity), topic.label if line.is_socket else b"", one.event
                frame = made.get(key)
                if frame is None:
                    frame = made[key] = (frames.message(topic.label, one.event, entity) if line.is_socket
                                         else frames.sse(one.event, entity, one.post))
                if line.put(frame):
                    self.delivered += 1
                    self.sent.note(one.post, line.number, topic)

    async def _of_lists(self, proposals: list[Proposal]) -> list[Proposal]:
        """What belongs in each list, as its owner's database says: replies by its policy, members still followed."""
        ids = [one.post for one in proposals]
        span = Page(2 * BATCH, max_id=max(ids) + 1, min_id=min(ids) - 1)
        fits: dict[Topic, set[int]] = {}
        for line, topic in {topic: (line, topic) for one in proposals for line, topic in one.lines}.values():
            async with doors.reading(line.member) as r:
                found = await timelines.of_list(r, int(topic.value), span)
            fits[topic] = {number for number, _ in found}
        return [Proposal(one.event, one.post, one.boosted, kept) for one in proposals
                if (kept := [pair for pair in one.lines if one.post in fits[pair[1]]])]

    def _say_gone(self, post: int) -> None:
        """To those whom it was sent, and nobody else: who could not see it does not learn that it was there."""
        for number, topic in self.sent.to(post):
            self._put(number, topic, Event(b"delete", b"%d" % post))
        self.sent.forget(post)

    async def _say_narrowed(self, post: int) -> None:
        """Who was sent it and may not see it any more is told as if it were deleted."""
        lines = self.register.lines
        was_sent = [(lines[n], topic) for n, topic in self.sent.to(post) if n in lines]
        for place in {topic.kind.place for _, topic in was_sent}:
            pairs = [(line, topic) for line, topic in was_sent if topic.kind.place is place]
            entities = await judge(place, [Want(line.member, post) for line, _ in pairs])
            for (line, topic), entity in zip(pairs, entities, strict=True):
                if entity is None:
                    self._put(line.number, topic, Event(b"delete", b"%d" % post))

    def _put(self, number: int, topic: Topic, event: Event) -> None:
        line = self.register.lines.get(number)
        if line is not None and topic in line.topics and line.put(event.framed(topic, is_socket=line.is_socket)):
            self.delivered += 1

    # All else.

    async def _send_other(self, item: Item) -> None:
        kind = item.kind
        if kind.startswith("relationships.filter."):
            sieve.forget(item.actor)
            self._to_account(item.actor, Event(b"filters_changed"))
        elif kind == "notifications.request.accepted":
            self._to_account(item.actor, Event(b"notifications_merged", b"1"), "user", "user:notification")
        elif kind == "messages.message.created":
            await self._send_conversation(item)
        elif kind == "accounts.announcement.published":
            await self._send_announcement(item.subject)
        elif kind == "accounts.announcement.withdrawn":
            self._reactions.pop(item.subject, None)
            for account in list(self.register.of_account):
                self._to_account(account, Event(b"announcement.delete", b"%d" % item.subject))
        elif kind in ("accounts.announcement.reacted", "accounts.announcement.unreacted"):
            await self._send_reactions(item.subject)
        elif kind.startswith("lists."):
            await self._reload_lists(item)

    def _to_account(self, account: int, event: Event, *names: str) -> None:
        for line in list(self.register.of_account.get(account, ())):
            for topic in line.topics:
                if topic.name in (names or ("user",)):
                    self._put(line.number, topic, event)

    async def _send_conversation(self, item: Item) -> None:
        for account in dict.fromkeys((item.actor, *item.refs[1:])):
            for line in list(self.register.of_account.get(account, ())):
                for topic in line.topics:
                    if topic.name == "direct":
                        entity = await conversation(line.member, item.refs[0], item.subject)
                        if entity is not None:
                            self._put(line.number, topic, Event(b"conversation", entity))
                            self.sent.note(item.subject, line.number, topic)

    async def _send_announcement(self, number: int) -> None:
        """Its text is the same for all."""
        line = next((line for line in self.register.lines.values() if not line.is_ending), None)
        entity = None if line is None else await announcement(line.member, number)
        if entity is not None:
            for account in list(self.register.of_account):
                self._to_account(account, Event(b"announcement", entity))

    async def _send_reactions(self, number: int) -> None:
        """The counts that are others than when this was last looked at; at first all of them."""
        line = next((line for line in self.register.lines.values() if not line.is_ending), None)
        if line is None:
            return
        now, before = await reactions(line.member, number), self._reactions.get(number, {})
        self._reactions[number] = now
        for name in now | before:
            if now.get(name, 0) != before.get(name):
                said = {"name": name, "count": now.get(name, 0), "announcement_id": str(number)}
                for account in list(self.register.of_account):
                    self._to_account(account, Event(b"announcement.reaction", msgspec.json.encode(said)))

    async def _reload_lists(self, item: Item) -> None:
        for topic in list(self.register.members):
            if item.kind == "lists.account.swept" or topic.value == str(item.subject):
                await self.reload(topic)

    async def reload(self, topic: Topic) -> None:
        line = next(iter(self.register.of_topic.get(topic, {}).values()), None)
        if line is None:
            self.register.members.pop(topic, None)
            return
        try:
            self.register.members[topic] = await members_of(line.member, topic)
        except NotFound:
            self.register.members[topic] = frozenset()

    # Notifications.

    async def _tell(self) -> None:
        try:
            while self._told:
                some = [(a, self._told.pop(a)) for a in list(self._told)[:NOTIFIED_AT_ONCE]]
                await asyncio.gather(*(self._tell_one(account, numbers) for account, numbers in some))
        finally:
            self._teller = None

    async def _tell_one(self, account: int, numbers: set[int]) -> None:
        by_digest: dict[bytes, list[tuple[Line, Topic]]] = {}
        for line in self.register.of_account.get(account, ()):
            for topic in line.topics:
                if topic.name in ("user", "user:notification") and may(line.member, "read:notifications"):
                    by_digest.setdefault(line.member.digest, []).append((line, topic))
        for pairs in by_digest.values():
            try:
                found = await notified(pairs[0][0].member, numbers)
            except PetrelError as e:
                log.warning("notifications not streamed", error=str(e.detail or e))
                continue
            for number, entity in found:
                for line, topic in pairs:
                    self._put(line.number, topic, Event(b"notification", entity, number))

    # Coming back.

    def resume(self, line: Line, topic: Topic, after: int) -> None:
        """Sends what this line would have got since `after`, as far as it goes back; a little of it perhaps again."""
        self.spawn(self._resume(line, topic, after))

    async def _resume(self, line: Line, topic: Topic, after: int) -> None:
        try:
            found, told = await missed(line.member, topic, after)
            wants = [Want(line.member, *one) for one in found if not self.sent.has(one[0], line.number)]
            for want, entity in zip(wants, await judge(topic.kind.place, wants), strict=True):
                if entity is not None:
                    self._put(line.number, topic, Event(b"update", entity, want.post))
                    self.sent.note(want.post, line.number, topic)
            for number, entity in told:
                self._put(line.number, topic, Event(b"notification", entity, number))
        except PetrelError as e:
            log.warning("a stream could not go back", error=str(e.detail or e))


def _is_public(item: Item) -> bool:
    """Whether it stands on the public timeline by what it is: public when written, and no reply."""
    return item.kind == "posts.post.created" and item.refs[3] == 0 and not item.refs[0]


def _fits(topic: Topic, tags: frozenset[str]) -> bool:
    """Posts of other servers there are none yet."""
    if topic.kind.parameter == "tag":
        return topic.value in tags
    return topic.name in ("public", "public:local", "public:media", "public:local:media")


async def members_of(member: Member, topic: Topic) -> frozenset[int]:
    async with doors.reading(member) as r:
        return frozenset(one.account for one in await lists.members(r, int(topic.value)))
