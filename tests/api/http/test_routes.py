"""Registering endpoints, and finding them again by address."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.api.http import Call
from petrel.api.http.routes import Router, Routes


async def nothing(call: Call) -> None:
    return None


def router_of(*addresses: str) -> Router:
    routes = Routes()
    for address in addresses:
        method, path = address.split(" ")
        routes.route(method, path, scope="public", surface="api")(nothing)
    return Router(routes.all())


def found(router: Router, path: str) -> tuple[str, tuple[str, ...]] | None:
    hit = router.find(path)
    return None if hit is None else (hit[0]["GET"].path, hit[1])


def test_fixed_words_go_before_names_and_dead_ends_are_left() -> None:
    router = router_of(
        "GET /api/v2/filters/:filter_id/keywords",
        "GET /api/v2/filters/keywords/:id",
        "GET /api/v2/filters/:id",
        "GET /api/v2/filters/new",
    )
    assert found(router, "/api/v2/filters/new") == ("/api/v2/filters/new", ())
    assert found(router, "/api/v2/filters/5") == ("/api/v2/filters/:id", ("5",))
    assert found(router, "/api/v2/filters/5/keywords") == ("/api/v2/filters/:filter_id/keywords", ("5",))
    assert found(router, "/api/v2/filters/keywords/5") == ("/api/v2/filters/keywords/:id", ("5",))
    assert found(router, "/api/v2/filters/keywords") == ("/api/v2/filters/:id", ("keywords",))


@pytest.mark.parametrize(
    "path", ["", "/", "//", "/api", "/api/v1/things/", "/api/v1/things//", "/api/v1/things/1/2", "/api/v1/things/:"]
)
def test_addresses_that_are_none_are_not_found(path: str) -> None:
    hit = router_of("GET /api/v1/things/:id").find(path)
    assert hit is None or hit[1] == (":",)


def test_one_slash_at_the_end_is_forgiven() -> None:
    router = router_of("GET /api/v1/things/:id", "GET /api/v1/list")
    assert found(router, "/api/v1/list/") == ("/api/v1/list", ())
    assert found(router, "/api/v1/things/7/") == ("/api/v1/things/:id", ("7",))
    assert router.find("/api/v1/list//") is None


@given(st.text("/ab:1", max_size=80))
def test_any_path_is_found_or_not(path: str) -> None:
    router_of("GET /a/:a/:b/b", "GET /:a/a/:b", "GET /a/a/:c/:d/a", "GET /a").find(path)


def test_every_operation_of_the_client_api_has_an_address_of_its_own() -> None:
    """The whole list at once: no two take each other's addresses away."""
    operations = json.loads((Path(__file__).parents[3] / "docs/law/mastodon_api.json").read_text())
    routes = Routes()
    for operation in operations:
        routes.route(operation["method"], operation["path"], scope="public", surface="api")(nothing)
    router = Router(routes.all())
    for route in routes.all():
        hit = router.find("/".join("7" if part[:1] == ":" else part for part in route.path.split("/")))
        assert hit is not None
        assert hit[0][route.method] is route
        assert hit[1] == ("7",) * len(route.names)


@pytest.mark.parametrize(
    ("method", "path", "more", "words"),
    [
        ("GET", "/a", {"surface": "elsewhere"}, "surface"),
        ("GET", "/a", {"surface": "none"}, "reason"),
        ("FETCH", "/a", {}, "method"),
        ("GET", "a", {}, "address"),
        ("GET", "/a/", {}, "address"),
        ("GET", "/a/:", {}, "address"),
        ("GET", "/a", {"scope": "Read"}, "scope"),
        ("GET", "/a", {"scope": "read statuses"}, "scope"),
        ("GET", "/taken", {}, "twice"),
    ],
)
def test_a_route_that_cannot_be_right_is_refused_at_import(
    method: str, path: str, more: dict[str, Any], words: str
) -> None:
    routes = Routes()
    routes.route("GET", "/taken", scope="public", surface="api")(nothing)
    with pytest.raises(ValueError, match=words):
        routes.route(method, path, **{"scope": "public", "surface": "api", **more})(nothing)


def test_an_endpoint_of_a_wrong_shape_is_refused_at_import() -> None:
    def not_async(call: Call) -> None: ...

    async def no_form(call: Call, form: dict[str, str]) -> None: ...

    for endpoint in (not_async, no_form):
        with pytest.raises(TypeError, match=endpoint.__name__):
            Routes().route("GET", "/a", scope="public", surface="api")(endpoint)


def test_methods_and_missing_addresses(ask: Callable[..., Any]) -> None:
    wrong = ask("PATCH", "/api/v1/things/1", as_="full")
    assert (wrong.status, wrong.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS, PUT")
    for path in ("/api/v1/nothing", "/api", "/elsewhere"):
        missing = ask("GET", path)
        assert (missing.status, missing.json) == (404, {"error": "Record not found"})


def test_a_missing_thing_and_a_bad_id_are_told_apart_by_nothing(ask: Callable[..., Any]) -> None:
    def without_call_id(answer: Any) -> Any:
        return answer.status, [h for h in answer.all_headers if h[0] != b"x-request-id"], answer.body

    answers = [
        without_call_id(ask("GET", f"/api/v1/things/{bad}"))
        for bad in ("2", "x", "-1", "9" * 19, "9" * 30, "\0", "\ufffd")
    ]
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)
