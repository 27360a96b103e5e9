"""Archives that strangers may have made: refused in plain words, without reading or writing more than was asked."""

import io
import json
import secrets
import stat
import struct
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.features.archives.opening import meant, opened
from petrel.features.archives.scanning import MOST_ITEM_BYTES, items
from petrel.features.archives.shapes import BadArchive
from tests.features.archives.packing import Files, note, outbox, tarred, zipped


def names(path: Path) -> frozenset[str]:
    with opened(path) as archive:
        return archive.names


def read(path: Path, name: str, key: str = "orderedItems") -> list[bytes]:
    with meant(), opened(path) as archive, archive.open(name) as file:
        return list(items(file, key))


@pytest.mark.parametrize("pack", [zipped, tarred, lambda f, files: tarred(f, files, "archive.tar")])
def test_what_is_in_it_is_read_one_by_one(tmp_path: Path, pack: Callable[[Path, Files], Path]) -> None:
    path = pack(tmp_path, outbox([note(n, f"<p>{n} \\ \" {{ [ é</p>") for n in range(2000)]))
    assert names(path) == {"actor.json", "outbox.json"}
    found = read(path, "outbox.json")
    assert len(found) == 2000 and json.loads(found[1999]) == note(1999, "<p>1999 \\ \" { [ é</p>")


@pytest.mark.parametrize("name", ["../outbox.json", "/etc/passwd", "a/../../b", "..\\outbox.json", "C:\\x", "a/.."])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_of_it(tmp_path: Path, name: str, pack: Callable[[Path, Files], Path]) -> None:
    with pytest.raises(BadArchive, match="leads out of it"):
        names(pack(tmp_path, {**outbox([]), name: b"x"}))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("outbox.json.link")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(BadArchive, match="link or a device"):
        names(tarred(tmp_path, outbox([]), "archive.tar.gz", info))


def test_links_in_a_zip(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadArchive, match="link or a device"):
        names(tmp_path / "a.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("outbox.json", b"{}")
        archive.writestr("outbox.json", b"[]")
    with pytest.raises(BadArchive, match="two files named"):
        names(tmp_path / "a.zip")


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_bomb_is_not_unpacked(tmp_path: Path, pack: Callable[[Path, Files], Path]) -> None:
    bomb = b'{"orderedItems": [' + b" " * (200 << 20)
    path = pack(tmp_path, {**outbox([]), "outbox.json": bomb})
    del bomb
    tracemalloc.start()
    with pytest.raises(BadArchive, match="more than an export can be"):
        read(path, "outbox.json")
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()


def test_a_bomb_whose_sizes_lie(tmp_path: Path) -> None:
    path = zipped(tmp_path, {**outbox([]), "outbox.json": b"[" + b" " * (100 << 20)})
    raw = path.read_bytes()
    lie = raw.replace(struct.pack("<I", (100 << 20) + 1), struct.pack("<I", 50))
    assert lie != raw
    path.write_bytes(lie)
    with pytest.raises(BadArchive):
        read(path, "outbox.json")


def test_a_tar_header_that_asks_for_much(tmp_path: Path) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 10 << 30
    head = info.tobuf(tarfile.USTAR_FORMAT if info.size < 8 << 30 else tarfile.GNU_FORMAT)
    (tmp_path / "a.tar").write_bytes(head + b"\0" * 4096)
    with pytest.raises(BadArchive):
        names(tmp_path / "a.tar")


def test_more_files_than_any_export_has(tmp_path: Path) -> None:
    path = zipped(tmp_path, outbox([]))
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\x05\x06")
    raw[at + 12 : at + 16] = struct.pack("<I", 1 << 30)
    path.write_bytes(raw)
    with pytest.raises(BadArchive, match="more than 200,000 files"):
        names(path)


@pytest.mark.parametrize("raw", [
    b"", b"PK", b"PK\x03\x04" + b"\0" * 100, b"\x1f\x8b", b"\x1f\x8b\x08\0" + b"x" * 100, b"not an archive at all",
    b"\0" * 1024,
])
def test_what_is_no_archive(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    try:
        assert names(path) == frozenset()
    except BadArchive as wrong:
        assert "cannot be imported" in wrong.message


@pytest.mark.parametrize(("pack", "cut"), [(zipped, 10), (zipped, 1000), (tarred, 300)])
def test_half_an_archive(tmp_path: Path, pack: Callable[[Path, Files], Path], cut: int) -> None:
    path = pack(tmp_path, outbox([note(n, secrets.token_hex(50)) for n in range(50)]))
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(BadArchive):
        read(path, "outbox.json")


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"outbox.json": json.dumps({"orderedItems": [note(1, "x")]}).encode()})
    raw = bytearray(path.read_bytes())
    raw[60] ^= 255
    path.write_bytes(raw)
    with pytest.raises(BadArchive):
        read(path, "outbox.json")


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = zipped(tmp_path, outbox([]), "inner.zip").read_bytes()
    assert names(zipped(tmp_path, {"inner.zip": inner})) == {"inner.zip"}


