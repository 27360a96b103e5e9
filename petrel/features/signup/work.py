"""Proof of work, without anybody else: the browser looks for a number that, with our challenge and the handle, has a
digest with so many zero bits in front. Checked by one digest here.

A handle is taken once, so a proof is good once; a challenge is good for an hour, names its bits and is kept nowhere.
The script is petrel/web/static/work.js. Without one nobody is shut out: see `rules.way`.
"""

import hashlib
import hmac
import time

from petrel.core import seal

GOOD_S = 3600


async def challenge(bits: int) -> str:
    """What the form carries: until when, how many bits, and our proof that we said so."""
    until = int(time.time()) + GOOD_S
    return f"{until}.{bits}.{await _mac(until, bits)}"


async def holds(text: str, handle: str, found: str, bits: int) -> bool:
    """Whether `found` answers a challenge of ours, of so many bits at least, for this handle."""
    until, _, rest = text.partition(".")
    asked, _, mac = rest.partition(".")
    if not (until.isdecimal() and asked.isdecimal() and len(text) < 100 and len(found) < 40):
        return False
    if int(until) < time.time() or int(asked) < bits or not hmac.compare_digest(
            (await _mac(int(until), int(asked))).encode(), mac.encode("ascii", "replace")):
        return False
    return zeros(hashlib.sha256(f"{text} {handle.lower()} {found}".encode()).digest()) >= int(asked)


def zeros(digest: bytes) -> int:
    """Zero bits in front."""
    return 8 * len(digest) - int.from_bytes(digest, "big").bit_length()


async def _mac(until: int, bits: int) -> str:
    return hmac.new(await seal.secret("signup"), f"{until} {bits}".encode(), "sha256").hexdigest()[:32]
