"""The OAuth endpoints over HTTP. The rules themselves are tested in features/accounts/test_oauth.py."""

import base64
import itertools
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

import petrel.api.accounts_self
import petrel.api.apps
import petrel.api.oauth  # noqa: F401
from petrel.core.doors import Doors, reading, writing
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts
from petrel.features.accounts import NewAccount, oauth
from petrel.features.accounts.tokens import open_session
from tests.api.plain import Client

CALLBACK = "myapp:/cb"
_numbers = itertools.count()


@pytest.fixture
def api(site: Doors) -> Client:
    return Client()


async def new_app(api: Client, scopes: str = "read write profile") -> dict[str, str]:
    answer = await api("POST", "/api/v1/apps", form={"client_name": "A", "redirect_uris": CALLBACK, "scopes": scopes})
    return {"client_id": answer.json["client_id"], "client_secret": answer.json["client_secret"]}


async def a_code(app: dict[str, str], scope: str = "read", handle: str | None = None) -> str:
    """What the authorize page does for a member who says yes."""
    async with writing(System("test"), cause="test") as w:
        account = await accounts.create(w, NewAccount(handle or f"granter{next(_numbers)}"))
        session = await open_session(w, account.id)
    async with reading(Anonymous()) as r:
        member = await accounts.resolve(r, accounts.digest_of(session.token))
        request = await oauth.ask(r, {"response_type": "code", "client_id": app["client_id"], "scope": scope,
                                      "redirect_uri": CALLBACK})
    assert isinstance(member, Member) and isinstance(request, oauth.AuthorizeRequest)
    async with writing(member, cause="test") as w:
        answer = await oauth.grant(w, request, member)
    return parse_qs(urlsplit(answer.address).query)["code"][0]


async def redeem(api: Client, app: dict[str, str], code: str, **more: str) -> Any:
    return await api("POST", "/oauth/token", form={
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **app, **more})


async def test_a_code_is_turned_into_a_token_that_reads_as_the_member(api: Client) -> None:
    app = await new_app(api)
    answer = await redeem(api, app, await a_code(app, "read profile", "reader_one"))
    assert answer.status == 200 and answer.headers["cache-control"] == "private, no-store"
    token = answer.json
    assert token["token_type"] == "Bearer" and token["scope"] == "profile read" and isinstance(token["created_at"], int)
    me = await api("GET", "/api/v1/accounts/verify_credentials", token=token["access_token"])
    assert me.status == 200 and me.json["username"] == "reader_one"


async def test_the_client_may_show_its_secret_in_a_header(api: Client) -> None:
    app = await new_app(api)
    pair = f"{quote(app['client_id'], safe='')}:{quote(app['client_secret'], safe='')}"
    basic = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    answer = await api("POST", "/oauth/token", headers=basic, json={
        "grant_type": "authorization_code", "code": await a_code(app), "redirect_uri": CALLBACK})
    assert answer.status == 200
    for wrong in ("!!!", base64.b64encode(b"x:y").decode(), base64.b64encode(b"\xff").decode()):
        answer = await api("POST", "/oauth/token", headers={"authorization": f"Basic {wrong}"}, form={
            "grant_type": "client_credentials", **app})
        assert answer.status == 401 and answer.json["error"] == "invalid_client"
        assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(("changed", "status", "error"), [
    ({"client_secret": "wrong"}, 401, "invalid_client"), ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"code": "made up"}, 400, "invalid_grant"), ({"redirect_uri": "myapp:/other"}, 400, "invalid_grant"),
    ({"code_verifier": "v" * 43}, 400, "invalid_grant"), ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"), ({"grant_type": ""}, 400, "invalid_request"),
    ({"grant_type": "client_credentials", "scope": "admin:read"}, 400, "invalid_scope")])
async def test_refusals_have_the_codes_of_the_standard_and_a_sentence(
        api: Client, changed: dict[str, str], status: int, error: str) -> None:
    app = await new_app(api)
    code = await a_code(app)
    answer = await redeem(api, app, **{"code": code, **changed})
    assert (answer.status, answer.json["error"]) == (status, error)
    assert len(answer.json["error_description"]) > 10


async def test_a_code_shown_again_ends_the_token(api: Client) -> None:
    app = await new_app(api)
    code = await a_code(app)
    token = (await redeem(api, app, code)).json["access_token"]
    assert (await api("GET", "/api/v1/accounts/verify_credentials", token=token)).status == 200
    assert (await redeem(api, app, code)).json["error"] == "invalid_grant"
    assert (await api("GET", "/api/v1/accounts/verify_credentials", token=token)).status == 401


