"""Tokens and scopes: who is let in, and the exact words for those who are not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from petrel.api.http.auth import Tokens, bearer_of
from petrel.api.http.scopes import access_of, covering, scopes_named
from petrel.core.viewer import Member

INVALID = "The access token is invalid"
OUTSIDE = "This action is outside the authorized scopes"
NEEDS_USER = "This method requires an authenticated user"


@pytest.mark.parametrize(
    ("method", "path", "as_", "status", "words"),
    [
        # public or read:statuses
        ("GET", "/api/v1/things/1", None, 200, ""),
        ("GET", "/api/v1/things/1", "reader", 200, ""),
        ("GET", "/api/v1/things/1", "app-reader", 200, ""),
        ("GET", "/api/v1/things/1", "nobody", 401, INVALID),
        # public: a token that is no longer good is as none
        ("GET", "/api/v1/things/newest", None, 200, ""),
        ("GET", "/api/v1/things/newest", "nobody", 200, ""),
        # write:statuses
        ("DELETE", "/api/v1/things/1", None, 401, INVALID),
        ("DELETE", "/api/v1/things/1", "nobody", 401, INVALID),
        ("DELETE", "/api/v1/things/1", "reader", 403, OUTSIDE),
        ("DELETE", "/api/v1/things/1", "app-reader", 403, OUTSIDE),
        ("DELETE", "/api/v1/things/1", "app", 422, NEEDS_USER),
        ("DELETE", "/api/v1/things/1", "full", 200, ""),
        # user
        ("GET", "/api/v1/whoami", None, 401, NEEDS_USER),
        ("GET", "/api/v1/whoami", "nobody", 401, INVALID),
        ("GET", "/api/v1/whoami", "app", 422, NEEDS_USER),
        ("GET", "/api/v1/whoami", "reader", 200, ""),
        # app: write:accounts
        ("POST", "/api/v1/accounts", None, 401, INVALID),
        ("POST", "/api/v1/accounts", "app", 200, ""),
        ("POST", "/api/v1/accounts", "app-reader", 403, OUTSIDE),
        ("POST", "/api/v1/accounts", "full", 403, "This action is not allowed"),
        # any token
        ("GET", "/api/v1/apps/verify", None, 401, INVALID),
        ("GET", "/api/v1/apps/verify", "app", 200, ""),
        ("GET", "/api/v1/apps/verify", "full", 200, ""),
    ],
)
def test_who_is_let_in(
    ask: Callable[..., Any], method: str, path: str, as_: str | None, status: int, words: str
) -> None:
    answer = ask(method, path, as_=as_)
    assert (answer.status, answer.json.get("error", "")) == (status, words)
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_a_token_may_come_as_a_parameter(ask: Callable[..., Any]) -> None:
    assert ask("GET", "/api/v1/whoami?access_token=reader").json["account"] == 8 << 22
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert ask("DELETE", "/api/v1/things/1", b"access_token=full", headers=form).status == 200
    # The header counts when both are there.
    assert ask("GET", "/api/v1/whoami?access_token=reader", as_="full").json["account"] == 7 << 22


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        (b"Bearer abc", b"abc"),
        (b"bearer  abc ", b"abc"),
        (b"Bearer ", None),
        (b"Basic abc", None),
        (b"Bearerabc", None),
    ],
)
def test_bearer_headers(header: bytes | None, token: bytes | None) -> None:
    assert bearer_of(header) == token


def test_scopes_cover_what_is_below_them() -> None:
    assert covering("read:statuses") == {"read", "read:statuses"}
    assert covering("write:follows") == {"write", "write:follows", "follow"}
    assert covering("read:mutes") == {"read", "read:mutes", "follow"}
    assert covering("admin:read:accounts") == {"admin:read", "admin:read:accounts"}
    assert covering("profile") == {"profile"}
    assert covering("read") == {"read"}


def test_the_words_of_the_api_list_are_understood() -> None:
    both = access_of("read:statuses + read:notifications")
    assert [len(need) for need in both.needs] == [2, 2]
    (either,) = access_of("profile or read:accounts").needs
    assert either == {"profile", "read", "read:accounts"}
    assert access_of("public or user").strict
    assert not access_of("public").strict
    assert scopes_named("public or read:search") == ["read:search"]
    for text in ("read:a + b or c", "app: x or read"):
        with pytest.raises(ValueError, match=r"scope|mix"):
            access_of(text)


def test_a_token_is_asked_for_once_in_a_few_seconds_and_can_be_forgotten() -> None:
    asked: list[bytes] = []

    async def resolve(digest: bytes) -> Member | None:
        asked.append(digest)
        return None if digest == b"unknown" else Member(account=1, digest=digest)

    async def scenario() -> None:
        tokens = Tokens(resolve, keep_s=60, most=2)
        for digest in (b"a", b"a", b"unknown", b"unknown"):
            await tokens.find(digest)
        assert asked == [b"a", b"unknown", b"unknown"]
        tokens.forget(b"a")
        await tokens.find(b"a")
        assert asked[3:] == [b"a"]
        for digest in (b"b", b"c", b"b", b"a"):
            await tokens.find(digest)
        assert asked[4:] == [b"b", b"c", b"a"]

    asyncio.run(scenario())
