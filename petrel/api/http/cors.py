"""Which addresses browsers of other sites may read, and what they are told.

Everything the client API has is open to any origin, without cookies: a token is what opens things, and
the page that sends one has it already. Source: docs/law API notes, section 1 (traps); Fetch standard.
"""

import re

from petrel.api.http.own_app import HEADER
from petrel.api.http.reply import Header, Headers

OPEN_STARTS = ("/api/", "/.well-known/", "/nodeinfo/")
OPEN_PATHS = frozenset(("/oauth/token", "/oauth/revoke", "/oauth/userinfo"))

ALLOW_ORIGIN: Header = (b"access-control-allow-origin", b"*")
EXPOSE: Header = (
    b"access-control-expose-headers",
    b"Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Mastodon-Async-Refresh",
)
CORS: tuple[Header, Header] = (ALLOW_ORIGIN, EXPOSE)

_NAMES = re.compile(rb"[A-Za-z0-9\-_, ]{1,400}\Z")


def is_open(path: str) -> bool:
    return path.startswith(OPEN_STARTS) or path in OPEN_PATHS


def preflight(asked_headers: bytes | None) -> Headers:
    """What a browser asks before it sends; the headers it wants to send are all allowed, but for the one by which our
    own app acts with the session's cookie: no other origin may. Cookies themselves are never allowed."""
    names = asked_headers if asked_headers and _NAMES.match(asked_headers) else b"authorization, content-type"
    if HEADER in names.lower():
        names = b", ".join(one for part in names.split(b",") if (one := part.strip()).lower() != HEADER)
    return (
        ALLOW_ORIGIN,
        (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (b"access-control-allow-headers", names),
        (b"access-control-max-age", b"7200"),
        (b"vary", b"Access-Control-Request-Headers"),
    )
