"""The site's own app in the browser: it acts by the session that the pages have, and sends no token.

A cookie comes along with whatever a browser sends, so it counts only beside a header that a page of another origin
cannot send without asking first (Fetch standard, CORS-safelisted headers), and `cors.preflight` never grants it. Why:
decision 0056.
"""

from petrel.api.http.body import HeaderMap
from petrel.core import cookies
from petrel.core.viewer import Member

HEADER = b"x-petrel-app"
OURS = b"1"
# Whose page it is that asks: a cookie is the browser's, and another tab may have signed in as somebody else meanwhile.
WHOSE = b"x-petrel-me"
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


def is_anothers(headers: HeaderMap, caller: object) -> bool:
    """Whether the page that asks was made for somebody else than the session is of now, or that session has ended:
    nothing is done, and nothing told, under a name that its reader does not see."""
    said = headers.get(WHOSE)
    if said is None or headers.get(HEADER) != OURS:
        return False
    return not (isinstance(caller, Member) and said == b"%d" % caller.account)
