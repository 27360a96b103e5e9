"""The lenient reading of single parameters, by the type the form wants. See `forms.py` for the rules.

`reader_of(type)` walks a type once and returns a function from the value as it came to a value of that
type, or ABSENT. What such a function cannot read raises Wrong; bounds (`Meta`) are msgspec's part.
"""

import enum
import math
import re
from collections.abc import Callable
from typing import Any

from msgspec import inspect

from petrel.core.errors import NotFound
from petrel.core.multipart import Upload

MOST_ID = 2**63 - 1
ABSENT: Any = object()
TRUE = frozenset(("1", "true", "on", "t", "yes", "y"))
FALSE = frozenset(("0", "false", "off", "f", "no", "n"))

Read = Callable[[Any], Any]
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}\Z", re.ASCII)


class Wrong(Exception):
    """A value that cannot be taken. `place` grows on the way out: "options", then "poll[options]"."""

    def __init__(self, message: str, *, breaks_rule: bool = False) -> None:
        self.message, self.breaks_rule = message, breaks_rule
        self.place = ""

    def inside(self, name: str) -> "Wrong":
        head, bracket, rest = self.place.partition("[")
        self.place = f"{name}[{head}]{bracket}{rest}" if head else name
        return self


def read_id(value: Any) -> int:
    """Digits, as text or as a number. Errors: NotFound for everything else, as for an unknown id."""
    if type(value) is str and value.isdigit() and value.isascii() and len(value) <= 19:
        value = int(value)
    if type(value) is not int or not 0 <= value <= MOST_ID:
        raise NotFound
    return value


def _read_optional_id(value: Any) -> Any:
    return ABSENT if value == "" else read_id(value)


def _read_cursor(value: Any) -> Any:
    if value == "":
        return ABSENT
    if type(value) is str and value.isdigit() and value.isascii() and len(value) <= 40:
        value = int(value)
    if type(value) is not int or value < 0:
        raise Wrong("must be an id")
    return min(value, MOST_ID)


def _read_text(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value
    if kind is int or kind is float:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    raise Wrong("must be text")


def _read_bool(value: Any) -> Any:
    if type(value) is str:
        word = value.lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        if not word:
            return ABSENT
    elif type(value) is bool or value == 0 or value == 1:
        return bool(value)
    raise Wrong("must be true or false")


def _read_int(value: Any) -> Any:
    if type(value) is str:
        value = value.strip()
        if not value:
            return ABSENT
        if _WHOLE.match(value):
            return int(value)
    elif type(value) in (int, float) and abs(value) < 10**18 and value == int(value):
        return int(value)
    raise Wrong("must be a whole number")


def _read_float(value: Any) -> Any:
    if value == "":
        return ABSENT
    if type(value) in (int, float, str):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise Wrong("must be a number")


def _read_upload(value: Any) -> Any:
    if value == "":
        return ABSENT
    if not isinstance(value, Upload):
        raise Wrong("must be a file")
    return value


def _read_other(value: Any) -> Any:
    """Dates, unions and free values: the last check is msgspec's."""
    return ABSENT if value == "" else value


def _one_of(allowed: tuple[Any, ...]) -> Read:
    by_text = {str(value): value for value in allowed}
    message = "must be one of: " + ", ".join(by_text)

    def read(value: Any) -> Any:
        if value == "" and "" not in by_text:
            return ABSENT
        if type(value) not in (str, int) or str(value) not in by_text:
            raise Wrong(message, breaks_rule=True)
        return by_text[str(value)]

    return read


def _list_of(item: inspect.Type) -> Read:
    read_item = reader_of(item)
    drops_unreadable = _is_marked(item, "id")

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            if not all(key.isdigit() and key.isascii() and len(key) < 10 for key in value):
                raise Wrong("must be a list")
            value = [value[key] for key in sorted(value, key=int)]
        elif not isinstance(value, list):
            value = [] if value == "" else [value]
        found = []
        for one in value:
            try:
                one = read_item(one)
            except NotFound:
                # One of many ids: the others are still there, as with an id nobody has.
                if not drops_unreadable:
                    raise
                continue
            if one is not ABSENT:
                found.append(one)
        return found

    return read


def _dict_of(item: inspect.Type) -> Read:
    read_item = reader_of(item)

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Wrong("must be a group of named values")
        found = {}
        for key, one in value.items():
            try:
                one = read_item(one)
            except Wrong as wrong:
                raise wrong.inside(key) from None
            if one is not ABSENT:
                found[key] = one
        return found

    return read


def _struct_of(kind: inspect.StructType) -> Read:
    readers = {field.encode_name: reader_of(field.type) for field in kind.fields}
    required = tuple(field.encode_name for field in kind.fields if field.required)

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise Wrong("must be a group of named values")
        found = {}
        for name, one in value.items():
            read_field = readers.get(name)
            if read_field is None:
                continue
            try:
                one = read_field(one)
            except Wrong as wrong:
                raise wrong.inside(name) from None
            if one is not ABSENT:
                found[name] = one
        for name in required:
            if name not in found:
                raise Wrong("is missing").inside(name)
        return found

    return read


def _or_none(read_value: Read | None, takes_none: bool) -> Read:
    none = None if takes_none else ABSENT

    def read(value: Any) -> Any:
        if value is None:
            return none
        return value if read_value is None else read_value(value)

    return read


def _is_marked(kind: inspect.Type, mark: str) -> bool:
    return isinstance(kind, inspect.Metadata) and bool((kind.extra or {}).get(mark))


SIMPLE: dict[type[inspect.Type], Read] = {
    inspect.StrType: _read_text,
    inspect.BoolType: _read_bool,
    inspect.IntType: _read_int,
    inspect.FloatType: _read_float,
}


def reader_of(kind: inspect.Type) -> Read:
    """Null is "not given" unless the type takes None: clients send null for what they left empty."""
    if isinstance(kind, inspect.UnionType):
        kinds = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        takes_none = len(kinds) < len(kind.types)
        return _or_none(_plain(kinds[0]) if len(kinds) == 1 else _read_other, takes_none)
    return _or_none(_plain(kind), takes_none=isinstance(kind, inspect.AnyType))


def _plain(kind: inspect.Type) -> Read:
    if _is_marked(kind, "id"):
        return _read_optional_id
    if _is_marked(kind, "cursor"):
        return _read_cursor
    if isinstance(kind, inspect.Metadata):
        return _plain(kind.type)
    if type(kind) in SIMPLE:
        return SIMPLE[type(kind)]
    if isinstance(kind, inspect.LiteralType):
        return _one_of(tuple(kind.values))
    if isinstance(kind, inspect.EnumType):
        return _one_of(tuple(member.value for member in kind.cls if isinstance(member, enum.Enum)))
    if isinstance(kind, inspect.CollectionType):
        return _list_of(kind.item_type)
    if isinstance(kind, inspect.VarTupleType):
        return _list_of(kind.item_type)
    if isinstance(kind, inspect.DictType):
        return _dict_of(kind.value_type)
    if isinstance(kind, inspect.StructType):
        return _struct_of(kind)
    if isinstance(kind, inspect.CustomType) and kind.cls is Upload:
        return _read_upload
    return _read_other
