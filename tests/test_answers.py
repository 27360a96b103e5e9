"""The reading of all answers by their schemas, which every other test leans on, lets nothing through."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from petrel.api.http import Gate, HttpSettings, Limits
from petrel.api.http.routes import Routes
from tests import answers
from tests.api.plain import _call
from tests.conftest import record

LIST = {"id": "1", "title": "Birds", "replies_policy": "list", "exclusive": False}
JSON = "application/json; charset=utf-8"


def fault(operation: str, status: int, body: bytes, type_: str = JSON, *, signed_in: bool = True) -> str:
    noted = answers.Noted(operation, status, signed_in=signed_in)
    return answers.fault(noted, "/api/v1/lists/1", type_, body)


@pytest.mark.parametrize(("change", "said"), [
    ({}, ""),
    ({"title": None}, "Expected `str`, got `null`"),
    ({"replies_policy": "all"}, "Invalid enum value 'all'"),
    ({"more": 1}, "unknown field `more`"),
    ({"id": 1}, "Expected `str`, got `int`"),
    ({"id": "one"}, "matching regex"),
])
def test_a_field_of_another_kind_is_a_fault(change: dict[str, Any], said: str) -> None:
    found = fault("GET /api/v1/lists/:number", 200, json.dumps({**LIST, **change}).encode())
    assert said in found and bool(found) == bool(said)


def test_a_field_that_is_missing_or_twice_there_is_a_fault() -> None:
    body = json.dumps(LIST).encode()
    assert "missing required field `exclusive`" in fault(
        "GET /api/v1/lists/:id", 200, body.replace(b', "exclusive": false', b""))
    assert "twice there: ['title']" in fault("GET /api/v1/lists/:id", 200, body[:-1] + b', "title": "Fish"}')


@pytest.mark.parametrize(("operation", "status", "body", "is_right"), [
    ("GET /api/v1/lists/:id", 404, b'{"error":"Record not found"}', True),
    ("GET /api/v1/lists/:id", 404, b'{"message":"Record not found"}', False),
    ("GET /api/v1/lists/:id", 422, b'{"error":"x","details":{"title":[{"error":"ERR_ODD","description":"y"}]}}', False),
    ("", 404, b'{"error":"Record not found"}', True),
    ("", 404, b'{"errors":[]}', False),
    ("GET /api/v1/nothing", 200, b"{}", False),             # an operation without a schema
    ("GET /api/v1/lists/:id", 202, b"{}", False),           # a status without one
    ("POST /oauth/token", 400, b'{"error":"invalid_grant"}', False),
    ("GET /.well-known/host-meta", 200, b"<XRD/>", False),  # of another type than it should be
])
def test_errors_and_other_statuses_have_their_shapes(operation: str, status: int, body: bytes, is_right: bool) -> None:
    assert bool(fault(operation, status, body)) != is_right


def test_what_only_members_get_is_a_fault_for_others_and_the_other_way_round() -> None:
    tag = {"id": "a", "name": "a", "url": "http://localhost/tags/a", "history": []}
    known = {**tag, "following": True, "featuring": False}
    for signed_in in (True, False):
        for body, is_right in ((tag, not signed_in), (known, signed_in)):
            found = fault("GET /api/v1/tags/:name", 200, json.dumps(body).encode(), signed_in=signed_in)
            assert (not found) == is_right, found


def test_answers_of_other_processes_are_read_from_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = answers.Record(tmp_path / "noted")
    monkeypatch.setenv(answers.FILE, str(beside.file))
    answers.append(answers.Noted("GET /api/v1/lists", 200, is_json=True))
    answers.append(answers.Noted("GET /api/v1/lists", 404, "odd", is_json=True))
    assert beside.faults() == ["GET /api/v1/lists (404): odd"] and beside.faults() == []
    assert (beside.answers, beside.good) == (2, {"GET /api/v1/lists": 1})


async def test_the_answers_of_every_gate_are_noted() -> None:
    """Also when nobody looks at them; and what is wrong with them fails the test that got them."""
    own = Routes()

    async def show(call: Any) -> dict[str, str]:
        return {"title": "no more"}

    show.__module__ = "petrel.api.lists"
    own.route("GET", "/api/v1/lists/:id", scope="public", surface="none", why_no_surface="a toy")(show)
    gate = Gate(HttpSettings(), lambda digest: None, routes=own.all(), limits=Limits(on=False))  # type: ignore[arg-type]
    before = record.answers
    await _call(gate, "GET", "/api/v1/lists/1", "", {}, b"")
    [found] = record.faults()
    assert record.answers == before + 1
    assert found.startswith("GET /api/v1/lists/:id (200): not as") and "missing required field `id`" in found


def test_a_schema_says_what_is_wrong_of_what_is_no_answer() -> None:
    from tests.api.schemas import decoded
    from tests.api.schemas.belongings import UserList

    assert decoded(json.dumps(LIST).encode(), UserList).title == "Birds"
    with pytest.raises(msgspec.ValidationError):
        decoded(b"{}", UserList)
