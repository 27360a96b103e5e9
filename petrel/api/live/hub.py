"""Who has which stream open in this process, and the way of an event to them.

News from the feed is worked through in batches: what comes while one batch is judged makes the next. One timer for all:
every second the lines of one of fifteen groups get a heartbeat, so nothing wakes where nobody is connected.
"""

import asyncio
import random
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from petrel.api.live import frames
from petrel.api.live.lines import MOST_TOPICS, Line
from petrel.api.live.register import Register
from petrel.api.live.sending import Sender, members_of
from petrel.api.live.topics import Topic, check_scope, topic_of
from petrel.core import doors
from petrel.core.errors import PetrelError, Refused, Unavailable
from petrel.core.viewer import Member
from petrel.features import accounts, streams
from petrel.features.streams import News, Told

BEATS_S = 15
MOST_LINES = 20_000
MOST_OF_ONE = 64
WATCH_S = 2.0
TOKENS_S = 60
FLUSH_S = 8
GOODBYE_S = 4.0
ACCOUNT_ENDS = frozenset((
    "accounts.account.suspended", "accounts.account.erasing", "accounts.account.erased", "accounts.account.removed",
    "accounts.account.changed", "accounts.password.changed"))


class Asked(Struct):
    """What a client says on a WebSocket."""

    type: str = ""
    stream: str = ""
    tag: str = ""
    list: str | int = ""


