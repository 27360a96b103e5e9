"""The gate itself: errors without details, deadlines, crowds, browsers of other sites, pages, start and stop."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from petrel.api.http import answer, deadlines

FROM_ELSEWHERE = {"origin": "https://elk.example"}


@pytest.mark.parametrize(
    ("how", "status", "body"),
    [
        ("refused", 403, {"error": "This action is not allowed"}),
        ("invalid", 422, {"error": "Validation failed: Display name is too long"}),
        ("many", 429, {"error": "Too many requests"}),
        ("unavailable", 503, {"error": "This is not available just now; please try again"}),
    ],
)
def test_errors_have_the_statuses_and_texts_that_apps_know(
    ask: Callable[..., Any], how: str, status: int, body: dict[str, Any]
) -> None:
    answer = ask("GET", f"/api/v1/fails/{how}")
    assert (answer.status, answer.json) == (status, body)
    if status in (429, 503):
        assert answer.headers["retry-after"] == ("62" if status == 429 else "5")


@pytest.mark.parametrize(("how", "status"), [("strange", 500), ("timeout", 503), ("nothing", 500)])
def test_what_nobody_foresaw_is_logged_and_kept_from_the_client(ask: Callable[..., Any], how: str, status: int) -> None:
    with capture_logs() as logs:
        answer = ask("GET", f"/api/v1/fails/{how}?access_token=geheim", headers=FROM_ELSEWHERE)
    assert answer.status == status
    assert "hunter2" not in str(answer.body) and "secret" not in str(answer.body)
    assert answer.headers["access-control-allow-origin"] == "*"
    (entry,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert entry["place"] == "/api/v1/fails/:how"
    assert "geheim" not in str(logs)
    assert "Strange" in entry["exception"] or how != "strange"


def test_a_reason_goes_to_the_log_only(ask: Callable[..., Any]) -> None:
    with capture_logs() as logs:
        refused, down = ask("GET", "/api/v1/fails/refused"), ask("GET", "/api/v1/fails/unavailable")
    assert b"deny.blocked" not in refused.body and b"10.0.0.7" not in down.body
    assert [entry.get("reason") or entry.get("detail") for entry in logs] == ["deny.blocked", "db down at 10.0.0.7"]


def test_browsers_of_other_sites_may_read_the_api_but_send_no_cookies(ask: Callable[..., Any]) -> None:
    for path in ("/api/v1/things", "/api/v1/things/2", "/api/v1/nothing"):
        answer = ask("GET", path, headers=FROM_ELSEWHERE)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "X-RateLimit-Remaining" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers
    assert "access-control-allow-origin" not in ask("GET", "/api/v1/things").headers


def test_preflight_is_granted_even_where_nothing_is(ask: Callable[..., Any]) -> None:
    asks = FROM_ELSEWHERE | {
        "access-control-request-method": "DELETE",
        "access-control-request-headers": "authorization,idempotency-key",
    }
    for path in ("/api/v1/things/1", "/api/v1/nothing", "/oauth/token", "/.well-known/nodeinfo"):
        answer = ask("OPTIONS", path, headers=asks)
        assert (answer.status, answer.body) == (204, b"")
        assert "DELETE" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-headers"] == "authorization,idempotency-key"
        assert [name for name, _ in answer.all_headers].count(b"access-control-allow-origin") == 1
    assert ask("OPTIONS", "/oauth/authorize", headers=asks).status == 404
    assert ask("OPTIONS", "/api/v1/things/1").headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"


def test_head_answers_as_get_without_the_body(ask: Callable[..., Any]) -> None:
    get, head = ask("GET", "/api/v1/things"), ask("HEAD", "/api/v1/things")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["link"] == get.headers["link"]


def test_every_call_has_an_id_of_its_own(ask: Callable[..., Any]) -> None:
    ids = {ask("GET", "/api/v1/things", headers={"x-request-id": "mine"}).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3 and "mine" not in ids


def test_what_takes_too_long_is_ended(
    make_gate: Callable[..., Any], ask_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "SWEEP_S", 0.01)
    gate = make_gate(deadline_s=0.02)

    async def scenario() -> None:
        answer = await asyncio.wait_for(ask_app(gate, "GET", "/api/v1/slow"), 5)
        assert (answer.status, answer.error) == (503, "This took too long; please try again")
        task = asyncio.current_task()
        assert task is not None and not task.cancelling()

    asyncio.run(scenario())


def test_a_cancellation_from_outside_is_not_swallowed(
    make_gate: Callable[..., Any], ask_app: Callable[..., Any]
) -> None:
    async def scenario() -> None:
        task = asyncio.create_task(ask_app(make_gate(), "GET", "/api/v1/slow"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())


def test_beyond_the_crowd_that_fits_others_are_sent_away_at_once(
    make_gate: Callable[..., Any], ask_app: Callable[..., Any]
) -> None:
    async def scenario() -> None:
        gate = make_gate(settings={"most_at_once": 2})
        crowd = [asyncio.create_task(ask_app(gate, "GET", "/api/v1/slow")) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await ask_app(gate, "GET", "/api/v1/things")
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        assert (await ask_app(gate, "GET", "/api/v1/things")).status == 200

    asyncio.run(scenario())


def test_only_so_many_large_bodies_are_held_at_once(
    make_gate: Callable[..., Any], ask_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "MOST_LARGE_BODIES", 1)
    head = [(b"content-type", b"application/json"), (b"content-length", b"500000")]

    async def scenario() -> None:
        gate = make_gate()

        async def never() -> Any:
            await asyncio.sleep(3600)

        async def nowhere(message: Any) -> None: ...

        scope = {"type": "http", "method": "POST", "path": "/api/v1/echo", "query_string": b"", "headers": head,
                 "client": None}  # fmt: skip
        slow = asyncio.create_task(gate(scope, never, nowhere))
        await asyncio.sleep(0)
        large = await ask_app(gate, "POST", "/api/v1/echo", b'{"a":"' + b"x" * 200_000 + b'"}')
        small = await ask_app(gate, "POST", "/api/v1/echo", b'{"a":"x"}')
        assert (large.status, small.status) == (503, 200)
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        assert (await ask_app(gate, "POST", "/api/v1/echo", b'{"a":"' + b"x" * 200_000 + b'"}')).status == 200

    asyncio.run(scenario())


def test_old_endpoints_say_that_they_are(ask: Callable[..., Any]) -> None:
    assert ask("GET", "/api/v1/things/newest").headers["deprecation"].startswith("@")
    assert "deprecation" not in ask("GET", "/api/v1/things/1").headers


async def pages(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/breaks":
        raise RuntimeError("hunter2")
    size = 0
    more = scope["method"] == "POST"
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    own = [(b"content-type", b"text/html"), (b"x-frame-options", b"SAMEORIGIN")]
    await send({"type": "http.response.start", "status": 200, "headers": own})
    await send({"type": "http.response.body", "body": f"{size} {scope['petrel.ip']}".encode()})


def test_pages_get_safety_headers_and_keep_their_own(ask: Callable[..., Any], make_gate: Callable[..., Any]) -> None:
    answer = ask("GET", "/@ann", gate=make_gate(pages=pages))
    assert answer.body == b"0 192.0.2.7"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" in ask("GET", "/.well-known/x", gate=make_gate(pages=pages)).headers
    assert ask("GET", "/api/v1/nothing", gate=make_gate(pages=pages)).json == {"error": "Record not found"}


def test_a_page_that_breaks_says_so_without_details(ask: Callable[..., Any], make_gate: Callable[..., Any]) -> None:
    with capture_logs() as logs:
        answer = ask("GET", "/breaks", gate=make_gate(pages=pages))
    assert answer.status == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "hunter2" not in answer.body.decode()
    assert answer.headers["x-request-id"] in answer.body.decode()
    assert logs[0]["request_id"] == answer.headers["x-request-id"]


def test_pages_too_refuse_what_is_too_large(ask: Callable[..., Any], make_gate: Callable[..., Any]) -> None:
    gate = make_gate(pages=pages)
    assert ask("POST", "/settings", b"x", gate=gate, headers={"content-length": "2000000"}).status == 413
    assert ask("POST", "/settings", [b"x" * 600_000] * 2, gate=gate).status == 413
    assert ask("POST", "/settings", [b"x" * 400_000] * 2, gate=gate).status == 200


def test_start_and_stop_run_their_hooks_and_a_failed_start_is_told(make_gate: Callable[..., Any]) -> None:
    done: list[str] = []

    async def start() -> None:
        done.append("start")

    async def stop() -> None:
        done.append("stop")

    async def broken() -> None:
        raise RuntimeError("no database")

    async def live(gate: Any, *kinds: str) -> list[dict[str, Any]]:
        messages = iter([{"type": f"lifespan.{kind}"} for kind in kinds])
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return next(messages)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await gate({"type": "lifespan"}, receive, send)
        return sent

    sent = asyncio.run(live(make_gate(on_start=[start], on_stop=[stop]), "startup", "shutdown"))
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert done == ["start", "stop"]
    with capture_logs():
        (failed,) = asyncio.run(live(make_gate(on_start=[broken]), "startup"))
    assert failed == {"type": "lifespan.startup.failed", "message": "no database"}


def test_answers_are_observed_by_route(ask: Callable[..., Any], make_gate: Callable[..., Any]) -> None:
    seen: list[tuple[str, int]] = []
    gate = make_gate(pages=pages, observe=lambda place, status, *_: seen.append((place, status)))
    for path in ("/api/v1/things/2", "/api/v1/nothing", "/@ann"):
        ask("GET", path, gate=gate)
    assert seen == [("/api/v1/things/:id", 404), ("unknown", 404), ("page", 200)]
