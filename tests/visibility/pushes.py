"""The door of push: what the service of a viewer's app would be given to carry, as the app's own code says it."""

import asyncio
from typing import TYPE_CHECKING

import msgspec

from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import push
from petrel.features.notifications import Kind
from petrel.features.push import rows, saying
from tests.api.plain import _call
from tests.features.push.receiver import App
from tests.visibility.asking import NOTHING, Seen, marks_in
from tests.visibility.expected import GONE
from tests.visibility.world import Person, Planted

if TYPE_CHECKING:
    from tests.visibility.doors import Visitor


# Everybody asks at once, and there are few connections.
_some = asyncio.Semaphore(3)


async def pushed(v: "Visitor", post: Planted) -> Seen:
    """Of every notification about this post."""
    async with _some:
        return await _pushed(v, post)


async def _pushed(v: "Visitor", post: Planted) -> Seen:
    assert v.person is not None
    if post.state in GONE and v.row == "author":
        return NOTHING          # nobody can subscribe any more; what did before is looked at in tests/api/test_push.py
    if v.subscribing is None:
        v.subscribing = asyncio.ensure_future(_subscribe(v.person))
    await v.subscribing
    async with reading(System("tests")) as r:
        found = await r.fetch("select account, kind, id from notifications.notification where cell = law.cell($1) "
                              "and account = $1 and post = $2", v.person.id, post.id)
        told = [tuple(row) for row in found]
        due = await rows.due(r, told, [push.bit_of(Kind(kind).word) for _, kind, _ in told], None)
    assert told and (due or v.row in ("blocked", "blocking", "author")), "nothing but the law may keep it back"
    said = [one for one in [await saying.payload(one) for one in due] if one is not None]
    text = msgspec.json.encode(said).decode()
    marks = marks_in(text, post.number)
    if "text" not in marks and "warn" not in marks:
        assert post.author.handle not in text and str(post.author.id) not in text, "a pointer names nobody"
    return Seen("nothing" if not said else "full" if "text" in marks else "gate", "", marks)


async def _subscribe(person: Person) -> None:
    way = push.Way("https://push.example/x", **App().keys)
    async with writing(person.member, cause="tests") as w:
        await push.subscribe(w, way, push.bit_of("mention") | push.bit_of("status"), push.Policy.ALL)


async def no_push_for_anon(v: "Visitor", post: Planted) -> Seen:
    for method in ("GET", "POST"):
        answer = await _call(v.ask.gate, method, "/api/v1/push/subscription", "", {}, b"")
        assert answer.status == 401, answer.body
    return NOTHING
