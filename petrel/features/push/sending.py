"""Sending what is due to services, some at a time; what came of it, the rows say afterwards.

A message leaves at least once: who dies between the service's yes and the end of the job sends it again, and apps know
it by its notification. A service that fails is let rest, and its messages wait; one that says that a subscription has
ended is believed.
"""

import asyncio
from collections.abc import Sequence

import msgspec
import structlog
from msgspec import Struct

from petrel.core import asking, clock, limits, seal
from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.features.notifications import Kind
from petrel.features.push import rows, rules, saying
from petrel.features.push.shapes import Due, bit_of
from petrel.outside import webpush

log = structlog.get_logger("petrel.push")
SYSTEM = System("push")
AT_ONCE = 8
BOUNDS = asking.Bounds(most_bytes=0, seconds=10.0, redirects=0)


class Came(Struct):
    """What came of some messages: `gone`: tokens whose subscription has ended; `again`: what is tried once more, and
    after how many seconds."""

    sent: int = 0
    gone: list[int] = []
    again: list[tuple[Due, float]] = []


async def sender() -> webpush.Sender:
    """The site, as services know it. Errors: Unavailable."""
    site = limits.current()
    contact = f"mailto:{site.contact_email}" if site.contact_email else site.base_url
    return webpush.Sender(webpush.sender_key(await seal.secret("vapid")), contact)


async def server_key() -> str:
    """The public half, by which apps tell services who may write to them. Errors: Unavailable."""
    return webpush.b64(webpush.public_bytes((await sender()).key))


async def send(told: Sequence[tuple[int, int, int]], token: int | None, attempt: int) -> Came:
    """Each notification (account, kind, id) to each app that wants it, or to that of `token` alone."""
    now_ms = int(clock.now().timestamp() * 1000)
    fresh = [one for one in told if not rules.is_too_old(one[2], now_ms)]
    async with reading(SYSTEM) as r:
        due = await rows.due(r, fresh, [bit_of(Kind(kind).word) for _, kind, _ in fresh], token)
    came, own, some = Came(), await sender(), asyncio.Semaphore(AT_ONCE)

    async def one_of(one: Due) -> None:
        async with some:
            await _send(one, own, attempt, came)

    async with asyncio.TaskGroup() as group:
        for one in due:
            group.create_task(one_of(one))
    return came


async def _send(one: Due, own: webpush.Sender, attempt: int, came: Came) -> None:
    said = await saying.payload(one)
    if said is None:
        return
    to = webpush.receiver(one.way.endpoint, one.way.p256dh, one.way.auth, is_standard=one.way.standard)
    urgency: webpush.Urgency = "high" if one.kind == Kind.MENTION else "normal"
    asked = webpush.message(msgspec.json.encode(said), to, own, ttl_s=rules.TTL_S, urgency=urgency)
    try:
        status = (await asking.ask(asked, BOUNDS)).status
    except asking.Resting as e:
        came.again.append((one, e.seconds))
    except asking.Failed as e:
        if e.is_theirs:
            came.again.append((one, rules.wait_s(attempt)))
        else:
            log.info("a push goes nowhere", why=e.why)
    else:
        _judge(one, status, attempt, came)


def _judge(one: Due, status: int, attempt: int, came: Came) -> None:
    if status < 300:
        came.sent += 1
    elif status in rules.GONE:
        came.gone.append(one.token)
    elif status in (408, 429) or status >= 500:
        came.again.append((one, rules.wait_s(attempt)))
    else:
        log.info("a push was refused", status=status)
