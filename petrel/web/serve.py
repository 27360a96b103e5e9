"""Around every handler: who asks, the form, errors as pages with a cure, and the headers that keep a page safe."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from math import ceil
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from petrel.core import asker, packing
from petrel.core.errors import Full, NotFound, PetrelError, TooMany, Unauthenticated, Unavailable
from petrel.core.viewer import Anonymous, account_of, anonymous_in
from petrel.web import csp, look, speech, words
from petrel.web.door import Door, Visit
from petrel.web.shapes import Site

log = logging.getLogger("petrel.web")
Handler = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

HEADERS = {
    "content-security-policy": csp.PLAIN.format(forms=""),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "vary": "Cookie, Accept-Language, Accept-Encoding",
}
PACKED = frozenset(("/", "/public", "/about", "/tags/{tag}", "/@{handle}", "/@{handle}/{post}"))
"""Pages with which most visits begin. Without a query they say nothing back that whoever made a link chose; secrets of
forms differ each time they are made (csrf.py). Decision 0064."""


def allow_form_to(response: Response, source: str) -> Response:
    """Let the forms of this one page lead to an app (`addresses.app_source`) as well."""
    response.headers["content-security-policy"] = csp.PLAIN.format(forms=f" {source}" if source else "")
    return response


def allow_script(response: Response) -> Response:
    """Let this one page run a script of ours; it works without one as well."""
    response.headers["content-security-policy"] = csp.PLAIN.format(forms="") + "; script-src 'self'"
    return response


def endpoint(door: Door, handler: Handler, *, path: str = "page", from_anywhere: bool = False) -> Endpoint:
    """The handler as Starlette wants it. `path`: the pattern of its address, by which its time is counted.
    `from_anywhere`: what is sent is not read, and need not be of our own form."""

    async def answer(request: Request) -> Response:
        visit = None
        request.scope["petrel.page"] = path
        try:
            visit = await _open(door, request)
            request.scope["petrel.account"] = account_of(visit.visitor.viewer)
            asker.is_now(request.scope["petrel.account"])
            if request.method == "POST" and not from_anywhere:
                await visit.receive()
            response = await handler(visit)
        except PetrelError as wrong:
            response = _sorry(request, visit, wrong)
        except Exception as fault:
            # The last net under a form: what was typed comes back, whatever broke.
            log.error("unexpected error", exc_info=fault)
            response = trouble_page(visit if visit and visit.sent else None, 500)
        finally:
            if visit is not None:
                visit.form.close()
        is_private = visit is None or visit.me is not None
        if not is_private and request.method in ("GET", "HEAD"):
            response = only_if_new(request, response)
        return _guard(_packed(request, response, path), is_private=is_private)

    return answer


def _packed(request: Request, response: Response, path: str) -> Response:
    """In gzip for whoever takes it: a slow line brings the page a quarter of a second sooner."""
    may_be = path in PACKED and response.status_code == 200 and request.method == "GET" and not request.url.query
    if may_be and packing.is_taken(request.headers.get("accept-encoding", "").encode("latin-1")):
        response.body = packing.packed(bytes(response.body))
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    return response


def not_found(door: Door) -> Endpoint:
    """For addresses nobody knows: byte for byte what a hidden post answers."""

    async def nothing(visit: Visit) -> Response:
        raise NotFound()

    return endpoint(door, nothing)


def broken(request: Request, fault: Exception) -> Response:
    """For what nobody expected: a page that needs neither database nor session."""
    log.error("unexpected error", exc_info=fault)
    return bare_trouble(500)


def bare_trouble(status: int) -> Response:
    """An error page for nobody in particular."""
    return _guard(trouble_page(None, status), is_private=True)


def trouble_page(visit: Visit | None, status: int, message: str = "", title: str = "") -> Response:
    """What happened, what to do, and whatever the person had typed."""
    says = visit.says if visit else speech.of(speech.USUAL)
    known = f"trouble.{status}" if says.has(f"trouble.{status}.title") else "trouble.500"
    kept = visit.sent.get("text", "") if visit else ""
    context: dict[str, Any] = {"code": status, "title": title or says.t(f"{known}.title"), "message": message,
                               "cure": says.t(f"{known}.cure"), "kept": kept}
    if visit is not None:
        return visit.page("error.html", status=status, **context)
    html = look.render("error.html", visit=None, site=Site(), me=None, base_url="", **context)
    return HTMLResponse(html, status_code=status)


async def _open(door: Door, request: Request) -> Visit:
    session = request.cookies.get(door.cookie("session"), "")
    visitor = await door.needs.visitor(session)
    if isinstance(visitor.viewer, Anonymous) and (country := request.scope.get("petrel.country")):
        visitor = replace(visitor, viewer=anonymous_in(country))
    return Visit(door, request, visitor, await door.needs.site())


def _sorry(request: Request, visit: Visit | None, wrong: PetrelError) -> Response:
    status = words.status_of(wrong)
    if isinstance(wrong, Unauthenticated) and request.method in ("GET", "HEAD") and visit is not None:
        return RedirectResponse("/auth/sign_in?next=" + quote(visit.path, safe=""), status_code=303)
    if status >= 500:
        log.warning("cannot answer", exc_info=wrong)
    # A 404 says nothing of its own: hidden and missing must look alike (visibility.md section 3).
    response = trouble_page(visit, status, "" if status in (401, 404, 500, 503) else words.said(wrong))
    if isinstance(wrong, (TooMany, Unavailable, Full)):
        response.headers["retry-after"] = str(max(1, ceil(wrong.retry_after_s)))
    return response


def only_if_new(request: Request, response: Response, at: datetime | None = None) -> Response:
    """A page with a tag of what it says, or 304 for whoever has it as it is (RFC 9110, 13). Not where a cookie is set,
    or something said of caches. `at`: when it last changed, where that is known."""
    if response.status_code != 200 or "set-cookie" in response.headers or "cache-control" in response.headers:
        return response
    tag = f'W/"{sha256(bytes(response.body)).hexdigest()[:24]}"'
    response.headers["etag"] = tag
    if at is not None:
        response.headers["last-modified"] = format_datetime(at.replace(microsecond=0), usegmt=True)
    if not _has_it(request, tag, at):
        return response
    told = ("etag", "last-modified", "x-robots-tag")
    return Response(status_code=304, headers={n: response.headers[n] for n in told if n in response.headers})


def _has_it(request: Request, tag: str, at: datetime | None) -> bool:
    if (known := request.headers.get("if-none-match")) is not None:
        return tag in {one.strip() for one in known.split(",")} or known.strip() == "*"
    since = request.headers.get("if-modified-since")
    if at is None or since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= at.replace(microsecond=0)
    except (TypeError, ValueError):
        return False


def _guard(response: Response, *, is_private: bool) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # A page for somebody signed in stays in no cache at all; others may be kept but are asked for again each time.
    response.headers.setdefault("cache-control", "private, no-store" if is_private else "private, no-cache")
    return response
