"""The OAuth 2 server: apps, the question put to a member, codes, tokens. By hand, because it is small.

Only confidential clients, the code grant (with PKCE by S256 where the app uses it) and client credentials; no
refresh tokens, and tokens do not end by themselves: that is what apps of this API expect.
source: RFC 6749, 7636, 7009; docs/law API notes section 6.
"""

import base64
import hashlib
import hmac
import re
from urllib.parse import quote, urlencode

from msgspec import Struct

from petrel.core import scopes
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Invalid, Refused
from petrel.core.viewer import Member
from petrel.features.accounts import reads, tokens
from petrel.features.accounts.apps import OUT_OF_BAND, app_of, authenticate, redirect_uri_fault, register
from petrel.features.accounts.sealing import digest_of, new_token
from petrel.features.accounts.shapes import App, Issued, OAuthError

__all__ = [
    "OUT_OF_BAND",
    "Answer",
    "AuthorizeRequest",
    "TokenRequest",
    "app_of",
    "ask",
    "deny",
    "grant",
    "redeem",
    "redirect_uri_fault",
    "register",
    "revoke",
]

CODE_S = 600                        # RFC 6749 section 4.1.2: ten minutes at most
RESPONSE_MODES = ("query", "fragment", "form_post")

_challenge = re.compile(r"[A-Za-z0-9\-_]{43}\Z")
_verifier = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")


