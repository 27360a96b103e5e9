"""Streams in the client API: server-sent events at an address each, or any number of them on one WebSocket.

A token opens them in all three places: the Authorization header, the `access_token` parameter, and the subprotocol of a
WebSocket, which is echoed then. What a stream brings: `petrel/api/live`.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from petrel.api.http import Call, Id, Reply, route
from petrel.api.http.opening import Opening
from petrel.api.http.reply import TEXT_TYPE
from petrel.api.http.wire import LEAVING
from petrel.api.live import frames
from petrel.api.live.hub import HUB
from petrel.api.live.lines import Line, Pipe
from petrel.api.live.topics import KINDS, Topic, UnknownStream, topic_of
from petrel.core.errors import Invalid

ADDRESSES = {
    "user": "user", "user/notification": "user:notification", "public": "public", "public/local": "public:local",
    "public/remote": "public:remote", "hashtag": "hashtag", "hashtag/local": "hashtag:local", "list": "list",
    "direct": "direct"}
HEADERS = ((b"content-type", b"text/event-stream"), (b"cache-control", b"private, no-store"),
           (b"x-accel-buffering", b"no"), (b"connection", b"close"), (b"x-content-type-options", b"nosniff"))
UNKNOWN = "Unknown channel requested"


class StreamForm(Struct, frozen=True, kw_only=True):
    """`last_event_id`: as the Last-Event-ID header, for who cannot send it."""

    tag: str = ""
    list: str = ""
    only_media: bool = False
    stream: str = ""
    last_event_id: Id | None = None


def _refused(why: str, status: int = 400) -> Reply:
    return Reply({"error": why}, status)


def _last(call: Call, form: StreamForm) -> int:
    sent = call.header(b"last-event-id") or ""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 20 else form.last_event_id or 0


async def _events(call: Call, form: StreamForm, name: str) -> Reply:
    media = ":media" if form.only_media and name.startswith("public") else ""
    try:
        topic = topic_of(name + media, tag=form.tag, number=form.list)
    except UnknownStream:
        return _refused(UNKNOWN)
    except Invalid as e:
        return _refused(e.message)
    await HUB.prepare(call.member, [topic])
    if call.method == "HEAD":
        return Reply(b"", 200, HEADERS[1:], b"text/event-stream")
    line = Line(HUB, call.member, (topic,), is_socket=False)
    line.resumes = _last(call, form)
    return Reply(Opening(line, 200, HEADERS, frames.GREETING, Pipe))


def _at(name: str) -> Callable[[Call, StreamForm], Awaitable[Reply]]:
    async def events(call: Call, form: StreamForm) -> Reply:
        return await _events(call, form, name)
    return events


for _path, _name in ADDRESSES.items():
    route("GET", f"/api/v1/streaming/{_path}", scope=KINDS[_name].scope, surface="strm")(_at(_name))


@route("GET", "/api/v1/streaming/health", scope="public", surface="none", why_no_surface="says that streams are served",
       limit="none")
async def health(call: Call) -> Reply:
    return Reply(b"OK", type=TEXT_TYPE)


@route("GET", "/api/v1/streaming", scope="read:statuses or read:notifications", surface="strm")
async def socket(call: Call, form: StreamForm) -> Reply:
    """A WebSocket; without one, as the address of the stream that is named."""
    if (call.header(b"upgrade") or "").lower() != "websocket":
        return await _events(call, form, form.stream)
    key, version = call.headers.get(b"sec-websocket-key", b""), call.headers.get(b"sec-websocket-version")
    if len(key) != 24 or version != b"13" or not call.gives_away:
        return Reply({"error": "This WebSocket cannot be opened"}, 400, ((b"sec-websocket-version", b"13"),))
    topics: tuple[Topic, ...] = ()
    if form.stream:
        try:
            topics = (topic_of(form.stream, tag=form.tag, number=form.list),)
        except UnknownStream as e:
            return _refused(e.message)
        except Invalid as e:
            return _refused(e.message)
    await HUB.prepare(call.member, topics)
    line = Line(HUB, call.member, topics, is_socket=True)
    line.resumes = _last(call, form)
    headers = [(b"upgrade", b"websocket"), (b"connection", b"Upgrade"),
               (b"sec-websocket-accept", frames.accept_of(key))]
    if protocol := call.headers.get(b"sec-websocket-protocol"):
        headers.append((b"sec-websocket-protocol", protocol))
    return Reply(Opening(line, 101, tuple(headers)))


LEAVING.append(lambda gently: HUB.leave(gently=gently))
