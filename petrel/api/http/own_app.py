"""The site's own app in the browser: it acts by the session that the pages have, and sends no token.

A cookie comes along with whatever a browser sends, so it counts only beside a header that a page of another origin
cannot send without asking first (Fetch standard, CORS-safelisted headers), and `cors.preflight` never grants it. Why:
decision 0056.
"""

from petrel.api.http.body import HeaderMap
from petrel.core import cookies

HEADER = b"x-petrel-app"
OURS = b"1"
# What a browser says of who asks (Fetch Metadata). Older ones say nothing.
SAME = (None, b"same-origin")


def session_of(headers: HeaderMap, *, is_secure: bool) -> bytes | None:
    """The secret of the browser's session, None when this is not our app that asks."""
    if headers.get(HEADER) != OURS or headers.get(b"sec-fetch-site") not in SAME:
        return None
    wanted = cookies.name(cookies.SESSION, is_secure=is_secure).encode()
    for pair in headers.get(b"cookie", b"").split(b";"):
        name, _, value = pair.strip().partition(b"=")
        if name == wanted:
            return value.strip(b'"') or None
    return None
