"""What the site says of itself to whoever asks, and to its crew's watcher on another host.

Health is not "a process answers": it is "a post got through within the last minutes, and somebody is watching".
The watcher shows that it knows the site's key, and is answered with a signature over the question's own number, so
that neither a proxy nor an old answer can say that all is well.
"""

import hmac
from typing import Literal

import msgspec

from petrel.core import seal
from petrel.core.doors import Reader
from petrel.ops.watching.canary import OFF
from petrel.ops.watching.shapes import Health, Measure

LATE_S = 180.0
"""Three canaries."""

SILENT_S = 120.0
CLOCK_S = 300
Word = Literal["ok", "starting", "failing"]
HEALTH = """
select canary_age_s, canary_took_ms, canary_failed_s, canary_said, measured_age_s, measures from ops.health($1)
"""


async def health(r: Reader) -> Health:
    row = await r.row(HEALTH, r.digest)
    assert row is not None
    return Health(row[0], row[1], row[2], row[3], row[4],
                  tuple(msgspec.json.decode(row["measures"], type=list[Measure])))


def is_off(now: Health) -> bool:
    """Whether no canary flies here, by the operator's choice."""
    return now.canary_said == OFF


def word(now: Health) -> Word:
    """`starting`: no canary has flown on this site yet."""
    if now.measured_age_s is not None and now.measured_age_s > SILENT_S:
        return "failing"
    if is_off(now):
        return "ok"
    if now.canary_age_s is None:
        return "starting" if now.canary_failed_s is None else "failing"
    return "ok" if now.canary_age_s <= LATE_S else "failing"


async def watch_key() -> str:
    """What the crew's watcher has to know; `petrel watch key` prints it. Errors: Unavailable."""
    return hmac.digest(await seal.secret("watching"), b"watches from elsewhere", "sha256").hex()


def signed(key: str, *parts: str | bytes) -> str:
    whole = b"\n".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    return hmac.digest(bytes.fromhex(key), whole, "sha256").hex()


def may_ask(key: str, nonce: str, at_s: str, shown: str, now_s: float) -> bool:
    """Whether whoever asks knows the key, and asks now."""
    if not at_s.isdigit() or len(at_s) > 12 or not nonce or abs(now_s - int(at_s)) > CLOCK_S:
        return False
    return hmac.compare_digest(shown, signed(key, "ask", nonce, at_s))
