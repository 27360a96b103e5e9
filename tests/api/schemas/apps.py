"""Apps, and the tokens they hold."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from tests.api.schemas.base import Empty, Entity, Id, Text, Url
from tests.api.schemas.errors import OF_OAUTH


class Application(Entity):
    id: Id
    name: str
    website: str | None
    scopes: list[str]
    redirect_uri: str
    redirect_uris: list[str]
    vapid_key: str


class CredentialApplication(Application):
    client_id: str
    client_secret: str
    client_secret_expires_at: Literal[0]


class WebPushSubscription(Entity):
    """Its number is a number, and small. source: decision 0042."""

    id: Annotated[int, Meta(gt=0, lt=2 ** 31)]
    endpoint: Url
    standard: bool
    alerts: dict[str, bool]
    server_key: Text
    policy: Literal["all", "followed", "follower", "none"]


class Token(Entity):
    access_token: str
    token_type: Literal["Bearer"]
    scope: str
    created_at: Annotated[int, Meta(gt=1_700_000_000)]


class AuthorizationServer(Entity):
    issuer: Url
    authorization_endpoint: Url
    token_endpoint: Url
    revocation_endpoint: Url
    userinfo_endpoint: Url
    app_registration_endpoint: Url
    scopes_supported: list[str]
    response_types_supported: list[Literal["code"]]
    response_modes_supported: list[Literal["query", "fragment", "form_post"]]
    grant_types_supported: list[Literal["authorization_code", "client_credentials"]]
    code_challenge_methods_supported: list[Literal["S256"]]
    token_endpoint_auth_methods_supported: list[Literal["client_secret_basic", "client_secret_post"]]
    service_documentation: Url


class UserInfo(Entity):
    """source: OpenID Connect Core section 5.1."""

    iss: Url
    sub: Url
    name: Text
    preferred_username: Text
    profile: Url
    picture: Url


class Introspected(Entity, omit_defaults=True):
    """source: RFC 7662 section 2.2; of a token that is not the app's, or does not work, nothing but that."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    token_type: Literal["Bearer"] | None = None
    iat: int | None = None


class ClientOfToken(Entity):
    uid: Text


class TokenInfo(Entity):
    resource_owner_id: Id | None
    scope: list[Text]
    expires_in: None
    application: ClientOfToken
    created_at: int


ANSWERS: dict[str, Any] = {
    "GET /api/v1/push/subscription": WebPushSubscription,
    "POST /api/v1/push/subscription": WebPushSubscription,
    "PUT /api/v1/push/subscription": WebPushSubscription,
    "DELETE /api/v1/push/subscription": Empty,
    "POST /api/v1/apps": CredentialApplication,
    "GET /api/v1/apps/verify_credentials": Application,
    "POST /api/v1/accounts": Token,
    "POST /oauth/token": {200: Token, **OF_OAUTH},
    "POST /oauth/revoke": {200: Empty, **OF_OAUTH},
    "GET /oauth/userinfo": UserInfo,
    "POST /oauth/introspect": {200: Introspected, **OF_OAUTH},
    "GET /oauth/token/info": TokenInfo,
    "POST /oauth/userinfo": UserInfo,
    "GET /.well-known/oauth-authorization-server": AuthorizationServer,
}