def listed(raw: bytes) -> list[bytes]:
    return list(items(io.BytesIO(raw), "orderedItems"))


def test_lists_are_found_at_the_outermost_level_only() -> None:
    inside = b'{"a": {"orderedItems": [{"no": 1}]}, "b": "orderedItems", "orderedItems" :\n [ {"yes": "]}"} , [1] ] }'
    assert listed(inside) == [b'{"yes": "]}"}', b"[1]"]
    assert listed(b"{}") == listed(b'{"orderedItems": {}}') == listed(b'{"orderedItems": []}') == []


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_pieces_of_any_size_read_alike(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("petrel.features.archives.scanning.CHUNK_BYTES", size)
    told = [{"s": "\\\"" * n + "é{[", "n": [n, {"x": "\\\\"}]} for n in range(30)]
    raw = json.dumps({"first": "\\", "orderedItems": told, "last": 1}).encode()
    assert [json.loads(one) for one in listed(raw)] == told


@pytest.mark.parametrize("raw", [
    b"", b"nothing", b'{"orderedItems": [', b'{"orderedItems": [{"a": "', b'{"orderedItems": ["text"]}',
    b'{"orderedItems": [1, 2]}', b"[" * 100, b'{"orderedItems": [' + b"[" * 100_000,
    b'{"orderedItems": [{"a": "' + b"x" * (MOST_ITEM_BYTES + (1 << 19)) + b'"}]}', b'{"a": "' + b"\\" * 4_000_000,
])
def test_what_is_no_list_ends_soon(raw: bytes) -> None:
    began_s = time.monotonic()
    with pytest.raises(BadArchive):
        listed(raw)
    assert time.monotonic() - began_s < 2


ANY = st.recursive(st.none() | st.integers() | st.text(max_size=20) | st.sampled_from(['"', "\\", "]}", "é\\\""]),
                   lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4))


@given(st.lists(st.dictionaries(st.text(max_size=5), ANY, max_size=4) | st.lists(ANY, max_size=3), max_size=6),
       st.dictionaries(st.text(max_size=14).filter("orderedItems".__ne__), ANY, max_size=4), st.integers(1, 50),
       st.booleans())
def test_any_list_reads_as_it_was_written(told: list[Any], around: dict[str, Any], size: int, ascii_only: bool) -> None:
    raw = json.dumps({**around, "orderedItems": told}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("petrel.features.archives.scanning.CHUNK_BYTES", size)
        assert [json.loads(one.decode("utf-8", "surrogatepass")) for one in listed(raw)] == told


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_list_or_a_refusal(raw: bytes) -> None:
    try:
        listed(raw)
    except BadArchive as wrong:
        assert "cannot be imported" in wrong.message
