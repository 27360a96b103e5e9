"""Parameters as they arrive: query strings, forms and JSON, read into one nested dict.

Names nest as that API's clients write them: `a[]=1&a[]=2`, `a[b]=1`, `a[][b]=1&a[][c]=2`, `a[0][b]=1`.
Nothing here knows which parameters an endpoint wants; `forms.py` turns the dict into a typed form.
Limits, our choice: 1,000 names (or JSON members), 8 levels. Beyond them, or unreadable: BadRequest.
"""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from petrel.api.http.errors import BadRequest
from petrel.core.multipart import HAS_NUL, NOT_UTF8

Raw = dict[str, Any]

MOST_KEYS = 1000
MOST_LEVELS = 8
TOO_MANY = f"Too many parameters: at most {MOST_KEYS} are accepted"
TOO_DEEP = f"Parameters are nested too deeply: at most {MOST_LEVELS} levels are accepted"

_NESTED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)\Z")


def parse_query(query: bytes) -> Raw:
    """A query string or urlencoded form. A later value of a plain name replaces an earlier one."""
    if not query:
        return {}
    if query.count(b"&") >= MOST_KEYS:
        raise BadRequest(TOO_MANY)
    try:
        text = query.decode()
        coded = "%" in text or "+" in text
        root: Raw = {}
        for part in text.split("&"):
            name, _, value = part.partition("=")
            if coded:
                name, value = _unquote(name), _unquote(value)
            if "[" in name:
                put(root, name, value)
            elif name:
                root[name] = value
    except UnicodeDecodeError:
        raise BadRequest(NOT_UTF8) from None
    if b"%00" in query or b"\0" in query:
        raise BadRequest(HAS_NUL)
    return root


def _unquote(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote_to_bytes(text).decode() if "%" in text else text


def put(root: Raw, name: str, value: Any) -> None:
    """Set one named value, making the lists and dicts its brackets ask for.

    A name whose brackets do not pair is a plain name. A name used both as a value and as a group is
    refused: guessing would drop what somebody sent.
    """
    match = _NESTED.match(name)
    if match is None:
        root[name] = value
        return
    steps = match[2][1:-1].split("][")
    if len(steps) >= MOST_LEVELS:
        raise BadRequest(TOO_DEEP)
    _put(root, match[1], steps, value)


def _put(node: Raw, key: str, steps: list[str], value: Any) -> None:
    if not steps:
        node[key] = value
        return
    step, rest = steps[0], steps[1:]
    if step:
        _put(_child(node, key, dict), step, rest, value)
        return
    items = _child(node, key, list)
    if not rest:
        items.append(value)
    elif not rest[0]:
        raise BadRequest("Lists inside lists cannot be written as a form; send JSON")
    else:
        if not items or not isinstance(items[-1], dict) or _holds(items[-1], rest):
            items.append({})
        _put(items[-1], rest[0], rest[1:], value)


def _child(node: Raw, key: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
    child = node.get(key)
    if child is None:
        child = node[key] = kind()
    elif type(child) is not kind:
        raise BadRequest(f'The parameter "{key}" is given in two ways that do not fit together')
    return child


def _holds(node: Any, steps: list[str]) -> bool:
    """Whether a list element has this name already, so that the next value begins a new element."""
    if "" in steps:
        return False
    for step in steps:
        if not isinstance(node, dict) or step not in node:
            return False
        node = node[step]
    return True


def parse_json(body: bytes) -> Raw:
    """A JSON object; an empty body or `null` counts as an empty one."""
    if not body or body.isspace():
        return {}
    try:
        found = msgspec.json.decode(body)
    except RecursionError:
        raise BadRequest(TOO_DEEP) from None
    except UnicodeDecodeError:
        raise BadRequest(NOT_UTF8) from None
    except msgspec.MsgspecError as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        raise BadRequest(f"The body is not valid JSON: {reason}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadRequest("The body must be a JSON object, with a member for each parameter")
    _check(found)
    return found


def _check(root: Raw) -> None:
    """Levels, members and NULs of a decoded JSON object, without recursion."""
    level: list[Any] = [root]
    keys = 0
    for _ in range(MOST_LEVELS):
        below: list[Any] = []
        for node in level:
            keys += len(node)
            if keys > MOST_KEYS:
                raise BadRequest(TOO_MANY)
            if isinstance(node, dict):
                if "\0" in "".join(node):
                    raise BadRequest(HAS_NUL)
                node = node.values()
            for value in node:
                kind = type(value)
                if kind is str:
                    if "\0" in value:
                        raise BadRequest(HAS_NUL)
                elif kind is dict or kind is list:
                    below.append(value)
        if not below:
            return
        level = below
    raise BadRequest(TOO_DEEP)
