"""What is packed for the way, for whom, and what never is."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from petrel.core import flags, packing
from petrel.core.flags import InForce


@pytest.mark.parametrize(("accepted", "is_taken"), [
    (None, False), (b"", False), (b"br", False), (b"gzip", True), (b"GZIP;q=0.5", True), (b"deflate, gzip, br", True),
    (b"gzip;q=0", False), (b"br, gzip; q=0.000", False), (b"gzip, br;q=0", True), (b"gzip;q=0.01", True)])
def test_whoever_takes_gzip_gets_it(accepted: bytes | None, is_taken: bool) -> None:
    assert packing.is_taken(accepted) is is_taken


def test_it_is_what_it_was_and_its_length_is_blurred() -> None:
    body = b'{"content":"a garden in winter"},' * 900
    found = [packing.packed(body) for _ in range(40)]
    assert {gzip.decompress(one) for one in found} == {body}
    lengths = {len(one) for one in found}
    assert len(lengths) > 5 and max(lengths) < len(body) / 5


def test_who_has_the_flag_off_gets_it_plain(ask: Callable[..., Any]) -> None:
    takes = {"accept-encoding": "gzip"}
    flags.install({"packed-answers": InForce(is_on=False)})
    try:
        assert "content-encoding" not in ask("GET", "/api/v1/large", headers=takes).headers
    finally:
        flags.install({})
    assert ask("GET", "/api/v1/large", headers=takes).headers["content-encoding"] == "gzip"


def test_large_answers_are_packed_and_small_ones_and_errors_are_not(ask: Callable[..., Any]) -> None:
    takes = {"accept-encoding": "gzip, deflate, br"}
    plain, packed = ask("GET", "/api/v1/large"), ask("GET", "/api/v1/large", headers=takes)
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert len(packed.body) == int(packed.headers["content-length"])
    assert gzip.decompress(packed.body) == plain.body
    head = ask("HEAD", "/api/v1/large", headers=takes)
    assert head.body == b"" and head.headers["content-encoding"] == "gzip"
    for path in ("/api/v1/things/1", "/api/v1/things/2", "/api/v1/nowhere"):
        assert "content-encoding" not in ask("GET", path, headers=takes).headers
        assert ask("GET", path, headers=takes).body == ask("GET", path).body
