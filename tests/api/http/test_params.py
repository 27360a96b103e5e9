"""Whatever bytes arrive: read rightly, or refused with a reason; never an error of ours."""

import json
import string
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.api.http.errors import BadRequest
from petrel.api.http.params import parse_json, parse_query

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
NAME = st.text(string.ascii_letters + string.digits + "_-é ", min_size=1, max_size=6)
# What a form can say: names inside names, lists of values, lists of flat groups that all have the same names.
GROUPS = st.lists(NAME, min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.lists(st.fixed_dictionaries({name: TEXT for name in names}), min_size=1, max_size=3)
)
VALUES = st.recursive(
    TEXT | st.lists(TEXT, min_size=1, max_size=4) | GROUPS,
    lambda inner: st.dictionaries(NAME, inner, min_size=1, max_size=3),
    max_leaves=8,
)
FORMS = st.dictionaries(NAME, VALUES, max_size=4)


def pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in pairs(f"{name}[{key}]", inner)]
    if isinstance(value, list):
        return [pair for inner in value for pair in pairs(f"{name}[]", inner)]
    return [(name, value)]


def encode(form: dict[str, Any], *, plus: bool) -> bytes:
    code = quote_plus if plus else quote
    found = [pair for name, value in form.items() for pair in pairs(name, value)]
    return "&".join(f"{code(name, safe='[]')}={code(value)}" for name, value in found).encode()


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(FORMS.filter(lambda form: depth(form) <= 7), st.booleans())
def test_nested_form_when_encoded_and_read_is_the_same(form: dict[str, Any], plus: bool) -> None:
    assert parse_query(encode(form, plus=plus)) == form


@given(FORMS.filter(lambda form: depth(form) <= 8))
def test_json_when_encoded_and_read_is_the_same(form: dict[str, Any]) -> None:
    assert parse_json(json.dumps(form).encode()) == form


@given(st.binary(max_size=200))
def test_any_bytes_as_form_are_read_or_refused(raw: bytes) -> None:
    try:
        assert isinstance(parse_query(raw), dict)
    except BadRequest as refused:
        assert refused.message


@given(st.binary(max_size=60).map(lambda raw: b"".join(b"%%%02x" % byte for byte in raw)))
def test_any_percent_coded_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        parse_query(b"a=" + raw)
    except BadRequest as refused:
        assert refused.message


@given(st.text("[]&=ab1%+", max_size=40))
def test_any_brackets_are_read_or_refused(text: str) -> None:
    try:
        parse_query(text.encode())
    except BadRequest as refused:
        assert refused.message


@given(st.binary(max_size=80) | st.text('[]{}",:0123456789eE.-\\unltrfas ', max_size=60).map(str.encode))
def test_any_bytes_as_json_are_read_or_refused(raw: bytes) -> None:
    try:
        assert isinstance(parse_json(raw), dict)
    except BadRequest as refused:
        assert refused.message


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a%5B%5D=1&a%5b%5d=2", {"a": ["1", "2"]}),
        ("a[b]=1&a[c][d]=2", {"a": {"b": "1", "c": {"d": "2"}}}),
        ("a[][b]=1&a[][c]=2&a[][b]=3", {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
        ("a[0][b]=1&a[1][b]=2", {"a": {"0": {"b": "1"}, "1": {"b": "2"}}}),
        ("a[][b][]=1&a[][b][]=2", {"a": [{"b": ["1", "2"]}]}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1+2%2B3", {"a": "1 2+3"}),
        ("a=b=c", {"a": "b=c"}),
        ("a", {"a": ""}),
        ("&&=1&a=1", {"a": "1"}),
        ("a[b=1&[c]=2&d]=3", {"a[b": "1", "[c]": "2", "d]": "3"}),
        ("a=%zz", {"a": "%zz"}),
    ],
)
def test_names_nest_as_that_api_writes_them(query: str, found: dict[str, Any]) -> None:
    assert parse_query(query.encode()) == found


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (b"a=%ff", "UTF-8"),
        (b"a=\xff", "UTF-8"),
        (b"%ff=1", "UTF-8"),
        (b"a=x%00y", "NUL"),
        (b"a[b]=1&a[]=2", '"a"'),
        (b"a=1&a[b]=2", '"a"'),
        (b"a[][]=1", "JSON"),
        (b"a" + b"[b]" * 8 + b"=1", "8 levels"),
        (b"&".join(b"a%d=1" % n for n in range(1001)), "1000"),
    ],
)
def test_unreadable_form_is_refused_with_its_reason(query: bytes, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason.replace("[", r"\[")):
        parse_query(query)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not valid JSON"),
        (b'{"a":1}x', "trailing"),
        (b'{"a":"\xff"}', "UTF-8"),
        (b'{"a":"\\ud800"}', "not valid JSON"),
        (b'{"a":"x\\u0000"}', "NUL"),
        (b'{"x\\u0000":1}', "NUL"),
        (b'{"a":1e999}', "not valid JSON"),
        (b"[1]", "JSON object"),
        (b'"text"', "JSON object"),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "8 levels"),
        (b'{"a":' * 200_000, "8 levels"),
        (msgspec.json.encode({"a": list(range(1001))}), "1000"),
    ],
)
def test_unreadable_json_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        parse_json(body)


@pytest.mark.parametrize("body", [b"", b"  \n", b"null", b"{}"])
def test_json_with_nothing_in_it_is_an_empty_form(body: bytes) -> None:
    assert parse_json(body) == {}


def test_a_thousand_names_and_eight_levels_are_accepted() -> None:
    assert len(parse_query(b"&".join(b"a%d=1" % n for n in range(1000)))) == 1000
    assert depth(parse_query(b"a" + b"[b]" * 7 + b"=1")) == 8
    assert depth(parse_json(b'{"a":' * 8 + b"1" + b"}" * 8)) == 8
