"""The same parameters in every form that clients send them, on every method; and bodies nobody should send."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json; charset=utf-8"}
PARTS = {"content-type": "multipart/form-data; boundary=xyz"}


def parts(*fields: tuple[str, bytes] | tuple[str, bytes, str]) -> bytes:
    found = b""
    for name, value, *file in fields:
        extra = f'; filename="{file[0]}"\r\nContent-Type: image/png' if file else ""
        found += f'--xyz\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + value + b"\r\n"
    return found + b"--xyz--\r\n"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("target", "body", "headers"),
    [
        ("?a[]=1&a[]=2&b[c]=x", b"", {}),
        ("", b"a[]=1&a[]=2&b[c]=x", FORM),
        ("", b'{"a":["1","2"],"b":{"c":"x"}}', JSON),
        ("", b'{"a":["1","2"],"b":{"c":"x"}}', {"content-type": "application/activity+json"}),
        ("", b'{"a":["1","2"],"b":{"c":"x"}}', {}),
        ("", b"a[]=1&a[]=2&b[c]=x", {}),
        ("", parts(("a[]", b"1"), ("a[]", b"2"), ("b[c]", b"x")), PARTS),
        ("?b[c]=x&a=lost", b'{"a":["1","2"]}', JSON),
    ],
)
def test_parameters_arrive_in_any_form_on_any_method(
    ask: Callable[..., Any], method: str, target: str, body: bytes, headers: dict[str, str]
) -> None:
    assert ask(method, f"/api/v1/echo{target}", body, headers=headers).json == {"a": ["1", "2"], "b": {"c": "x"}}


def test_the_path_wins_over_query_and_body(ask: Callable[..., Any]) -> None:
    answer = ask("PUT", "/api/v1/things/5?id=6", b'{"id":7}', headers=JSON, as_="full")
    assert answer.json["id"] == "5"


def test_a_typed_form_reads_nested_groups_and_files(ask: Callable[..., Any]) -> None:
    body = parts(
        ("status", "héllo".encode()),
        ("sensitive", b"on"),
        ("media_ids[]", b"12"),
        ("poll[options][]", b"a"),
        ("poll[options][]", b"b"),
        ("poll[expires_in]", b"300"),
        ("file", b"\x00\x89PNG", "a.png"),
    )
    found = ask("POST", "/api/v1/statuses", body, headers=PARTS, as_="full").json
    assert found["status"] == "héllo"
    assert found["sensitive"] is True
    assert found["media_ids"] == [12]
    assert found["poll"] == {"options": ["a", "b"], "expires_in": 300, "multiple": False}
    assert found["file"] == "a.png image/png 5 5"


@pytest.mark.parametrize("size", [1, 65_536, 1_500_000])
def test_an_upload_keeps_its_bytes_however_it_is_cut(ask: Callable[..., Any], size: int) -> None:
    whole = parts(("file", b"\r\n--x" * (size // 5) + b"z", "a.png"))
    cuts = [whole[at : at + 7777] for at in range(0, len(whole), 7777)]
    answer = ask("POST", "/api/v2/media", cuts, headers=PARTS, as_="full")
    assert answer.json == {"size": len(b"\r\n--x" * (size // 5) + b"z")}


def test_a_field_where_a_file_is_wanted_is_refused_and_the_other_way_round(ask: Callable[..., Any]) -> None:
    body = parts(("status", b"x"), ("file", b"not a file"))
    assert "must be a file" in ask("POST", "/api/v1/statuses", body, headers=PARTS, as_="full").error
    body = parts(("status", b"x", "status.png"))
    assert "must be text" in ask("POST", "/api/v1/statuses", body, headers=PARTS, as_="full").error


@pytest.mark.parametrize(
    ("body", "headers", "status", "words"),
    [
        (b'{"status":', JSON, 400, "not valid JSON"),
        (b"[]", JSON, 400, "JSON object"),
        (b"\xff\xfe", JSON, 400, "JSON"),
        (b"status=%ff", FORM, 400, "UTF-8"),
        (b"status=a%00b", FORM, 400, "NUL"),
        (b'{"status":"a\\u0000b"}', JSON, 400, "NUL"),
        (parts(("status", b"\xff")), PARTS, 400, "UTF-8"),
        (parts(("status", b"a\x00")), PARTS, 400, "NUL"),
        (parts(("status", b"a"))[:-8], PARTS, 400, "ends too early"),
        (b"nothing like it", PARTS, 400, "multipart"),
        (b"--xyz\r\n\r\nx\r\n--xyz--\r\n", PARTS, 400, "no name"),
        (b"x", {"content-type": "multipart/form-data"}, 400, "boundary"),
        (b"x", {"content-type": f"multipart/form-data; boundary={'x' * 300}"}, 400, "boundary"),
        (b"<status/>", {"content-type": "text/xml"}, 415, "text/xml"),
        (b"{}", JSON, 400, '"status" is missing'),
        (b"status=x", FORM | {"content-length": "many"}, 400, "length"),
        (b"status=x", FORM | {"content-length": "-1"}, 400, "length"),
    ],
)
def test_a_bad_body_is_refused_with_a_reason(
    ask: Callable[..., Any], body: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    answer = ask("POST", "/api/v1/statuses", body, headers=headers, as_="full")
    assert (answer.status, words in answer.error) == (status, True), answer.error


def test_a_large_body_is_refused_by_its_announced_length_and_cut_off_without_one(ask: Callable[..., Any]) -> None:
    announced = ask("POST", "/api/v1/statuses", b"", headers=JSON | {"content-length": "1000001"}, as_="full")
    assert (announced.status, announced.headers["connection"]) == (413, "close")
    assert "1000000 bytes" in announced.error
    chunked = ask("POST", "/api/v1/statuses", [b"x" * 600_000, b"x" * 600_000, b"x"], headers=JSON, as_="full")
    assert chunked.status == 413


def test_a_route_may_take_more_but_not_from_strangers(ask: Callable[..., Any]) -> None:
    body = parts(("file", b"x" * 4_000_000, "a.png"))
    assert ask("POST", "/api/v2/media", body, headers=PARTS, as_="full").json == {"size": 4_000_000}
    assert ask("POST", "/api/v2/media", body, headers=PARTS).status == 401
    assert ask("POST", "/api/v2/media", body + b"x" * 1_500_000, headers=PARTS, as_="full").status == 413


def test_a_client_that_hangs_up_while_sending_gets_no_answer_and_does_no_harm(ask: Callable[..., Any]) -> None:
    for kind, begun in ((JSON, b'{"sta'), (FORM, b"sta"), (PARTS, b"--xyz\r\n")):
        assert ask("POST", "/api/v1/statuses", [begun], headers=kind, as_="full", hangs_up=True).status == 0


def test_an_address_that_is_too_long_is_refused(ask: Callable[..., Any]) -> None:
    assert ask("GET", "/api/v1/things?x=" + "y" * 20_000).status == 414


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([FORM, JSON, PARTS, {}]),
    st.binary(max_size=120) | st.binary(max_size=60).map(lambda raw: parts(("status", raw))),
    st.booleans(),
)
def test_no_bytes_make_an_error_of_ours(
    ask: Callable[..., Any], headers: dict[str, str], body: bytes, chunked: bool
) -> None:
    answer = ask("POST", "/api/v1/statuses", [body] if chunked else body, headers=headers, as_="full")
    assert answer.status in (200, 400, 422)
    if answer.status != 200:
        assert json.loads(answer.body)["error"]
