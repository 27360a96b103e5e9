"""The site's own app acts by the session's cookie, and nobody else can make a browser do so."""

from collections.abc import Callable
from typing import Any

import pytest

from petrel.api.http import Gate, HttpSettings, Limits
from petrel.core.viewer import Member
from tests.api.http.conftest import ALL, resolve, token, toys

COOKIE = "__Host-petrel_session"
OURS = {"x-petrel-app": "1", "sec-fetch-site": "same-origin"}
INVALID, NEEDS_USER = "The access token is invalid", "This method requires an authenticated user"

token("session", Member(account=9 << 22, digest=b"s" * 32, scopes=ALL, is_session=True))


def cookie(value: str, name: str = COOKIE) -> dict[str, str]:
    return {"cookie": f"theme=dark; {name}={value}; other=1"}


def test_the_app_acts_as_the_member_of_the_session(ask: Callable[..., Any]) -> None:
    sent = OURS | cookie("session")
    assert ask("GET", "/api/v1/whoami", headers=sent).json["account"] == 9 << 22
    assert ask("DELETE", "/api/v1/things/1", headers=sent).status == 200
    old = {name: value for name, value in sent.items() if name != "sec-fetch-site"}
    assert ask("GET", "/api/v1/whoami", headers=old).status == 200, "a browser without Fetch Metadata"


@pytest.mark.parametrize("sent", [
    cookie("session"),
    cookie("session") | {"sec-fetch-site": "same-origin"},
    cookie("session") | {"x-petrel-app": "2"},
    cookie("session") | OURS | {"sec-fetch-site": "cross-site"},
    cookie("session") | OURS | {"sec-fetch-site": "same-site"},
    cookie("session") | OURS | {"sec-fetch-site": "none"},
    cookie("session", "petrel_session") | OURS,
    OURS,
])
def test_a_cookie_alone_is_nobodys(ask: Callable[..., Any], sent: dict[str, str]) -> None:
    """Without our header, from another site, or under the name that any page of a neighbouring host could set."""
    answer = ask("GET", "/api/v1/whoami", headers=sent)
    assert (answer.status, answer.error) == (401, NEEDS_USER)
    assert ask("DELETE", "/api/v1/things/1", headers=sent).status == 401
    assert ask("GET", "/api/v1/things/1", headers=sent).status == 200, "what anybody may read stays open"


def test_a_session_that_has_ended_opens_nothing(ask: Callable[..., Any]) -> None:
    answer = ask("GET", "/api/v1/whoami", headers=OURS | cookie("signed out"))
    assert (answer.status, answer.error) == (401, INVALID)
    assert ask("DELETE", "/api/v1/things/1", headers=OURS | cookie("signed out")).status == 401


def test_a_page_of_somebody_else_does_nothing(ask: Callable[..., Any]) -> None:
    """Another tab has signed in as another account, or signed out: the page that was there before is refused, also what
    anybody may read, so that it notices."""
    sent = OURS | cookie("session")
    assert ask("GET", "/api/v1/whoami", headers=sent | {"x-petrel-me": str(9 << 22)}).status == 200
    me, ended = {"x-petrel-me": str(9 << 22)}, OURS | cookie("signed out")
    for headers in (sent | {"x-petrel-me": str(8 << 22)}, sent | {"x-petrel-me": ""}, OURS | me, ended | me):
        assert ask("GET", "/api/v1/things/1", headers=headers).status == 401
        assert ask("DELETE", "/api/v1/things/1", headers=headers).status == 401
    assert ask("GET", "/api/v1/things/1", headers={"x-petrel-me": "1"}).status == 200, "not our app: as ever"


def test_the_token_of_an_app_is_nobodys_in_a_cookie(ask: Callable[..., Any]) -> None:
    assert ask("GET", "/api/v1/whoami", headers=OURS | cookie("full")).status == 401
    assert ask("GET", "/api/v1/whoami", headers=OURS | cookie("app")).status == 401


def test_a_token_that_is_shown_counts_and_not_the_cookie(ask: Callable[..., Any]) -> None:
    sent = OURS | cookie("session")
    assert ask("GET", "/api/v1/whoami", as_="reader", headers=sent).json["account"] == 8 << 22
    assert ask("GET", "/api/v1/whoami", as_="nobody", headers=sent).status == 401


def test_on_a_site_without_https_the_cookie_has_its_plain_name(ask: Callable[..., Any]) -> None:
    plain = Gate(HttpSettings(base_url="http://localhost:8000"), resolve, routes=toys.all(), limits=Limits(on=False))
    sent = OURS | cookie("session", "petrel_session")
    assert ask("GET", "/api/v1/whoami", headers=sent, gate=plain).status == 200
    assert ask("GET", "/api/v1/whoami", headers=OURS | cookie("session"), gate=plain).status == 401


def test_no_other_origin_is_granted_our_header(ask: Callable[..., Any]) -> None:
    asks = {"origin": "https://elsewhere.example", "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,X-Petrel-App"}
    answer = ask("OPTIONS", "/api/v1/statuses", headers=asks)
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_what_our_pages_ask_counts_with_the_account_and_not_as_one_app_of_many(
        ask: Callable[..., Any], make_gate: Callable[..., Any]) -> None:
    """Who opens thirty pages in five minutes is a reader."""
    limited = make_gate(limits=Limits(on=True))
    answer = ask("GET", "/api/v1/things", gate=limited, headers=OURS | cookie("session"))
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("1500", "1499")