class AuthorizeRequest(Struct, frozen=True):
    """A question an app may put to a member: known app, registered address, scopes it registered."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None = None
    code_challenge: str | None = None
    response_mode: str = "query"


class Answer(Struct, frozen=True):
    """How an answer reaches the app. `address`: where to send the browser, empty when there is nowhere (the code
    is shown to the person instead). `fields`: posted to that address rather than part of it."""

    address: str = ""
    code: str = ""
    fields: dict[str, str] | None = None


class TokenRequest(Struct, frozen=True):
    """The parameters of `POST /oauth/token`; client id and secret from wherever the client put them."""

    grant_type: str
    client_id: str
    client_secret: str
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""


async def ask(r: Reader, parameters: dict[str, str]) -> AuthorizeRequest | Answer:
    """Reads the query of the authorize page. An Answer is an error on its way back to the app.

    Errors: Invalid when the app or its address is not known: then nobody is sent anywhere (RFC 6749 4.1.2.1).
    """
    app = await reads.app_by_client(r, parameters.get("client_id", ""))
    if app is None:
        raise Invalid(None, "No app with this client_id has introduced itself to this server")
    uri = parameters.get("redirect_uri", "")
    if uri not in app.redirect_uris or redirect_uri_fault(uri):
        raise Invalid(None, "The app did not register the redirect_uri that it asks for")
    request = AuthorizeRequest(
        app, uri, (), parameters.get("state"), parameters.get("code_challenge") or None,
        parameters.get("response_mode") or "query")
    error = _fault(request, parameters)
    if error is None:
        try:
            wanted = scopes.parse(parameters.get("scope", ""))
        except ValueError:
            wanted = ()
        if wanted and scopes.covers(app.scopes, wanted):
            return AuthorizeRequest(app, uri, wanted, request.state, request.code_challenge, request.response_mode)
        error = "invalid_scope", "The app asks for a scope that nobody knows or that it did not register"
    if request.response_mode not in RESPONSE_MODES:
        request = AuthorizeRequest(app, uri, (), request.state)
    return _answer(request, {"error": error[0], "error_description": error[1]})


def _fault(request: AuthorizeRequest, parameters: dict[str, str]) -> tuple[str, str] | None:
    if parameters.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is supported"
    if request.response_mode not in RESPONSE_MODES:
        return "invalid_request", "The response_mode is not supported"
    method = parameters.get("code_challenge_method")
    if request.code_challenge is None:
        return ("invalid_request", "A code_challenge_method needs a code_challenge") if method else None
    if method != "S256":
        return "invalid_request", "The code_challenge_method must be S256"
    if not _challenge.match(request.code_challenge):
        return "invalid_request", "The code_challenge is not one made by S256"
    return None


async def grant(w: Writer, request: AuthorizeRequest, member: Member) -> Answer:
    """The member said yes: a code for the app, good once and for ten minutes.

    What only the crew may do is left out for others, so that the token tells the truth.
    Errors: Refused for anything but a browser's session: an app cannot let in another.
    """
    if not member.is_session:
        raise Refused("grant without session")
    given = [s for s in request.scopes if not s.startswith("admin:") or member.role != "member"]
    if not given:
        return _answer(request, {"error": "invalid_scope", "error_description": "Only the crew can grant this"})
    code = new_token()
    await w.execute(
        "insert into accounts.grant_code (digest, app, account, redirect_uri, scopes, code_challenge, expires_at) "
        "values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))",
        digest_of(code), request.app.id, member.account, request.redirect_uri, given, request.code_challenge, CODE_S)
    w.record("accounts.grant.given", request.app.id, actor=member.account, refs=[member.account])
    return _answer(request, {"code": code})


def deny(request: AuthorizeRequest) -> Answer:
    """The member said no."""
    return _answer(request, {"error": "access_denied", "error_description": "The request was refused"})


def _answer(request: AuthorizeRequest, fields: dict[str, str]) -> Answer:
    if request.redirect_uri == OUT_OF_BAND:
        return Answer(code=fields.get("code", ""))
    if request.state is not None:
        fields = {**fields, "state": request.state}
    if request.response_mode == "form_post":
        return Answer(address=request.redirect_uri, fields=fields)
    query = urlencode(fields, quote_via=quote)
    if request.response_mode == "fragment":
        return Answer(address=f"{request.redirect_uri}#{query}")
    return Answer(address=f"{request.redirect_uri}{'&' if '?' in request.redirect_uri else '?'}{query}")


async def redeem(w: Writer, request: TokenRequest) -> Issued | OAuthError:
    """A token for a code, or for the app itself. An error is returned, not raised, so that the transaction
    commits: a code shown with the wrong address or verifier is used up, and one shown twice ends its token.
    """
    app = await authenticate(w, request.client_id, request.client_secret)
    if app is None:
        return UNKNOWN_CLIENT
    if request.grant_type == "client_credentials":
        return await _for_itself(w, app, request.scope)
    if request.grant_type != "authorization_code":
        return OAuthError("unsupported_grant_type" if request.grant_type else "invalid_request",
                          "The grant_type must be authorization_code or client_credentials")
    if not request.code:
        return OAuthError("invalid_request", "The code is missing")
    return await _for_code(w, app, request)


UNKNOWN_CLIENT = OAuthError("invalid_client", "There is no such client, or its secret is another", status=401)
BAD_CODE = OAuthError("invalid_grant", "The code is unknown, used, too old, of another client, or was given for "
                                       "another redirect_uri or code_challenge")


async def _for_itself(w: Writer, app: App, scope: str) -> Issued | OAuthError:
    try:
        wanted = scopes.parse(scope)
    except ValueError:
        wanted = ()
    if not wanted or not scopes.covers(app.scopes, wanted):
        return OAuthError("invalid_scope", "The scope is unknown, or the app did not register it")
    return await tokens.issue(w, None, app.id, wanted)


async def _for_code(w: Writer, app: App, request: TokenRequest) -> Issued | OAuthError:
    rows = await w.change(
        "update accounts.grant_code set used_at = now() where digest = $1 and used_at is null "
        "returning app, account, redirect_uri, scopes, code_challenge, expires_at > now() as is_in_time",
        digest_of(request.code))
    if not rows:
        await _end_what_it_gave(w, request.code)
        return BAD_CODE
    one = rows[0]
    w.record("accounts.grant.used", one["app"], actor=one["account"], refs=[one["account"]])
    if not _is_good(one, app, request):
        return BAD_CODE
    issued = await tokens.issue(w, one["account"], app.id, one["scopes"])
    await w.execute("update accounts.grant_code set token = $2 where digest = $1", digest_of(request.code), issued.id)
    return issued


def _is_good(code: Row, app: App, request: TokenRequest) -> bool:
    return (code["is_in_time"] and code["app"] == app.id and code["redirect_uri"] == request.redirect_uri
            and _is_verified(code["code_challenge"], request.code_verifier))


def _is_verified(challenge: str | None, verifier: str) -> bool:
    """A code without a challenge takes no verifier either, so that PKCE cannot be stripped on the way.

    source: RFC 7636 section 4.6; RFC 9700 section 2.1.1.
    """
    if challenge is None:
        return not verifier
    if not _verifier.match(verifier):
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


async def _end_what_it_gave(w: Writer, code: str) -> None:
    """A code shown twice was stolen: the token it gave ends (RFC 6749 section 4.1.2)."""
    token = await w.value("select token from accounts.grant_code where digest = $1", digest_of(code))
    if token is not None:
        await tokens.revoke_number(w, token)


async def revoke(w: Writer, client_id: str, client_secret: str, token: str) -> OAuthError | None:
    """Ends a token of this app. A token nobody knows is answered like one just ended (RFC 7009 section 2.2)."""
    app = await authenticate(w, client_id, client_secret)
    if app is None:
        return UNKNOWN_CLIENT
    if await tokens.revoke_digest(w, digest_of(token), app.id):
        return None
    if await tokens.is_known(w, digest_of(token)):
        return OAuthError("unauthorized_client", "This token was not given to this client", status=403)
    return None
