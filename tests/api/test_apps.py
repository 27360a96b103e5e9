"""Registering apps, in every form that clients use."""

from typing import Any

import pytest

import petrel.api.apps
import petrel.api.oauth  # noqa: F401
from petrel.core.doors import Doors
from tests.api.plain import Client

URIS = ["urn:ietf:wg:oauth:2.0:oob", "com.tapbots.Ivory.10217:/request_token/x", "icecubesapp://"]
QUERY = ("client_name=Old&redirect_uris=icecubesapp%3A%2F%2F&scopes=read+write+follow+push"
         "&website=https%3A%2F%2Fa.example")


@pytest.fixture
def api(site: Doors) -> Client:
    return Client()


@pytest.mark.parametrize("sent", [
    {"json": {"client_name": "App", "redirect_uris": URIS, "scopes": "read write"}},
    {"json": {"client_name": "App", "redirect_uris": "\n".join(URIS), "scopes": "read write"}},
    {"form": {"client_name": "App", "redirect_uris": "\n".join(URIS), "scopes": "read write"}},
    {"form": {"client_name": "App", "redirect_uris[]": URIS, "scopes": "write read"}},
    {"form": {"client_name": "App", "redirect_uris": "\r\n".join(URIS), "scopes": "read write"}}])
async def test_an_app_registers_with_a_list_or_lines(api: Client, sent: dict[str, Any]) -> None:
    answer = await api("POST", "/api/v1/apps", **sent)
    assert answer.status == 200
    made = answer.json
    assert made["redirect_uris"] == URIS and made["redirect_uri"] == "\n".join(URIS)
    assert made["scopes"] == ["read", "write"] and made["client_secret_expires_at"] == 0 and made["name"] == "App"
    assert len(made["client_id"]) == 43 and made["client_id"] != made["client_secret"]
    assert made["website"] is None and "vapid_key" in made and made["id"].isdigit()


async def test_an_app_registers_by_a_query_without_a_body(api: Client) -> None:
    answer = await api("POST", f"/api/v1/apps?{QUERY}")
    assert answer.status == 200
    assert answer.json["redirect_uris"] == ["icecubesapp://"] and answer.json["website"] == "https://a.example"
    assert answer.json["scopes"] == ["read", "write", "follow", "push"]


@pytest.mark.parametrize("wrong", [
    {}, {"client_name": ""}, {"redirect_uris": ""}, {"redirect_uris": "javascript:alert(1)"},
    {"redirect_uris": "https://ok.example/cb\ndata:text/html,x"}, {"scopes": "everything"}, {"website": "data:x"}])
async def test_a_bad_registration_says_what_is_wrong(api: Client, wrong: dict[str, str]) -> None:
    form = {"client_name": "App", "redirect_uris": URIS[0], **wrong} if wrong else {}
    answer = await api("POST", "/api/v1/apps", form=form)
    assert answer.status == 422 and answer.json["error"].startswith("Validation failed: ")


async def test_an_app_asks_who_it_is_and_never_gets_its_secret_again(api: Client) -> None:
    made = (await api("POST", "/api/v1/apps", json={"client_name": "App", "redirect_uris": URIS})).json
    token = (await api("POST", "/oauth/token", form={
        "grant_type": "client_credentials", "client_id": made["client_id"],
        "client_secret": made["client_secret"]})).json["access_token"]
    answer = await api("GET", "/api/v1/apps/verify_credentials", token=token)
    assert answer.status == 200 and answer.json["name"] == "App"
    assert "client_secret" not in answer.json and "client_id" not in answer.json
    for bad in (None, "made up"):
        assert (await api("GET", "/api/v1/apps/verify_credentials", token=bad)).status == 401
