"""A viewer with every stream open on one WebSocket, and everything proposed to it: what comes, the law let through.

The request, the frames, the proposals and the judging are the application's own; only the socket is not there.
"""

import asyncio
import json
from typing import Any

from petrel.api.http.wire import TAKEN
from petrel.api.live.hub import HUB
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.features.streams import Item, News, Told
from tests.api.streams import settled
from tests.visibility.asking import NOTHING, Asker, Seen, entity_seen
from tests.visibility.world import COMMON, Person, Planted, World

SOME = 20           # notifications at once: a stream tells the newest forty
NUMBERS = "select id from notifications.notification where cell = law.cell($1) and account = $1 order by id"


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None: ...

    def get_extra_info(self, name: str) -> None:
        return None

    def set_write_buffer_limits(self, high: int) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0


def messages_in(data: bytes) -> list[str]:
    """The texts of unmasked frames."""
    found, at = [], 0
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size > 125:
            width = 2 if size == 126 else 8
            size, start = int.from_bytes(data[start:start + width], "big"), start + width
        if data[at] == 0x81:
            found.append(data[start:start + size].decode())
        at = start + size
    return found


async def listened(ask: Asker, world: World, person: Person, posts: list[Planted], own_list: int) -> list[Any]:
    """All entities of posts that came: updates, statuses of notifications, last messages of conversations."""
    sent: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": "/api/v1/streaming", "query_string": b"", "scheme": "http",
             "client": ("192.0.2.7", 1), "http_version": "1.1", "extensions": {TAKEN: {}}, "headers": [
                 (b"authorization", f"Bearer {person.token}".encode()), (b"upgrade", b"websocket"),
                 (b"sec-websocket-key", b"0" * 24), (b"sec-websocket-version", b"13")]}

    async def send(message: Any) -> None:
        sent.append(message)

    ask.asked += 1
    await ask.gate(scope, asyncio.Event().wait, send)
    if sent[0]["type"] != TAKEN:
        assert sent[0]["status"] in (401, 403), sent[0]
        return []
    line, transport = sent[0]["line"], Transport()
    line.connection_made(transport)
    for asked in ({"stream": "user"}, {"stream": "user:notification"}, {"stream": "public"}, {"stream": "direct"},
                  {"stream": "hashtag", "tag": f"{COMMON}tag"}, {"stream": "list", "list": str(own_list)}):
        text = json.dumps({"type": "subscribe", **asked}).encode()
        line.data_received(bytes((0x81, 0x80 | len(text))) + bytes(4) + text)
    await settled(HUB)
    await _propose(world, person, posts)
    line.connection_lost(None)
    return [entity for text in messages_in(bytes(transport.written)) if (entity := _entity(json.loads(text)))]


async def _propose(world: World, person: Person, posts: list[Planted]) -> None:
    HUB.take(News((0, 0, 0), [
        Item("messages.message.created", one.id, one.author.id, [one.conversation, person.id]) if one.is_direct else
        Item("posts.post.created", one.id, one.author.id, [0, 0, one.id, 0], [person.id]) for one in posts]))
    async with reading(System("tests")) as r:
        numbers = [row["id"] for row in await r.fetch(NUMBERS, person.id)]
    for start in range(0, len(numbers), SOME):
        some = numbers[start:start + SOME]
        HUB.hear(Told([(person.id, number) for number in some]))
        await settled(HUB)
    await settled(HUB)


def _entity(message: dict[str, Any]) -> Any:
    if "error" in message:
        return None
    payload = json.loads(message.get("payload", "null"))
    return {"update": lambda: payload, "notification": lambda: payload.get("status"),
            "conversation": lambda: payload["last_status"]}[message["event"]]()


async def streamed(v: Any, post: Planted) -> Seen:
    found = await v.streamed(post)
    seen = entity_seen(found.entities[post.id], post) if post.id in found.entities else Seen("nothing")
    seen.marks = seen.marks | frozenset(found.marks.get(post.number, ()))
    return seen


async def no_streams_for_anon(v: Any, post: Planted) -> Seen:
    for target in ("user", "user/notification", "public", "hashtag?tag=saltmarshtag", "list?list=1", "direct"):
        assert (await v.ask.get(f"/api/v1/streaming/{target}", None)).status == 401, target
    return NOTHING
