"""The API described as OpenAPI 3.1, made from the registered routes: nothing here is written by hand twice.

Schemas come from the forms and replies (msgspec). Parameters of a GET are shown in the query, those of other
methods in the body, though the server takes them in either place. Every 4xx and 5xx has the same shape.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from petrel.api.http.forms import ID_SCHEMA
from petrel.api.http.limits import EXTRA
from petrel.api.http.reply import Pieces, Plain, Reply
from petrel.api.http.routes import Route
from petrel.api.http.scopes import scopes_named
from petrel.core.multipart import Upload

Json = dict[str, Any]

# Annotations that say nothing about what the bytes are.
UNDESCRIBED = (None, Any, object, bytes, Reply, Pieces, Plain, type(None))

REFS = "#/components/schemas/{name}"
FORM_TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
ERROR = {
    "description": "What went wrong",
    "content": {"application/json": {"schema": {"$ref": REFS.format(name="Error")}}},
}
ERROR_SCHEMA = {
    "type": "object",
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "details": {"type": "object"},
        "request_id": {"type": "string"},
    },
    "required": ["error"],
}


def document(routes: Iterable[Route], *, title: str, version: str, base_url: str) -> Json:
    """The whole description, as an object ready for JSON."""
    routes = list(routes)
    forms = [route.form for route in routes if route.form is not None]
    replies = [route.reply for route in routes if _is_described(route.reply)]
    types = [*forms, *replies]
    schemas, components = msgspec.json.schema_components(types, schema_hook=_schema_of_other, ref_template=REFS)
    _show_ids_as_text([*schemas, components])
    of = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, Json] = {}
    for route in routes:
        path = "/".join("{" + part[1:] + "}" if part[:1] == ":" else part for part in route.path.split("/"))
        form = None if route.form is None else components[of[id(route.form)]["$ref"].rpartition("/")[2]]
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, of, form)
    scopes = sorted({scope for route in routes for scope in scopes_named(route.scope)})
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": ERROR_SCHEMA},
            "securitySchemes": {"token": _security(base_url, scopes)},
        },
    }


def _show_ids_as_text(node: Any) -> None:
    """An id is a number in a form and digits on the wire; msgspec writes the number."""
    if isinstance(node, dict):
        if node.get("pattern") == ID_SCHEMA["pattern"]:
            node["type"] = "string"
        node = node.values()
    if isinstance(node, list | type({}.values())):
        for one in node:
            _show_ids_as_text(one)


def _schema_of_other(kind: type) -> Json:
    if kind is Upload:
        return {"type": "string", "format": "binary"}
    # Anything: an empty schema would say the same, but msgspec takes that for no answer.
    return {"description": "As the client API has it"}


def _is_described(reply: Any) -> bool:
    return reply not in UNDESCRIBED


def _operation(route: Route, of: dict[int, Json], form: Json | None) -> Json:
    first_line = (route.endpoint.__doc__ or route.endpoint.__name__).strip().partition("\n")[0]
    found: Json = {
        "operationId": f"{route.method.lower()}{re.sub(r'[^A-Za-z0-9]+', '_', route.path)}",
        "summary": first_line,
        "parameters": [_path_parameter(name, form) for name in route.names],
        "responses": {"200": _good(route, of), "4XX": ERROR, "5XX": ERROR},
        "x-scope": route.scope,
        "x-surface": route.surface,
    }
    if EXTRA.get(route.limit):
        found["x-limit"] = [f"{one.most} per {one.period_s} s" for one in EXTRA[route.limit]]
    if route.deprecated:
        found["deprecated"] = True
    scopes = scopes_named(route.scope)
    if route.scope != "public":
        found["security"] = [{"token": scopes}, *([{}] if "public" in route.scope else [])]
    if form is not None:
        _add_form(found, route, form)
    return found


def _path_parameter(name: str, form: Json | None) -> Json:
    schema = (form or {"properties": {}})["properties"].get(name, {"type": "string"})
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _add_form(found: Json, route: Route, schema: Json) -> None:
    properties = {name: of for name, of in schema["properties"].items() if name not in route.names}
    required = [name for name in schema.get("required", ()) if name not in route.names]
    if not properties:
        return
    if route.method == "GET":
        found["parameters"] += [_query_parameter(name, of, name in required) for name, of in properties.items()]
        return
    body = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    found["requestBody"] = {
        "required": bool(required),
        "content": {kind: {"schema": body} for kind in FORM_TYPES},
    }


def _query_parameter(name: str, schema: Json, is_required: bool) -> Json:
    kinds = schema.get("anyOf", [schema])
    if any(kind.get("type") == "array" for kind in kinds):
        name = f"{name}[]"
    style = "deepObject" if any("$ref" in kind or kind.get("type") == "object" for kind in kinds) else "form"
    return {"name": name, "in": "query", "required": is_required, "style": style, "explode": True, "schema": schema}


def _good(route: Route, of: dict[int, Json]) -> Json:
    if not _is_described(route.reply):
        return {"description": "As the client API has it"}
    return {"description": "Done", "content": {"application/json": {"schema": of[id(route.reply)]}}}


def _security(base_url: str, scopes: list[str]) -> Json:
    named = dict.fromkeys(scopes, "")
    code = {
        "authorizationUrl": f"{base_url}/oauth/authorize",
        "tokenUrl": f"{base_url}/oauth/token",
        "scopes": named,
    }
    app = {"tokenUrl": f"{base_url}/oauth/token", "scopes": named}
    return {"type": "oauth2", "flows": {"authorizationCode": code, "clientCredentials": app}}
