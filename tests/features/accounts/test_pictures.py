"""Generated pictures: always the same, small, and well-formed in both kinds."""

import struct
import zlib
from xml.etree import ElementTree

import pytest

from petrel.features.accounts import pictures

IDS = (0, 1, 7, 2**40, 115_234_567_890_123_456, 2**63 - 1)


@pytest.mark.parametrize("account", IDS)
def test_svg_is_small_and_well_formed(account: int) -> None:
    for drawn in (pictures.svg(account), pictures.header_svg(account)):
        assert len(drawn) < 1500
        assert ElementTree.fromstring(drawn).tag.endswith("svg")  # noqa: S314 (drawn by us)
        assert b"script" not in drawn and b"href" not in drawn


def size_of(png: bytes) -> tuple[int, int, int]:
    """Width, height, bytes of pixels; every checksum is verified on the way."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, found = 8, {}
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, body = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(kind + body)
        found[kind] = body
        place += 12 + length
    assert list(found) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    pixels = zlib.decompress(found[b"IDAT"])
    width, height = struct.unpack(">II", found[b"IHDR"][:8])
    assert max(pixels) < len(found[b"PLTE"]) // 3 <= 256
    return width, height, len(pixels)


@pytest.mark.parametrize("account", IDS)
def test_png_is_what_it_says(account: int) -> None:
    assert size_of(pictures.png(account)) == (200, 200, 201 * 200)
    assert size_of(pictures.header_png(account)) == (900, 300, 901 * 300)


def test_the_same_account_always_looks_the_same_and_others_do_not() -> None:
    assert pictures.svg(5) == pictures.svg(5)
    assert len({pictures.svg(account) for account in range(500)}) == 500
