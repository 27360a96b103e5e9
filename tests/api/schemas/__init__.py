"""What every answer of the API must look like: one schema for each operation, read by `tests/answers.py` for every
answer that any test gets.

How to add an entity: write it as an `Entity` into the file of its subject (or a new file here; all are found), with
each field of the documented entity and its exact type. A field without a default must be there; `| None` says that
null may stand there; `| UnsetType = UNSET` that it may be missing, which apps in typed languages bear badly: say in
the docstring when. Words of a closed set are a `Literal`. Then name the operation in that file's `ANSWERS`: method and
path as the route has it (names in the path do not matter), and the type of the whole answer. `Seen(signed_in, anybody)`
where the two differ; `OneOf((Status, ScheduledStatus))` where the request decides; `{200: Media, 206: Media}` by status
where others than 200 are good or an error is of its own kind; `Other("text/event-stream")` where it is no JSON. Errors
have their shapes in `errors.py`. A test takes an answer apart with `read(answer, list[Status])`; events and payloads
that are no answers with `decoded(raw, Status)`.

source: docs/law/mastodon_api.json names the operations; fields as documented for release 4.6 of that API.
"""

import json
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

import msgspec

from tests.api.schemas.base import OneOf, Other, Seen
from tests.api.schemas.errors import ERRORS, Error

Kind = TypeVar("Kind")


def read(answer: Any, kind: type[Kind]) -> Kind:
    """The answer as this kind. It must be a good one, and JSON."""
    assert answer.status == 200, (answer.status, answer.body)
    assert answer.headers["content-type"] == "application/json; charset=utf-8", answer.headers
    return decoded(answer.body, kind)


def decoded(raw: bytes, kind: type[Kind]) -> Kind:
    """Errors: msgspec.ValidationError at the first field that is missing, unknown, twice there, or of another kind."""
    json.loads(raw, object_pairs_hook=_once)
    return _decoder(kind).decode(raw)  # type: ignore[no-any-return]


@cache
def _decoder(kind: Any) -> Any:
    return msgspec.json.Decoder(kind)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Answers are put together from pieces of text, where nothing keeps a name from coming twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise msgspec.ValidationError(f"twice there: {sorted({n for n in names if names.count(n) > 1})}")
    return found


def key(operation: str) -> str:
    """With the names in its path taken out: routes and lists call them differently."""
    return re.sub(r":[^/]*", ":", operation)


@cache
def answers() -> dict[str, Any]:
    """By `key`: a type, Seen, Other, or these by status."""
    found: dict[str, Any] = {}
    for name, kind in _all():
        assert key(name) not in found, f"two schemas for {name}"
        found[key(name)] = kind
    return found


def _all() -> Iterator[tuple[str, Any]]:
    for module in pkgutil.iter_modules(__path__):
        yield from getattr(import_module(f"{__name__}.{module.name}"), "ANSWERS", {}).items()


def expected(operation: str, status: int, *, signed_in: bool) -> Any:
    """The type of this answer, or Other; None when nothing says. `operation`: "" for an address without a route."""
    of = answers().get(key(operation))
    of = of if isinstance(of, dict) else {200: of}
    if status not in of:
        return ERRORS.get(status, Error) if status >= 400 else None
    kind = of[status]
    if isinstance(kind, Seen):
        return kind.signed_in if signed_in else kind.anybody
    return kind


__all__ = ["OneOf", "Other", "answers", "decoded", "expected", "key", "read"]
