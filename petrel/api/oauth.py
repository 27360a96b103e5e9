"""The OAuth endpoints that apps call themselves; the page that asks a member is in `web/pages/oauth.py`.

source: RFC 6749 (tokens), 7009 (revocation), 8414 (metadata); docs/law API notes section 6.
"""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from msgspec import Struct

from petrel.api.http import Call, Reply, route
from petrel.api.present import cards
from petrel.core import limits, scopes
from petrel.core.doors import reading, writing
from petrel.core.errors import Unauthenticated
from petrel.core.viewer import Anonymous
from petrel.features import accounts
from petrel.features.accounts import Issued, actors, introspecting, oauth

NO_POSTS = "tokens, not posts"
NOBODY = Anonymous()
CHALLENGE = (b"www-authenticate", b'Basic realm="petrel"')


class ClientForm(Struct, frozen=True, kw_only=True):
    client_id: str = ""
    client_secret: str = ""


class TokenForm(ClientForm, frozen=True, kw_only=True):
    grant_type: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""


class RevokeForm(ClientForm, frozen=True, kw_only=True):
    token: str = ""


class Token(Struct):
    """`created_at` in seconds since 1970; tokens do not end by themselves."""

    access_token: str
    token_type: str
    scope: str
    created_at: int


def token_of(issued: Issued) -> Token:
    return Token(issued.token, "Bearer", " ".join(issued.scopes), int(issued.made_at.timestamp()))


@route("POST", "/oauth/token", scope="public", surface="none", why_no_surface=NO_POSTS, reply=Token)
async def token(call: Call, form: TokenForm) -> Reply:
    client_id, client_secret = _client(call, form)
    request = oauth.TokenRequest(form.grant_type, client_id, client_secret, form.code, form.redirect_uri,
                                 form.code_verifier, form.scope)
    async with writing(NOBODY, cause=call.id) as w:
        issued = await oauth.redeem(w, request)
    if isinstance(issued, accounts.OAuthError):
        return _refusal(issued)
    return Reply(token_of(issued), headers=((b"pragma", b"no-cache"),))


@route("POST", "/oauth/revoke", scope="public", surface="none", why_no_surface=NO_POSTS)
async def revoke(call: Call, form: RevokeForm) -> Reply:
    client_id, client_secret = _client(call, form)
    async with writing(NOBODY, cause=call.id) as w:
        error = await oauth.revoke(w, client_id, client_secret, form.token)
    return _refusal(error) if error else Reply({})


@route("POST", "/oauth/introspect", scope="public", surface="none", why_no_surface=NO_POSTS)
async def introspect(call: Call, form: RevokeForm) -> Reply:
    """What an app may know of a token of its own; of every other only that it does not work. source: RFC 7662."""
    client_id, client_secret = _client(call, form)
    async with writing(call.viewer, cause=call.id) as w:
        told = await introspecting.introspect(w, client_id, client_secret, form.token)
    if isinstance(told, accounts.OAuthError):
        return _refusal(told)
    if told is None:
        return Reply({"active": False})
    return Reply({"active": True, "scope": " ".join(told.scopes), "client_id": told.client_id, "token_type": "Bearer",
                  "iat": int(told.made_at.timestamp())})


@route("GET", "/oauth/token/info", scope="any token", surface="none", why_no_surface=NO_POSTS)
async def token_info(call: Call) -> dict[str, Any]:
    """Of the token that was sent. `expires_in`: tokens do not end by themselves."""
    async with reading(call.viewer) as r:
        told = await introspecting.told_of(r, call.viewer)
    if told is None:
        raise Unauthenticated
    return {"resource_owner_id": told.account and str(told.account), "scope": sorted(told.scopes), "expires_in": None,
            "application": {"uid": told.client_id}, "created_at": int(told.made_at.timestamp())}


@route("GET POST", "/oauth/userinfo", scope="profile", surface="none", why_no_surface="the account's own first line")
async def userinfo(call: Call) -> dict[str, Any]:
    """source: OpenID Connect Core section 5.3; `sub` is the address of the actor, which never changes."""
    async with reading(call.viewer) as r:
        own = await accounts.own(r)
    base, me = limits.current().base_url, own.account
    return {
        "iss": f"{base}/", "sub": actors.actor_url(me.id), "name": own.profile.display_name or me.handle,
        "preferred_username": me.handle, "profile": actors.profile_url(me.handle),
        "picture": cards.avatar_of(me.id, own.profile)}


@route("GET", "/.well-known/oauth-authorization-server", scope="public", surface="none", why_no_surface=NO_POSTS)
async def metadata(call: Call) -> Reply:
    base = limits.current().base_url
    return Reply({
        "issuer": f"{base}/",
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "userinfo_endpoint": f"{base}/oauth/userinfo",
        "app_registration_endpoint": f"{base}/api/v1/apps",
        "scopes_supported": list(scopes.KNOWN),
        "response_types_supported": ["code"],
        "response_modes_supported": list(oauth.RESPONSE_MODES),
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "service_documentation": f"{base}/about",
    }, cache=b"public, max-age=300")


def _client(call: Call, form: ClientForm) -> tuple[str, str]:
    """Id and secret from the Authorization header (RFC 6749 section 2.3.1) or else from the parameters."""
    header = call.header(b"authorization") or ""
    if header[:6].lower() != "basic ":
        return form.client_id, form.client_secret
    try:
        client_id, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)


def _refusal(error: accounts.OAuthError) -> Reply:
    body = {"error": error.code, "error_description": error.message}
    return Reply(body, error.status, (CHALLENGE,) if error.status == 401 else ())
