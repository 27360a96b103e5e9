"""Lenient reading of parameters into typed forms."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from petrel.api.http.errors import BadRequest
from petrel.api.http.forms import Cursor, Id, form_reader
from petrel.core.errors import Invalid, NotFound, PetrelError


class Key(Struct, frozen=True):
    word: str
    whole: bool = False


class Form(Struct, frozen=True, kw_only=True):
    text: str = "default"
    count: int = 5
    share: float = 0.5
    yes: bool = False
    who: Id | None = None
    many: tuple[Id, ...] = ()
    after: Cursor | None = None
    choice: Literal["public", "direct"] | None = None
    tags: list[str] = []
    keys: list[Key] = []
    by_name: dict[str, Key] = {}
    note: str | UnsetType = UNSET
    short: Annotated[str, Meta(max_length=3)] = ""


class Needs(Struct, frozen=True, kw_only=True):
    id: Id
    key: Key


read = form_reader(Form)


@pytest.mark.parametrize(
    ("name", "sent", "got"),
    [
        ("yes", "true", True),
        ("yes", "1", True),
        ("yes", "on", True),
        ("yes", "On", True),
        ("yes", 1, True),
        ("yes", "off", False),
        ("yes", "0", False),
        ("yes", "", False),
        ("yes", None, False),
        ("count", "12", 12),
        ("count", " -3 ", -3),
        ("count", 7.0, 7),
        ("count", "", 5),
        ("count", None, 5),
        ("share", "0.25", 0.25),
        ("share", 1, 1.0),
        ("text", "", ""),
        ("text", 12, "12"),
        ("text", True, "true"),
        ("text", None, "default"),
        ("who", "109", 109),
        ("who", 109, 109),
        ("who", "", None),
        ("who", None, None),
        ("many", ["1", "x", 3, "-1", ""], (1, 3)),
        ("many", "4", (4,)),
        ("after", "9" * 30, 2**63 - 1),
        ("choice", "direct", "direct"),
        ("choice", "", None),
        ("tags", "one", ["one"]),
        ("tags", {"1": "b", "0": "a", "10": "c"}, ["a", "b", "c"]),
        ("tags", None, []),
        ("keys", {"0": {"word": "a", "whole": "1"}}, [Key("a", True)]),
        ("by_name", {"x": {"word": "a"}}, {"x": Key("a")}),
        ("note", "", ""),
        ("note", None, UNSET),
        ("unknown", "x", None),
    ],
)
def test_what_is_sent_is_read_as_meant(name: str, sent: Any, got: Any) -> None:
    assert getattr(read({name: sent}), name, None) == got


@pytest.mark.parametrize(
    ("sent", "kind", "words"),
    [
        ({"yes": "perhaps"}, BadRequest, '"yes" must be true or false'),
        ({"count": "12x"}, BadRequest, '"count" must be a whole number'),
        ({"count": 1.5}, BadRequest, "whole number"),
        ({"count": True}, BadRequest, "whole number"),
        ({"count": "9" * 5000}, BadRequest, "whole number"),
        ({"share": "nan"}, BadRequest, '"share" must be a number'),
        ({"share": 10**400}, BadRequest, "number"),
        ({"text": ["a"]}, BadRequest, '"text" must be text'),
        ({"after": "undefined"}, BadRequest, '"after" must be an id'),
        ({"choice": "secret"}, Invalid, "must be one of: direct, public"),
        ({"tags": {"a": "b"}}, BadRequest, '"tags" must be a list'),
        ({"keys": [{"whole": "1"}]}, BadRequest, r'"keys\[word\]" is missing'),
        ({"keys": ["x"]}, BadRequest, '"keys" must be a group'),
        ({"by_name": {"x": {"word": []}}}, BadRequest, r'"by_name\[x\]\[word\]" must be text'),
        ({"short": "long"}, Invalid, "length <= 3"),
        ({"who": "12x"}, NotFound, "Record not found"),
        ({"who": "-5"}, NotFound, "Record not found"),
        ({"who": "9" * 19}, NotFound, "Record not found"),
        ({"who": ["1"]}, NotFound, "Record not found"),
        ({"who": "١٢"}, NotFound, "Record not found"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(sent: dict[str, Any], kind: type[PetrelError], words: str) -> None:
    with pytest.raises(kind, match=words):
        read(sent)


def test_missing_parameters_are_named() -> None:
    with pytest.raises(BadRequest, match='The parameter "id" is missing'):
        form_reader(Needs)({"key": {"word": "a"}})
    with pytest.raises(BadRequest, match='"id" is missing'):
        form_reader(Needs)({"id": "", "key": {"word": "a"}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["1", "true", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["0", "1", "word", "x"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*Form.__struct_fields__, "other"]), JSON))
def test_any_json_is_read_or_refused_within_the_error_tree(sent: dict[str, Any]) -> None:
    try:
        assert isinstance(read(sent), Form)
    except PetrelError as refused:
        assert refused.message
