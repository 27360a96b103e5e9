"""Every question that can be asked with an id in it: from the registered routes and the addresses of the pages."""

import json as text_json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from msgspec import Struct, inspect

HIDDEN_WORDS = ("sesame", "alice", "zqtag")
# What a required or telling parameter holds when it is not the one that is tried.
PLACE = re.compile(r"{[a-z]+}")
SAMPLES: dict[str, Any] = {
    "status": "what do you mean", "title": "t", "keyword": "k", "context": ["home"], "comment": "c", "name": "birds",
    "timeline": ["home", "notifications"], "grant_type": "client_credentials", "limit": 40}


class Route(Protocol):
    """What is asked of a route of the API (`api/http/routes.py`)."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def form(self) -> type[Struct] | None: ...


class Question(Struct, frozen=True):
    """One request without its asker. `id` is the id in it, 0 for none; `kind` names method, address and parameter.

    `names`: the id names a thing. One that only bounds a page says nothing of whether something has it.
    """

    kind: str
    method: str
    target: str
    id: int = 0
    body: bytes = b""
    names: bool = True

    @property
    def text(self) -> bytes:
        """All that the server is sent of it: what stands in an answer because of this is no leak."""
        return self.target.encode() + self.body


Own = dict[str, int]
Fill = Callable[[int], Any]
BOUNDS = ("max_id", "min_id", "since_id", "home", "notifications")


def of_route(route: Route, ids: Sequence[int], own: Own, handles: Sequence[str],
             words: Sequence[str] = HIDDEN_WORDS, tag: str = "zqtag") -> Iterator[Question]:
    """Each parameter that takes an id, with each id; the others hold something of the asker's own.

    `words`: searched for, beside the handles. `tag`: a hashtag that only hidden posts have.
    """
    places = [(name, _in_path) for name in route.names] + _id_fields(route)
    for name, fill in places:
        for number in ids:
            yield _question(route, own, name, fill(number), number)
    for name, values in _words(route, handles, words, tag):
        for value in values:
            yield _question(route, own, name, value, 0)
    if all(name in BOUNDS for name, _ in places):
        yield _question(route, own, "", None, 0)


def _in_path(number: int) -> Any:
    return str(number)


def _question(route: Route, own: Own, name: str, value: Any, number: int) -> Question:
    given = {field: SAMPLES[field] for field in _fields(route) if field in SAMPLES} | ({name: value} if name else {})
    path = "/".join(quote(str(given.pop(part[1:], None) or _own(route.path, part[1:], own)), safe="@")
                    if part[:1] == ":" else part for part in route.path.split("/"))
    kind = f"{route.method} {route.path} {name}".rstrip()
    if route.method == "GET":
        return Question(kind, "GET", path + _query(given), number, names=name not in BOUNDS)
    return Question(kind, route.method, path, number, text_json.dumps(given).encode(), names=name not in BOUNDS)


def _own(path: str, name: str, own: Own) -> int | str:
    """Something of the asker's that this place of the path may hold."""
    if name == "name":
        return "birds"
    if "/lists" in path or "list" in name:
        return own["list"]
    if "/keywords/:id" in path:
        return own["keyword"]
    if "/filters" in path:
        return own["filter"]
    return own["account"] if "/accounts" in path or "/follow_requests" in path else own["post"]


def _query(given: dict[str, Any]) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", str(one)) for one in value]
        else:
            pairs.append((name, str(value)))
    return "?" + urlencode(pairs) if pairs else ""


def _fields(route: Route) -> list[str]:
    return [f.encode_name for f in _form(route)]


def _form(route: Route) -> Sequence[inspect.Field]:
    if route.form is None:
        return ()
    info = inspect.type_info(route.form)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _id_fields(route: Route) -> list[tuple[str, Fill]]:
    """(parameter, from an id to its value): also ids in lists and in groups of parameters."""
    found = []
    for field in _form(route):
        if field.encode_name in route.names:
            continue
        is_named = field.encode_name.endswith(("_id", "_ids")) or field.encode_name in ("id", "ids")
        found += [(field.encode_name, fill) for fill in _fills(field.type, is_named)]
    return found


def _fills(kind: inspect.Type, is_named: bool) -> list[Fill]:
    if isinstance(kind, inspect.Metadata):
        extra = kind.extra or {}
        return [str] if extra.get("id") or extra.get("cursor") else _fills(kind.type, is_named)
    if isinstance(kind, inspect.UnionType):
        return [fill for one in kind.types for fill in _fills(one, is_named)][:1]
    if isinstance(kind, inspect.ListType | inspect.VarTupleType):
        return [lambda n, f=fill: [f(n)] for fill in _fills(kind.item_type, is_named)]     # type: ignore[misc]
    if isinstance(kind, inspect.StructType):
        return [lambda n, f=fill, name=inner.encode_name: {name: f(n)}                      # type: ignore[misc]
                for inner in kind.fields for fill in _fills(inner.type, False)]
    return [str] if is_named and isinstance(kind, inspect.StrType | inspect.IntType) else []


def _words(route: Route, handles: Sequence[str], words: Sequence[str], tag: str) -> list[tuple[str, list[str]]]:
    """Parameters by which people and things are looked up in words."""
    given = {"acct": list(handles), "q": [*words, *handles], "name": [tag], "hashtag": [tag],
             "resource": [f"acct:{h}@localhost" for h in handles]}
    return [(name, given[name]) for name in dict.fromkeys((*_fields(route), *route.names)) if name in given]


def of_page(path: str, ids: Sequence[int], handles: Sequence[str]) -> Iterator[Question]:
    """A page that is read: each id in each place, below each handle, and the searches."""
    kind = f"GET {path}"
    if "{post}" in path:
        for handle in handles:
            for number in ids:
                for more in ("", "?reveal=1"):
                    yield Question(kind, "GET", path.format(handle=handle, post=number) + more, number)
    elif "{handle}" in path:
        for handle in handles:
            yield Question(kind, "GET", path.format(handle=handle))
    elif path in ("/search", "/compose", "/"):
        for word in (*HIDDEN_WORDS, *handles):
            yield Question(kind, "GET", f"{path}?q={quote(word)}")
        for number in ids:
            yield Question(kind, "GET", f"{path}?reply_to={number}&max_id={number}", number, names=path == "/compose")
    elif "{number}" in path:
        for number in ids:
            yield Question(kind, "GET", path.format(number=number), number)
    else:
        yield Question(kind, "GET", PLACE.sub("zqtag", path))


def of_form(path: str, ids: Sequence[int], handles: Sequence[str], csrf: str) -> Iterator[Question]:
    """A form of the pages, with each id in it. Signing in and out and the set-up are no business of ids."""
    def sent(number: int, at: str, **fields: str) -> Question:
        return Question(f"POST {path}", "POST", at, number, urlencode(fields | {"csrf": csrf}).encode())

    for number in ids:
        if path == "/marks":
            for mark in ("like", "boost", "bookmark"):
                for state in ("on", "off"):
                    yield sent(number, path, mark=f"{mark} {state} {number} {number}")
        elif path == "/compose":
            yield sent(number, path, text="what do you mean", reply_to=str(number), audience="public")
        elif path == "/notifications/requests":
            yield sent(number, path, answer=f"accept {number}")
            yield sent(number, path, answer=f"reject {number}")
        elif path == "/notifications/read":
            yield sent(number, path, until=str(number))
        elif "{post}" in path:
            for handle in handles:
                yield sent(number, path.format(handle=handle, post=number))
