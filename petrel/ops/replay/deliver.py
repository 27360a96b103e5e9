"""Brings one request to the site, as often as needed: every request of a replay may safely be sent twice (posts
carry an Idempotency-Key, a repeated boost is answered with the first, reads change nothing).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import msgspec

from petrel.ops.replay.client import Answer, Lost

Ask = Callable[[bytes], Awaitable[Answer]]

WORTH_A_RETRY = frozenset({409, 429, 500, 502, 503, 504})
WAITS_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)  # 16 s in all: a database may crash and recover meanwhile
LONGEST_WAIT_S = 30.0


async def deliver(ask: Ask, request: bytes, retries: Counter[str]) -> Answer:
    """The first answer that is final, or the last one. Errors: Lost when not even the last try had an answer."""
    for wait_s in (*WAITS_S, None):
        try:
            answer = await ask(request)
        except Lost as lost:
            if wait_s is None:
                raise
            retries[f"no answer: {lost}"] += 1
        else:
            if wait_s is None or answer.status not in WORTH_A_RETRY:
                return answer
            retries[str(answer.status)] += 1
            wait_s = max(wait_s, _asked_wait_s(answer))
        await asyncio.sleep(wait_s)
    raise AssertionError("the last try returns or raises")


def _asked_wait_s(answer: Answer) -> float:
    try:
        return min(LONGEST_WAIT_S, float(answer.header(b"retry-after") or 0))
    except ValueError:
        return 0.0


def words_of(answer: Answer) -> str:
    """Status and error text, for a person."""
    try:
        text = str(msgspec.json.decode(answer.body, type=dict[str, object]).get("error", ""))
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = answer.body[:80].decode("utf-8", "replace")
    return f"{answer.status} {text}".strip()