async def test_a_token_that_was_revoked_reads_nothing_at_once(api: Client) -> None:
    app, other = await new_app(api), await new_app(api)
    token = (await redeem(api, app, await a_code(app))).json["access_token"]
    assert (await api("GET", "/api/v1/preferences", token=token)).status == 200
    foreign = await api("POST", "/oauth/revoke", form={**other, "token": token})
    assert foreign.status == 403 and foreign.json["error"] == "unauthorized_client"
    wrong = await api("POST", "/oauth/revoke", form={**app, "client_secret": "x", "token": token})
    assert wrong.status == 401
    assert (await api("GET", "/api/v1/preferences", token=token)).status == 200
    done = await api("POST", "/oauth/revoke", form={**app, "token": token})
    assert (done.status, done.json) == (200, {})
    # The gate still remembers the token; the database does not.
    for path in ("/api/v1/preferences", "/api/v1/accounts/verify_credentials"):
        assert (await api("GET", path, token=token)).status == 401


async def test_a_scope_that_was_not_granted_opens_nothing(api: Client) -> None:
    app = await new_app(api)
    token = (await redeem(api, app, await a_code(app, "read:statuses"))).json["access_token"]
    answer = await api("GET", "/api/v1/preferences", token=token)
    assert answer.status == 403 and answer.json["error"] == "This action is outside the authorized scopes"
    answer = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, form={"note": "x"})
    assert answer.status == 403


async def test_an_app_is_told_of_its_own_tokens_and_of_no_others(api: Client) -> None:
    app, other = await new_app(api), await new_app(api)
    token = (await redeem(api, app, await a_code(app, "read profile", "looked_into"))).json["access_token"]
    mine = await api("POST", "/oauth/introspect", form={**app, "token": token})
    assert mine.json == {**mine.json, "active": True, "scope": "profile read", "client_id": app["client_id"],
                         "token_type": "Bearer"}
    assert (await api("POST", "/oauth/introspect", token=token, form={"token": token})).json == mine.json
    for asked in ({**other, "token": token}, {**app, "token": "nobody-has-this"}, {**app, "token": ""}):
        answer = await api("POST", "/oauth/introspect", form=asked)
        assert (answer.status, answer.json) == (200, {"active": False})
    for bad in ({"token": token}, {**app, "client_secret": "x", "token": token}):
        assert (await api("POST", "/oauth/introspect", form=bad)).status == 401
    info = await api("GET", "/oauth/token/info", token=token)
    me = (await api("GET", "/api/v1/accounts/verify_credentials", token=token)).json["id"]
    assert info.json == {"resource_owner_id": me, "scope": ["profile", "read"], "expires_in": None,
                         "application": {"uid": app["client_id"]}, "created_at": mine.json["iat"]}
    assert (await api("GET", "/oauth/token/info")).status == 401
    await api("POST", "/oauth/revoke", form={**app, "token": token})
    assert (await api("POST", "/oauth/introspect", form={**app, "token": token})).json == {"active": False}


async def test_userinfo_names_the_member_by_their_actor(api: Client) -> None:
    app = await new_app(api)
    token = (await redeem(api, app, await a_code(app, "profile", "info_one"))).json["access_token"]
    for method in ("GET", "POST"):
        answer = await api(method, "/oauth/userinfo", token=token)
        assert answer.status == 200 and answer.json["preferred_username"] == "info_one"
        assert "/ap/users/" in answer.json["sub"] and answer.json["iss"].endswith("/")
    assert (await api("GET", "/oauth/userinfo")).status == 401


async def test_the_metadata_names_only_what_is_there(api: Client) -> None:
    answer = await api("GET", "/.well-known/oauth-authorization-server", headers={"origin": "https://web.example"})
    found = answer.json
    assert answer.status == 200 and answer.headers["access-control-allow-origin"] == "*"
    assert found["code_challenge_methods_supported"] == ["S256"] and found["issuer"].endswith("/")
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert {"read", "write:statuses", "follow", "push", "profile"} <= set(found["scopes_supported"])
    for name in ("token_endpoint", "revocation_endpoint", "app_registration_endpoint"):
        assert (await api("POST", urlsplit(found[name]).path, form={"x": "y"})).status in (400, 401, 422)


async def test_a_request_that_cannot_be_read_is_told_as_oauth_tells_it(api, site):
    told = await api("POST", "/oauth/token", body=b"{", headers={"content-type": "application/json"})
    assert (told.status, told.json["error"]) == (400, "invalid_request") and "JSON" in told.json["error_description"]
