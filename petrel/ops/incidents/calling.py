"""Calling somebody: the first of their ways that takes it. A way that hangs or is dead leads to the next.

What an address answers is the proof that the call left us; that somebody read it, only they can say, by taking it.
"""

import asyncio
from collections.abc import Awaitable
from urllib.parse import urlsplit

from msgspec import Struct

from petrel.core.limits import current
from petrel.features import mail
from petrel.ops.watching import Owner
from petrel.outside import webhooks

HANGS_S = 10.0
"""A way that takes longer is left for the next."""


class Called(Struct, frozen=True):
    """`way`: by its kind and host, since an address may hold a secret. `why`: what went wrong on ways before, or on
    all where `taken` is false."""

    way: str
    taken: bool
    why: str = ""


async def call(owner: Owner, number: int, subject: str, text: str) -> Called:
    """Webhooks first, then mail: neither needs the database."""
    wrong = []
    for address in owner.webhook:
        way = f"webhook {urlsplit(address).netloc}"
        body = {"text": f"{subject}\n{text}", "site": current().domain, "what": "incident", "number": number}
        if not (why := await _within(webhooks.post(address, body))):
            return Called(way, taken=True, why="; ".join(wrong))
        wrong.append(f"{way}: {why}")
    for place in owner.mail:
        if not (why := await _within(mail.call(place, subject, text))):
            return Called("mail", taken=True, why="; ".join(wrong))
        wrong.append(f"mail: {why}")
    return Called("no way", taken=False, why="; ".join(wrong) or "nobody said how to reach them: petrel alerts rules")


async def _within(trying: Awaitable[str]) -> str:
    seconds = HANGS_S
    try:
        async with asyncio.timeout(seconds):
            return await trying
    except TimeoutError:
        return f"hangs for {seconds:g} seconds"
    except Exception as e:
        return f"{type(e).__name__}: {e}"
