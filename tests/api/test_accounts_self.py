"""A member's own account over HTTP."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import petrel.api.accounts_self
import petrel.api.apps
import petrel.api.oauth  # noqa: F401
from petrel.core import limits
from petrel.core.doors import Doors, writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.features.accounts import NewAccount
from tests.api.plain import Client

_numbers = itertools.count()
REQUIRED = {
    "id", "username", "acct", "display_name", "locked", "bot", "group", "created_at", "note", "url", "uri", "avatar",
    "avatar_static", "header", "header_static", "followers_count", "following_count", "statuses_count",
    "last_status_at", "emojis", "fields", "source", "role", "discoverable"}


@pytest.fixture
def api(site: Doors) -> Client:
    return Client()


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    before = limits.current()
    yield
    limits.install(before)


async def a_token(scopes: str = "read write", **more: Any) -> str:
    async with writing(System("test"), cause="test") as w:
        account = await accounts.create(w, NewAccount(**{"handle": f"self{next(_numbers)}", **more}))
        return (await accounts.issue(w, account.id, None, scopes.split())).token


async def an_app_token(api: Client, scopes: str = "read write") -> str:
    app = (await api("POST", "/api/v1/apps", json={"client_name": "A", "redirect_uris": "a:/b", "scopes": scopes})).json
    answer = await api("POST", "/oauth/token", json={
        "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"],
        "scope": scopes})
    return str(answer.json["access_token"])


async def test_an_app_asks_who_it_acts_for(api: Client) -> None:
    token = await a_token(handle="Selma", display_name="Selma S.", note="a <b>\nline", email="selma@example.org")
    answer = await api("GET", "/api/v1/accounts/verify_credentials", token=token)
    assert answer.status == 200
    me = answer.json
    assert set(me) >= REQUIRED
    assert me["username"] == "Selma" and me["display_name"] == "Selma S." and me["avatar"].endswith(f"{me['id']}.png")
    assert me["source"]["note"] == "a <b>\nline" and "&lt;b&gt;" in me["note"]
    assert me["source"]["privacy"] == "public" and me["source"]["follow_requests_count"] == 0
    assert b"selma@example.org" not in answer.body


@pytest.mark.parametrize(("token", "status", "error"), [
    (None, 401, "The access token is invalid"), ("made-up", 401, "The access token is invalid")])
async def test_nobody_is_told_so(api: Client, token: str | None, status: int, error: str) -> None:
    answer = await api("GET", "/api/v1/accounts/verify_credentials", token=token)
    assert (answer.status, answer.json["error"]) == (status, error)


async def test_an_app_by_itself_is_no_member(api: Client) -> None:
    answer = await api("GET", "/api/v1/accounts/verify_credentials", token=await an_app_token(api))
    assert (answer.status, answer.json["error"]) == (422, "This method requires an authenticated user")


@pytest.mark.parametrize("sent", [
    {"json": {"fields_attributes": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}},
    {"json": {"fields_attributes": {"0": {"name": "a", "value": "1"}, "1": {"name": "b", "value": "2"}}}},
    {"form": {"fields_attributes[0][name]": "a", "fields_attributes[0][value]": "1",
              "fields_attributes[1][name]": "b", "fields_attributes[1][value]": "2"}}])
async def test_fields_of_the_profile_come_in_every_shape(api: Client, sent: dict[str, Any]) -> None:
    answer = await api("PATCH", "/api/v1/accounts/update_credentials", token=await a_token(), **sent)
    assert answer.status == 200
    assert [(f["name"], f["value"]) for f in answer.json["source"]["fields"]] == [("a", "1"), ("b", "2")]


async def test_what_is_not_sent_stays_and_what_is_emptied_is_empty(api: Client) -> None:
    token = await a_token(display_name="Name", note="note")

    async def change(**form: str) -> dict[str, Any]:
        answer = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, form=form)
        assert answer.status == 200, answer.body
        return dict(answer.json)

    me = await change(**{"bot": "true", "source[privacy]": "unlisted", "source[sensitive]": "1",
                         "source[language]": "pt"})
    assert me["bot"] and me["display_name"] == "Name" and me["source"]["note"] == "note"
    me = await change(note="")
    assert me["note"] == "" and me["display_name"] == "Name" and me["bot"]
    preferences = (await api("GET", "/api/v1/preferences", token=token)).json
    assert preferences["posting:default:visibility"] == "unlisted"
    assert preferences["posting:default:sensitive"] is True and preferences["posting:default:language"] == "pt"
    me = await change(**{"source[language]": ""})
    assert me["source"]["language"] is None


@pytest.mark.parametrize("form", [
    {"display_name": "x" * 31}, {"note": "x" * 501}, {"source[privacy]": "direct"}, {"source[language]": "no language"},
    {f"fields_attributes[{i}][name]": str(i) for i in range(5)}])
async def test_a_bad_change_is_refused_with_a_sentence(api: Client, form: dict[str, str]) -> None:
    token = await a_token()
    answer = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, form=form)
    assert answer.status == 422 and answer.json["error"].startswith("Validation failed: ")


async def test_an_app_protects_the_account_but_cannot_open_it(api: Client) -> None:
    token = await a_token()
    answer = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, form={"locked": "true"})
    assert answer.status == 200 and answer.json["locked"] is True
    assert (await api("GET", "/api/v1/preferences", token=token)).json["posting:default:visibility"] == "private"
    answer = await api("PATCH", "/api/v1/accounts/update_credentials", token=token, form={"locked": "false"})
    assert answer.status == 403 and "sign in again" in answer.json["error"]
    assert (await api("GET", "/api/v1/accounts/verify_credentials", token=token)).json["locked"] is True


async def test_an_app_signs_somebody_up_and_acts_for_them(api: Client) -> None:
    answer = await api("POST", "/api/v1/accounts", token=await an_app_token(api), form={
        "username": "Newbie", "email": "n@example.org", "password": "long enough", "agreement": "true", "locale": "en"})
    assert answer.status == 200 and answer.json["token_type"] == "Bearer" and answer.json["scope"] == "read write"
    me = await api("GET", "/api/v1/accounts/verify_credentials", token=answer.json["access_token"])
    assert me.json["username"] == "Newbie"


async def test_a_sign_up_tells_all_that_is_wrong_by_field(api: Client) -> None:
    limits.install(replace(limits.current(), email_confirmation=True))
    token = await an_app_token(api)
    answer = await api("POST", "/api/v1/accounts", token=token, json={})
    assert answer.status == 422 and answer.json["error"].startswith("Validation failed: Username can't be blank, ")
    assert {field: found[0]["error"] for field, found in answer.json["details"].items()} == {
        "username": "ERR_BLANK", "email": "ERR_BLANK", "password": "ERR_BLANK", "agreement": "ERR_ACCEPTED"}
    await a_token(handle="present")
    answer = await api("POST", "/api/v1/accounts", token=token, json={
        "username": "Present", "email": "no address", "password": "long enough", "agreement": True})
    assert {field: found[0]["error"] for field, found in answer.json["details"].items()} == {
        "username": "ERR_TAKEN", "email": "ERR_INVALID"}
    answer = await api("POST", "/api/v1/accounts", token=token, json={
        "username": "admin", "email": "a@example.org", "password": "long enough", "agreement": True})
    assert answer.json["details"] == {"username": [{"error": "ERR_RESERVED", "description": "is reserved"}]}


async def test_who_must_confirm_an_address_can_do_nothing_before(api: Client) -> None:
    limits.install(replace(limits.current(), email_confirmation=True))
    answer = await api("POST", "/api/v1/accounts", token=await an_app_token(api), json={
        "username": "pending", "email": "p@example.org", "password": "long enough", "agreement": True})
    assert answer.status == 200
    answer = await api("GET", "/api/v1/accounts/verify_credentials", token=answer.json["access_token"])
    assert (answer.status, answer.json["error"]) == (403, "Your login is missing a confirmed e-mail address")


async def test_only_an_app_with_the_scope_may_sign_people_up_and_only_where_it_is_open(api: Client) -> None:
    body = {"username": "refused", "password": "long enough", "agreement": True}
    assert (await api("POST", "/api/v1/accounts", json=body)).status == 401
    assert (await api("POST", "/api/v1/accounts", json=body, token=await a_token())).status == 403
    assert (await api("POST", "/api/v1/accounts", json=body, token=await an_app_token(api, "read"))).status == 403
    limits.install(replace(limits.current(), registrations="closed"))
    answer = await api("POST", "/api/v1/accounts", json=body, token=await an_app_token(api))
    assert answer.status == 403
    limits.install(replace(limits.current(), registrations="invite"))
    answer = await api("POST", "/api/v1/accounts", json=body, token=await an_app_token(api))
    assert answer.status == 422
