"""A sealed file gives back what was written, or says what is wrong with it; never anything else."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.ops.backups import sealed
from petrel.ops.backups.sealed import CHUNK_BYTES, MAGIC, Opener, Sealer
from petrel.ops.backups.shapes import BadBackup, WrongKey
from petrel.outside.stores.directory import DirectoryStore

KEY = bytes(range(32))
TEXT = os.urandom(1000) + b"petrel" * 700_000      # more than four chunks


def written(path: Path, text: bytes = TEXT, backup: str = "one", part: str = "main") -> Path:
    sealer = Sealer(DirectoryStore(path.parent).write(path.name), KEY, backup, part)
    for start in range(0, len(text), 70_001):
        sealer.write(text[start:start + 70_001])
    sealer.close()
    assert sealer.plain_bytes == len(text) and sealer.stored_bytes == path.stat().st_size
    return path


def read(path: Path, key: bytes = KEY, backup: str = "one", part: str = "main") -> bytes:
    found = b""
    with path.open("rb") as file, Opener(file, str(path), key, backup, part) as opener:
        while piece := opener.read(300_000):
            found += piece
    return found


def chunks(stored: bytes) -> list[bytes]:
    """The head, then each chunk with its length."""
    at = len(MAGIC) + 4 + struct.unpack(">I", stored[len(MAGIC):len(MAGIC) + 4])[0]
    found = [stored[:at]]
    while at < len(stored):
        size = 4 + struct.unpack(">I", stored[at:at + 4])[0]
        found.append(stored[at:at + size])
        at += size
    return found


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, len(TEXT)])
def test_what_was_written_is_read(tmp_path: Path, size: int) -> None:
    assert read(written(tmp_path / "file", TEXT[:size])) == TEXT[:size]


def test_nothing_of_it_is_plain_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = written(tmp_path / "file", b"xylophonemark" * 10)
    assert b"xylophonemark" not in path.read_bytes() and KEY not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


Harm = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(("harm", "says"), [
    (lambda c: [*c[:2], c[3], c[2], *c[4:]], "not in its place"),
    (lambda c: [*c[:2], *c[3:]], "not in its place"),
    (lambda c: [*c[:3], c[2], *c[3:]], "not in its place"),
    (lambda c: c[:-1], "ends early"),
    (lambda c: [*c, c[-1]], "goes on after its end"),
    (lambda c: [*c[:-1], c[-1][:-3]], "ends early"),
    (lambda c: [*c, b"\0\0"], "ends early"),
    (lambda c: c[:1], "ends early"),
], ids=["swapped", "dropped", "doubled", "cut", "longer", "cut within", "a little longer", "head only"])
def test_chunks_that_are_not_where_they_were(tmp_path: Path, harm: Harm, says: str) -> None:
    path = written(tmp_path / "file")
    path.write_bytes(b"".join(harm(chunks(path.read_bytes()))))
    with pytest.raises(BadBackup, match=says):
        read(path)


@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_bit_that_was_flipped_is_found(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    path = tmp_path_factory.mktemp("bit") / "file"
    stored = bytearray(written(path, TEXT[:2000]).read_bytes())
    stored[place % len(stored)] ^= 1 << bit
    path.write_bytes(stored)
    with pytest.raises(BadBackup):
        read(path)


def test_a_chunk_of_another_file_is_found(tmp_path: Path) -> None:
    one, two = written(tmp_path / "1"), written(tmp_path / "2")
    ours, theirs = chunks(one.read_bytes()), chunks(two.read_bytes())
    one.write_bytes(b"".join([*ours[:2], theirs[2], *ours[3:]]))
    with pytest.raises(BadBackup):
        read(one)


def test_a_file_of_another_backup_part_or_key_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "file")
    with pytest.raises(BadBackup, match="mixed"):
        read(path, backup="two")
    with pytest.raises(BadBackup, match="mixed"):
        read(path, part="keyring")
    with pytest.raises(WrongKey):
        read(path, key=bytes(32))


def test_two_files_share_neither_key_nor_nonce(tmp_path: Path) -> None:
    heads = [chunks(written(tmp_path / name, b"same").read_bytes()) for name in "ab"]
    assert heads[0][0] != heads[1][0] and heads[0][1] != heads[1][1]


def test_the_last_chunk_is_no_other(tmp_path: Path) -> None:
    """Without the mark of the last one a cut file would look whole."""
    assert sealed._nonce(b"1234567", 3, is_last=True) != sealed._nonce(b"1234567", 3, is_last=False)