class Hub:
    """One per process."""

    def __init__(self) -> None:
        self.register = Register()
        self.sender = Sender(self.register)
        self.is_leaving = False
        self.closed: dict[str, int] = {}                       # by reason, for whoever looks on
        self._feed: streams.Feed | None = None
        self._beats: list[dict[int, Line]] = [{} for _ in range(BEATS_S)]
        self._ending: dict[int, tuple[int, Line]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._now_s = 0

    @property
    def is_empty(self) -> bool:
        return not (self.register.lines or self.register.of_account or self.register.of_topic or any(self._beats)
                    or self._ending)

    # Coming and going.

    async def prepare(self, member: Member, topics: Iterable[Topic]) -> None:
        """Whatever a line needs before it is open. Errors: Refused, NotFound, Unavailable."""
        if self.is_leaving or len(self.register.lines) >= MOST_LINES:
            raise Unavailable("Too many streams are open just now; please try again", retry_after_s=5)
        if len(self.register.of_account.get(member.account, ())) >= MOST_OF_ONE:
            raise Refused("streams", "You have too many streams open; please close some")
        feed = self._begin_feed()
        for topic in topics:
            await self._check(member, topic)
        await feed.watch(member.account, WATCH_S)

    def _begin_feed(self) -> streams.Feed:
        if self._feed is None:
            self._feed = streams.Feed(doors.current().run_directory, self.take, self.hear)
            self._feed.begin()
        self._wind()
        return self._feed

    async def _check(self, member: Member, topic: Topic) -> None:
        check_scope(member, topic)
        if topic.name == "list":
            self.register.members[topic] = await members_of(member, topic)

    def open(self, line: Line) -> None:
        self.register.add(line)
        self._begin_feed().add(line.member.account)
        self._beats[line.number % BEATS_S][line.number] = line
        for topic in line.topics:
            self._begin_list(topic)

    def gone(self, line: Line) -> None:
        """The connection is no more; twice does no harm."""
        if self.register.remove(line):
            self._beats[line.number % BEATS_S].pop(line.number, None)
            self._ending.pop(line.number, None)

    def ended(self, line: Line) -> None:
        """It says goodbye; what does not go out in time is thrown away."""
        self._ending[line.number] = (self._now_s + FLUSH_S, line)

    def _begin_list(self, topic: Topic) -> None:
        if topic.name == "list" and topic not in self.register.members:
            self.sender.spawn(self.sender.reload(topic))

    # What clients ask for on a WebSocket.

    def asked(self, line: Line, message: bytes) -> None:
        try:
            asked = msgspec.json.decode(message, type=Asked)
            topic = topic_of(asked.stream, tag=asked.tag, number=str(asked.list))
        except msgspec.MsgspecError:
            line.refuse("This cannot be read", 400)
            return
        except PetrelError as e:
            line.refuse(e.message, 400)
            return
        if asked.type == "unsubscribe":
            self.register.unsubscribe(line, topic)
        elif asked.type != "subscribe":
            line.refuse("Unknown message type", 400)
        elif len(line.topics) >= MOST_TOPICS:
            line.refuse("Too many streams on one connection", 400)
        elif topic.name == "list":
            self.sender.spawn(self._join_list(line, topic))
        else:
            try:
                check_scope(line.member, topic)
            except Refused as e:
                line.refuse(e.message, 401)
            else:
                self.register.subscribe(line, topic)

    async def _join_list(self, line: Line, topic: Topic) -> None:
        try:
            await self._check(line.member, topic)
        except PetrelError as e:
            line.refuse(e.message if isinstance(e, Refused) else "Not authorized to stream this list", 401)
            return
        if line.number in self.register.lines:
            self.register.subscribe(line, topic)

    # Time.

    def _wind(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(1.0, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._now_s += 1
        for line in list(self._beats[self._now_s % BEATS_S].values()):
            line.beat()
        for until_s, line in list(self._ending.values()):
            if until_s <= self._now_s and line.transport is not None:
                line.transport.abort()
        if self._now_s % TOKENS_S == 0 and self.register.lines:
            self.sender.spawn(self._check_tokens(list(self.register.lines.values())))
        if self._now_s % BEATS_S == 0 and self._feed is not None:
            self._feed.keep(self.register.of_account.keys())
            self.register.sweep()
            if not self.register.lines and not self._feed.is_waited_for:
                self.sender.spawn(self._rest())
                return
        self._wind()

    async def _rest(self) -> None:
        """Nobody has a stream open: no connection, no timer, nothing remembered."""
        feed, self._feed = self._feed, None
        self.sender.sent.clear()
        if feed is not None:
            await feed.end()
        if self.register.lines or self._feed is not None:
            self._wind()            # somebody came meanwhile

    async def _check_tokens(self, some: list[Line]) -> None:
        """Ends the lines of tokens that are none any more, or of accounts that may not come in."""
        digests = list({line.member.digest for line in some})
        try:
            good = {}
            for start in range(0, len(digests), 500):
                part = digests[start:start + 500]
                good.update(zip(part, await accounts.resolve_together(part), strict=True))
        except PetrelError:
            return                  # asked again in a minute; nothing is sent meanwhile without the law
        for line in some:
            if type(good[line.member.digest]) is not Member:
                self.end(line, frames.NOT_ALLOWED, "The access token is no longer good")

    def end(self, line: Line, code: int, why: str, *, again_ms: int = 0) -> None:
        self.closed[why] = self.closed.get(why, 0) + 1
        line.end(code, why, again_ms=again_ms)

    def leave(self, *, gently: bool) -> None:
        """This process ends. Gently, where another serves beside it already: the lines go over some seconds, so that
        not all come there at once."""
        self.is_leaving = True
        loop = asyncio.get_running_loop()
        for line in list(self.register.lines.values()):
            if gently:
                loop.call_later(random.uniform(0, GOODBYE_S), self._send_on, line)  # noqa: S311
            else:
                self._send_on(line)

    def _send_on(self, line: Line) -> None:
        again_ms = random.randint(200, 3_000)  # noqa: S311
        self.end(line, frames.RESTART, "Please connect again: the server is restarted", again_ms=again_ms)

    # What comes from the feed.

    def take(self, news: News) -> None:
        """Called in the order of the journal."""
        rest = []
        for item in news.items:
            if item.kind == "accounts.token.revoked":
                self._recheck(item.refs[0] if item.refs else 0)
            elif item.kind in ACCOUNT_ENDS:
                self._recheck(item.subject)
            else:
                rest.append(item)
        self.sender.take(rest)

    def resume(self, line: Line) -> None:
        self.sender.resume(line, line.topics[0], line.resumes)

    def hear(self, told: Told) -> None:
        self.sender.hear(told.rows)

    def _recheck(self, account: int) -> None:
        """At once: what waits to be sent is judged by itself, what is open closes."""
        if mine := self.register.of_account.get(account):
            self.sender.spawn(self._check_tokens(list(mine)))


HUB = Hub()
