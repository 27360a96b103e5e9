"""Reads a recording: `*activity_time.txt[.gz]` with lines `A B unix-time kind` (RT: A boosts B, MT: A mentions
B, RE: A replies to B) and `*retweet_network.edgelist[.gz]` with lines `A B count` (A ever boosted B).

Works through the text in blocks, so that memory holds numbers only (17 bytes a line). Source of the format:
SNAP, "Higgs Twitter Dataset"; De Domenico, Lima, Mougel, Musolesi, Scientific Reports 3:2980 (2013).
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from petrel.core.errors import Invalid
from petrel.ops.replay.shapes import Kind

BLOCK_BYTES = 1 << 20
EVENT_LINES = re.compile(rb"(?:\d{1,9} \d{1,9} \d{1,10} (?:RT|MT|RE)\n)*+")
EDGE_LINES = re.compile(rb"(?:\d{1,9} \d{1,9} \d{1,9}\n)*+")
KIND_DIGITS = ((b"RT", b"%d" % Kind.BOOST), (b"MT", b"%d" % Kind.MENTION), (b"RE", b"%d" % Kind.REPLY))


class Trace(msgspec.Struct, frozen=True):
    """Events in order of time (equal seconds keep the order of the file); row numbers are the events' names."""

    actor: np.ndarray  # int32
    target: np.ndarray  # int32
    at: np.ndarray  # int64, unix seconds
    kind: np.ndarray  # uint8, Kind

    def window(self, from_at: int | None, until_at: int | None) -> np.ndarray:
        """Rows with from_at <= at < until_at."""
        low = 0 if from_at is None else int(np.searchsorted(self.at, from_at, "left"))
        high = len(self.at) if until_at is None else int(np.searchsorted(self.at, until_at, "left"))
        return np.arange(low, max(low, high), dtype=np.int64)

    def people(self) -> np.ndarray:
        return np.union1d(self.actor, self.target)

    def digest(self) -> str:
        """Names the recording: the same events in the same order give the same digest."""
        digest = hashlib.sha256()
        for column in (self.actor, self.target, self.at, self.kind):
            digest.update(np.ascontiguousarray(column).data)
        return digest.hexdigest()[:16]


def read_events(trace_dir: Path) -> Trace:
    """Errors: Invalid, naming file and line."""
    path = _find(trace_dir, "*activity_time.txt")
    blocks = [_numbers(block, 4) for block in _blocks(path, EVENT_LINES)]
    table = np.concatenate(blocks) if blocks else np.empty((0, 4), np.int64)
    at = table[:, 2]
    if np.any(np.diff(at) < 0):
        table = table[np.argsort(at, kind="stable")]
    return Trace(
        actor=table[:, 0].astype(np.int32),
        target=table[:, 1].astype(np.int32),
        at=table[:, 2].copy(),
        kind=table[:, 3].astype(np.uint8),
    )


def read_follows(trace_dir: Path) -> np.ndarray:
    """Who follows whom: rows (follower, followee), int32, each once, sorted, nobody himself. Errors: Invalid."""
    path = _find(trace_dir, "*retweet_network.edgelist")
    blocks = [_numbers(block, 3)[:, :2].astype(np.int32) for block in _blocks(path, EDGE_LINES)]
    pairs = np.concatenate(blocks) if blocks else np.empty((0, 2), np.int32)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return np.unique(pairs, axis=0)


def busiest(trace: Trace, rows: np.ndarray, count: int) -> np.ndarray:
    """The `count` people who act or are acted upon most often in these rows, sorted by number."""
    people, times = np.unique(np.concatenate([trace.actor[rows], trace.target[rows]]), return_counts=True)
    order = np.lexsort((people, -times))
    return np.sort(people[order[:count]])


def among(people: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Mask of the pairs of which both are among `people` (sorted)."""
    return np.isin(pairs[:, 0], people) & np.isin(pairs[:, 1], people)


def _find(trace_dir: Path, pattern: str) -> Path:
    found = sorted(trace_dir.glob(pattern + ".gz")) or sorted(trace_dir.glob(pattern))
    if not found:
        raise Invalid(None, f"there is no {pattern}.gz in {trace_dir}")
    return found[0]


def _blocks(path: Path, shape: re.Pattern[bytes]) -> Iterator[bytes]:
    """Whole lines, about a megabyte at a time, each block checked against the shape of its lines."""
    line, rest = 1, b""
    for block in _raw_blocks(path):
        text = rest + block
        cut = text.rfind(b"\n") + 1
        whole, rest = text[:cut], text[cut:]
        line = _checked(path, line, whole, shape)
        yield whole
    if rest:
        _checked(path, line, rest + b"\n", shape)
        yield rest + b"\n"


def _raw_blocks(path: Path) -> Iterator[bytes]:
    opening = gzip.open if path.suffix == ".gz" else open
    with opening(path, "rb") as file:
        try:
            while block := file.read(BLOCK_BYTES):
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
            raise Invalid(None, f"{path.name} is damaged: {broken}") from broken


def _checked(path: Path, line: int, block: bytes, shape: re.Pattern[bytes]) -> int:
    """The number of the line after this block. Errors: Invalid with the first bad line."""
    match = shape.match(block)
    end = match.end() if match else 0
    if end != len(block):
        bad = line + block.count(b"\n", 0, end)
        text = block[end : block.find(b"\n", end)][:80].decode("utf-8", "replace")
        raise Invalid(None, f"{path.name}, line {bad}: cannot be read: {text!r}")
    return line + block.count(b"\n")


def _numbers(block: bytes, columns: int) -> np.ndarray:
    for word, digit in KIND_DIGITS:
        block = block.replace(word, digit)
    return np.fromstring(block.decode("ascii"), dtype=np.int64, sep=" ").reshape(-1, columns)
