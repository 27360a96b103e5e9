"""The description fits what is served."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import schemathesis

from petrel.api.http.openapi import document


def described(gate: Any) -> dict[str, Any]:
    return document(gate.routes, title="Toys", version="1", base_url="https://birds.test")


def test_every_route_is_described_with_its_scope_and_surface(make_gate: Callable[..., Any]) -> None:
    gate = make_gate()
    paths = described(gate)["paths"]
    operations = {(method.upper(), path) for path, of in paths.items() for method in of}
    assert len(operations) == len(gate.routes)
    change = paths["/api/v1/things/{id}"]["delete"]
    assert change["security"] == [{"token": ["write:statuses"]}]
    assert (change["x-scope"], change["x-surface"]) == ("write:statuses", "api")
    assert change["parameters"][0]["schema"] == {"type": "string", "pattern": "^[0-9]{1,19}$"}
    show = paths["/api/v1/things/{id}"]["get"]
    assert show["security"] == [{"token": ["read:statuses"]}, {}]
    assert [one["name"] for one in paths["/api/v1/things"]["get"]["parameters"]][-2:] == ["id[]", "local"]
    body = paths["/api/v1/statuses"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert body["required"] == ["status"]
    assert {"type": "string", "format": "binary"} in body["properties"]["file"]["anyOf"]


def test_the_description_is_valid_and_a_checker_can_use_it(make_gate: Callable[..., Any]) -> None:
    raw = json.loads(json.dumps(described(make_gate())))
    jsonschema_rs.validator_for({"$ref": "#/components/schemas/PollForm", "components": raw["components"]})
    schema = schemathesis.openapi.from_dict(raw)
    found = [operation.ok() for operation in schema.get_all_operations()]
    assert len(found) == len(make_gate().routes)
