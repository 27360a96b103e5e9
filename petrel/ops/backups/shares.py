"""The recovery key, split m of n: any m people together have it, fewer know nothing of it.

Shamir's scheme over GF(256), byte by byte: a random polynomial of degree m - 1 whose value at 0 is the byte; share x is
its value at x. source: A. Shamir, "How to share a secret", 1979; the field is that of AES (FIPS 197, section 4).
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Sequence

from msgspec import Struct

from petrel.ops.backups.shapes import WrongKey

CHECK_BYTES = 3
SET_BYTES = 3
MOST = 20
LINE = re.compile(r"petrel-share-1\s+([A-Za-z2-7-]+)")


def _tables() -> tuple[bytes, bytes]:
    """Powers of the generator 3, and the logarithms."""
    powers, logs, value = bytearray(510), bytearray(256), 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)
    return bytes(powers), bytes(logs)


POWERS, LOGS = _tables()


def _times(a: int, b: int) -> int:
    return POWERS[LOGS[a] + LOGS[b]] if a and b else 0


def _over(a: int, b: int) -> int:
    return POWERS[LOGS[a] + 255 - LOGS[b]] if a else 0


class Share(Struct, frozen=True):
    """`group`: tells the shares of one split from those of another. `needed`: m. `x`: 1 to n."""

    group: bytes
    needed: int
    x: int
    body: bytes


def split(secret: bytes, needed: int, count: int) -> list[Share]:
    """`needed` of `count` people. Errors: WrongKey for numbers that make no sense."""
    if not 1 <= needed <= count <= MOST:
        raise WrongKey(f"{needed} of {count} is no split: say m of n, with 1 <= m <= n <= {MOST}")
    group = os.urandom(SET_BYTES)
    above = [os.urandom(len(secret)) for _ in range(needed - 1)]
    return [Share(group, needed, x, bytes(_value([byte, *(one[i] for one in above)], x)
                                          for i, byte in enumerate(secret))) for x in range(1, count + 1)]


def _value(polynomial: Sequence[int], x: int) -> int:
    """Horner's rule; the constant stands first."""
    value = 0
    for coefficient in reversed(polynomial):
        value = _times(value, x) ^ coefficient
    return value


def join(shares: Sequence[Share]) -> bytes:
    """The secret. Errors: WrongKey, naming what is missing. A forged share gives a secret that opens nothing."""
    unique = {one.x: one for one in shares}
    if len({(one.group, one.needed, len(one.body)) for one in shares}) > 1:
        raise WrongKey("These shares are of different splits: an older set was printed too. Use those of one day")
    if not shares or len(unique) < shares[0].needed:
        needed = shares[0].needed if shares else 1
        raise WrongKey(f"{len(unique)} different shares were given and {needed} are needed: "
                       f"{needed - len(unique)} more people have to come")
    some = list(unique.values())[:shares[0].needed]
    weights = [_weight(one.x, [other.x for other in some]) for one in some]
    secret = bytearray(len(some[0].body))
    for one, weight in zip(some, weights, strict=True):
        for i, byte in enumerate(one.body):
            secret[i] ^= _times(byte, weight)
    return bytes(secret)


def _weight(x: int, all_x: Sequence[int]) -> int:
    """Lagrange's, at 0; minus is plus here."""
    weight = 1
    for other in all_x:
        if other != x:
            weight = _times(weight, _over(other, other ^ x))
    return weight


def text_of(share: Share) -> str:
    """One line, in letters that can be read aloud, with a check."""
    raw = share.group + bytes([share.needed, share.x]) + share.body
    letters = base64.b32encode(raw + _check(raw)).decode().rstrip("=")
    return "petrel-share-1 " + "-".join(letters[i:i + 4] for i in range(0, len(letters), 4))


def _check(raw: bytes) -> bytes:
    return hashlib.sha256(b"petrel share " + raw).digest()[:CHECK_BYTES]


def parsed(text: str, where: str) -> list[Share]:
    """All shares in a text, whatever stands around them. Errors: WrongKey (none, or mistyped)."""
    found = [_decoded(match[1], f"{where}, share {number}") for number, match in enumerate(LINE.finditer(text), 1)]
    if not found:
        raise WrongKey(f"{where} holds no share of a recovery key: a line that begins with petrel-share-1")
    return found


def _decoded(letters: str, where: str) -> Share:
    letters = letters.replace("-", "").upper()
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        raw = b""
    bare, check = raw[:-CHECK_BYTES], raw[-CHECK_BYTES:]
    if len(bare) <= SET_BYTES + 2 or not hmac.compare_digest(check, _check(bare)):
        raise WrongKey(f"{where} is mistyped. Compare it letter by letter with what was printed")
    return Share(bare[:SET_BYTES], bare[SET_BYTES], bare[SET_BYTES + 1], bare[SET_BYTES + 2:])
