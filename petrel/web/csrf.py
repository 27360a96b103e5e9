"""Forms can only be sent from our own pages: a token in the form, bound to a cookie by a key only we have.

The binding is the session cookie, or for somebody not signed in a random cookie of their own (`guest`). A page of
another site can make a browser send the cookie, but can neither read it nor compute the token.
Source: OWASP, Cross-Site Request Forgery Prevention, "signed double-submit cookie".
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes, token_urlsafe

from petrel.core.errors import Refused

NONCE_BYTES = 12


class NotOurForm(Refused):
    """The form was open for too long, or it was not sent from our own page"""


def new_guest() -> str:
    """A binding for somebody without a session."""
    return token_urlsafe(18)


def token(key: bytes, binding: str) -> str:
    """Differs each time it is made (so that compressed pages cannot be probed for it); good as long as `binding`."""
    nonce = token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + _proof(key, binding, nonce)).decode()


def holds(key: bytes, binding: str, sent: str) -> bool:
    """Whether `sent` was made by us for this binding. Never for an empty binding."""
    try:
        raw = urlsafe_b64decode(sent.encode("ascii"))
    except ValueError:
        return False
    nonce, proof = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    return bool(binding) and hmac.compare_digest(proof, _proof(key, binding, nonce))


def _proof(key: bytes, binding: str, nonce: bytes) -> bytes:
    return hmac.digest(key, b"petrel.csrf\0" + nonce + binding.encode("utf-8", "surrogateescape"), "sha256")
