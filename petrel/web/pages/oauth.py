"""The page on which a person lets an app act for them, and the code to type over for apps without a browser."""

import re
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from petrel.core.errors import Invalid
from petrel.web import addresses
from petrel.web.door import Visit
from petrel.web.serve import allow_form_to
from petrel.web.shapes import Handover

PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
)
CODE = re.compile(r"[A-Za-z0-9._~+/=-]{1,512}\Z")


async def ask(visit: Visit) -> Response:
    parameters = _parameters(visit)
    wants_fresh = visit.request.query_params.get("force_login") in ("1", "true")
    # Checked before the sign-in: its form may not lead to an app, so an error has to go there before.
    consent = await visit.needs.authorize_request(parameters)
    if isinstance(consent, Handover):
        return _hand_over(visit, consent)
    if visit.me is None or wants_fresh:
        return _sign_in_first(parameters, force=wants_fresh)
    page = visit.page("authorize.html", consent=consent, parameters=parameters, app=None)
    page.headers["cache-control"] = "no-store"
    return allow_form_to(page, addresses.app_source(consent.redirect_uri))


async def decide(visit: Visit) -> Response:
    visit.member()
    parameters = {name: visit.sent[name] for name in PARAMETERS if name in visit.sent}
    if visit.sent.get("decision") == "allow":
        return _hand_over(visit, await visit.needs.grant(visit.viewer, parameters, cause=visit.cause))
    return _hand_over(visit, await visit.needs.deny(visit.viewer, parameters, cause=visit.cause))


async def show_code(visit: Visit) -> Response:
    code = visit.request.query_params.get("code", "")
    if not CODE.match(code):
        raise Invalid(None, "There is no code here. Start again from the app that sent you")
    return _unkept(visit.page("code.html", code=code))


def _parameters(visit: Visit) -> dict[str, str]:
    """Errors: Invalid when one comes twice (RFC 6749 3.1)."""
    query = visit.request.query_params
    for name in PARAMETERS:
        if len(query.getlist(name)) > 1:
            raise Invalid(None, f"The app sent {name} more than once. Its makers have to correct that")
    return {name: query[name].replace("\0", "") for name in PARAMETERS if name in query}


def _sign_in_first(parameters: dict[str, str], *, force: bool) -> Response:
    back = "/oauth/authorize?" + urlencode(parameters)
    query = urlencode({"next": back, **({"force": "1"} if force else {})})
    return RedirectResponse("/auth/sign_in?" + query, status_code=303)


def _hand_over(visit: Visit, handover: Handover) -> Response:
    if handover.code:
        return visit.go("/oauth/authorize/native?" + urlencode({"code": handover.code}))
    if not handover.address:
        return _unkept(visit.page("denied.html"))
    source = addresses.app_source(handover.address)
    if not source or not addresses.is_header_safe(handover.address):
        raise Invalid(None, "The address of the app is not one we send anybody to")
    if handover.fields is not None:
        page = visit.page("form_post.html", address=handover.address, fields=handover.fields)
        return allow_form_to(_unkept(page), source)
    return _unkept(RedirectResponse(handover.address, status_code=303))


def _unkept(response: Response) -> Response:
    response.headers.update({"cache-control": "no-store", "referrer-policy": "no-referrer"})
    return response
