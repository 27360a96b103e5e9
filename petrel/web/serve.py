"""Around every handler: who asks, the form, errors as pages with a cure, and the headers that keep a page safe."""

import logging
from collections.abc import Awaitable, Callable
from math import ceil
from urllib.parse import quote

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from petrel.core.errors import NotFound, PetrelError, TooMany, Unauthenticated, Unavailable
from petrel.core.viewer import Anonymous, anonymous_in
from petrel.web import look, words
from petrel.web.door import Door, Visit
from petrel.web.shapes import Site

log = logging.getLogger("petrel.web")
Handler = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'{forms}; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY.format(forms=""),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "vary": "Cookie",
}


def allow_form_to(response: Response, source: str) -> Response:
    """Let the forms of this one page lead to an app (`addresses.app_source`) as well."""
    response.headers["content-security-policy"] = POLICY.format(forms=f" {source}" if source else "")
    return response


def allow_script(response: Response) -> Response:
    """Let this one page run a script of ours; it works without one as well."""
    response.headers["content-security-policy"] = POLICY.format(forms="") + "; script-src 'self'"
    return response


def endpoint(door: Door, handler: Handler, *, from_anywhere: bool = False) -> Endpoint:
    """The handler as Starlette wants it. `from_anywhere`: what is sent is not read, and need not be of our own form."""

    async def answer(request: Request) -> Response:
        visit = None
        try:
            visit = await _open(door, request)
            if request.method == "POST" and not from_anywhere:
                await visit.receive()
            response = await handler(visit)
        except PetrelError as wrong:
            response = _sorry(request, visit, wrong)
        except Exception as fault:
            # The last net under a form: what was typed comes back, whatever broke.
            log.error("unexpected error", exc_info=fault)
            response = trouble_page(visit if visit and visit.sent else None, 500)
        return _guard(response, is_private=visit is None or visit.me is not None)

    return answer


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
    known, cure = words.TROUBLES.get(status, words.TROUBLES[500])
    kept = visit.sent.get("text", "") if visit else ""
    context = {"code": status, "title": title or known, "cure": cure, "message": message, "kept": kept}
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
    if isinstance(wrong, (TooMany, Unavailable)):
        response.headers["retry-after"] = str(max(1, ceil(wrong.retry_after_s)))
    return response


def _guard(response: Response, *, is_private: bool) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # A page for somebody signed in stays in no cache at all; others may be kept but are asked for again each time.
    response.headers.setdefault("cache-control", "private, no-store" if is_private else "private, no-cache")
    return response
