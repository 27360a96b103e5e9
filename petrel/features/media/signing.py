"""Addresses that one viewer may use for a few minutes: for files that not everybody may have.

An address carries the digest of the session or token that asked for it, encrypted, with the time when it ends. Whoever
comes with it is taken for whoever holds that session at that moment: signed out, blocked or removed, it opens nothing.
It is bound to one upload, and says nothing to anybody else. source: docs/law/visibility.md sections 8 and 11.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from petrel.core import clock, seal

LASTS_S, STEP_S = 300, 60
"""Until the end of the step it is in, so that within one a page has the same addresses and browsers may keep files."""

DIGEST_BYTES, TIME_BYTES = 32, 4


class Signer:
    """One per process and key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def sign(self, digest: bytes, upload: int) -> bytes:
        """For the holder of this digest. Always as long."""
        step = int(clock.now().timestamp()) // STEP_S
        ends = (step * STEP_S + LASTS_S).to_bytes(TIME_BYTES, "big")
        return urlsafe_b64encode(self._cipher.encrypt(digest + ends, [upload.to_bytes(8, "big")])).rstrip(b"=")

    def opened(self, signed: str, upload: int) -> bytes | None:
        """The digest, or None for one that was not made here for this upload, or is over."""
        try:
            body = urlsafe_b64decode(signed.encode("ascii") + b"=" * (-len(signed) % 4))
            plain = self._cipher.decrypt(body, [upload.to_bytes(8, "big")])
        except (ValueError, InvalidTag, UnicodeEncodeError):
            return None
        if len(plain) != DIGEST_BYTES + TIME_BYTES:
            return None
        left_s = int.from_bytes(plain[DIGEST_BYTES:], "big") - clock.now().timestamp()
        # More is left only of what a clock signed that was ahead; a step more, since machines differ a little.
        return plain[:DIGEST_BYTES] if 0 < left_s <= LASTS_S + STEP_S else None


_made: tuple[bytes, Signer] | None = None


async def signer() -> Signer:
    global _made
    key = await seal.secret("media.address")
    if _made is None or _made[0] != key:
        _made = key, Signer(key)
    return _made[1]
