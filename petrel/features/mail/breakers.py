"""Letting a domain rest that refuses again and again, and the relay when it fails at all (`core/breakers.py`).

source: RFC 5321 section 4.5.4.1.
"""

from petrel.core.breakers import Breakers

RELAY = b""
RELAY_REST_S = (60, 120, 300, 600)

_domains = Breakers("mail.breaker", "mail", "mail")
close = _domains.close


async def digest_of(address: str) -> bytes:
    """Of the domain of an address."""
    return await _domains.digest_of(address.rpartition("@")[2])


async def rests(domain: bytes) -> float:
    """For how many seconds it is still let rest; 0 when it is not."""
    return await _domains.rests(domain) or 0.0


async def fail(domain: bytes, code: str, *, at_once: bool = False) -> float:
    """It took something not; how long it rests from now on. `at_once`: from the first failure on."""
    if not at_once:
        return await _domains.fail(domain, code)
    return await _domains.fail(domain, code, rest=lambda n: RELAY_REST_S[min(n, len(RELAY_REST_S)) - 1])
