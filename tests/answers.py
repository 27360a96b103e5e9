"""Every JSON answer of the API that any test gets is read by its schema: in this process, and in sites that a test
starts (`tests/watched.py`). What does not fit fails the test that got it.

    watch(note)     # from now on `note` is told of each answer of a gate that serves Petrel's own routes
"""

import contextvars
import gzip
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from petrel.api.http.answer import Answerer
from petrel.api.http.asgi import Gate
from petrel.api.http.wire import WHOLE
from petrel.core.viewer import Member
from tests.api import schemas

FILE = "TESTS_ANSWERS"
"""Names, in the environment, the file where sites in processes of their own write what they noted."""

SEEN = "TESTS_ANSWERED_WELL"
"""Names, in the environment, the file where a run leaves which operations were answered well."""


class Noted(Struct):
    """One answer. `operation`: as its route is named, "" without one. `fault`: "" when it is as it should be."""

    operation: str = ""
    status: int = 0
    fault: str = ""
    is_json: bool = False
    signed_in: bool = False


Note = Callable[[Noted], None]
_answering: contextvars.ContextVar[Noted | None] = contextvars.ContextVar("answering", default=None)


class _Kept:
    """Passes an answer on and keeps a copy."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.status, self.type, self.is_packed, self.body = 0, "", False, b""

    async def __call__(self, message: Any) -> None:
        if message["type"] in (WHOLE, "http.response.start"):
            self.status = message["status"]
            headers = {name.lower(): value for name, value in message["headers"]}
            self.type = headers.get(b"content-type", b"").decode("latin-1")
            self.is_packed = headers.get(b"content-encoding") == b"gzip"
        if "json" in self.type:
            self.body += message.get("body", b"")
        await self._send(message)


def watch(note: Note) -> None:
    """Once in a process."""
    gate, answer = Gate.__call__, Answerer.answer

    async def watched(self: Gate, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not _is_ours(self):
            await gate(self, scope, receive, send)
            return
        noted, kept = Noted(), _Kept(send)
        before = _answering.set(noted)
        try:
            await gate(self, scope, receive, kept)
        finally:
            _answering.reset(before)
        if kept.status:
            noted.status = kept.status
            body = gzip.decompress(kept.body) if kept.is_packed else kept.body
            noted.is_json = bool(body)
            noted.fault = fault(noted, scope["path"], kept.type, body)
            note(noted)

    async def answered(self: Answerer, call: Any, route: Any, *rest: Any) -> Any:
        noted = _answering.get()
        try:
            return await answer(self, call, route, *rest)
        finally:
            if noted is not None:
                noted.operation, noted.signed_in = route.name, type(call.viewer) is Member

    Gate.__call__, Answerer.answer = watched, answered  # type: ignore[method-assign]


def _is_ours(gate: Gate) -> bool:
    return all(route.endpoint.__module__.startswith("petrel.") for route in gate.routes)


def fault(noted: Noted, path: str, type_: str, body: bytes) -> str:
    """What is wrong with an answer; "" when nothing is."""
    if not noted.operation and not path.startswith("/api/"):
        return ""                                           # a page, or a file
    kind = schemas.expected(noted.operation, noted.status, signed_in=noted.signed_in)
    if isinstance(kind, schemas.Other):
        return "" if type_.startswith(kind.type) else f"{type_} in place of {kind.type}"
    if not body:
        return ""                                           # HEAD, no content, or sent elsewhere
    if kind is None:
        return "no schema in tests/api/schemas says what it should look like"
    kinds = kind.kinds if isinstance(kind, schemas.OneOf) else (kind,)
    faults = [_not_as(one, body) for one in kinds]
    return "" if "" in faults else faults[0]


def _not_as(kind: Any, body: bytes) -> str:
    try:
        schemas.decoded(body, kind)
    except (msgspec.MsgspecError, ValueError) as error:
        return f"not as {kind} has it: {error}: {body[:2000].decode(errors='replace')}"
    return ""


class Record:
    """What was noted in this process and in sites beside it."""

    def __init__(self, file: Path) -> None:
        self.file, self._read_to = file, 0
        self.good: Counter[str] = Counter()
        self.answers = 0
        self._faults: list[str] = []
        file.touch()

    def note(self, noted: Noted) -> None:
        self.answers += noted.is_json
        if noted.operation and noted.status < 400:
            self.good[schemas.key(noted.operation)] += 1
        if noted.fault:
            self._faults.append(f"{noted.operation or 'no route'} ({noted.status}): {noted.fault}")

    def faults(self) -> list[str]:
        """Those since it was last asked."""
        with self.file.open("rb") as file:
            file.seek(self._read_to)
            for line in file:
                self._read_to += len(line)
                self.note(msgspec.json.decode(line, type=Noted))
        found, self._faults = self._faults, []
        return found


def append(noted: Noted) -> None:
    """From a process of its own. One write, so that lines of several do not mix."""
    out = os.open(os.environ[FILE], os.O_WRONLY | os.O_APPEND)
    try:
        os.write(out, msgspec.json.encode(noted) + b"\n")
    finally:
        os.close(out)

