"""Letting a domain rest that refuses again and again, and the relay when it fails at all.

Hammering a server that refuses is how a sender gets onto block lists; and one full or broken domain must not hold up
the letters to all others. source: RFC 5321 section 4.5.4.1.
"""

import hmac

from petrel.core import seal
from petrel.core.doors import deriving, reading
from petrel.core.viewer import System
from petrel.features.mail import rules

RELAY = b""
RELAY_REST_S = (60, 120, 300, 600)
SYSTEM = System("mail")

RESTS_S = "select extract(epoch from open_until - now())::float8 from mail.breaker where domain = $1"
FAIL = """
insert into mail.breaker as b (domain, failures, code) values ($1, 1, $2)
on conflict (domain) do update set failures = b.failures + 1, code = excluded.code, said_at = now()
returning failures
"""
OPEN = "update mail.breaker set open_until = now() + make_interval(secs => $2) where domain = $1"
CLOSE = "delete from mail.breaker where domain = $1"


async def digest_of(address: str) -> bytes:
    """Keyed: many a domain belongs to one person."""
    domain = address.rpartition("@")[2].lower()
    return hmac.digest(await seal.secret("mail"), b"domain " + domain.encode(), "sha256")


async def rests(domain: bytes) -> float:
    """For how many seconds it is still let rest; 0 when it is not. After its time one letter may try."""
    async with reading(SYSTEM) as r:
        return max(0.0, float(await r.value(RESTS_S, domain) or 0))


async def fail(domain: bytes, code: str, *, at_once: bool = False) -> float:
    """It took something not; how long it rests from now on. `at_once`: from the first failure on."""
    async with deriving("mail") as w:
        failures = (await w.change(FAIL, domain, code))[0]["failures"]
        rest_s = RELAY_REST_S[min(failures, len(RELAY_REST_S)) - 1] if at_once else rules.rest_s(failures)
        if rest_s:
            await w.execute(OPEN, domain, rest_s)
    return rest_s


async def close(domain: bytes) -> None:
    """It took a letter."""
    async with deriving("mail") as w:
        await w.execute(CLOSE, domain)
