"""What a replay remembers in DATA/replay/, so that it can be stopped at any moment and started again.

people.npy, accounts.npy, follows.npy: the choice of people, their accounts on the site (0 = not made yet), and
who follows whom among them. progress.json: which batches are done. tokens.bin, log.bin, read.bin: appended to;
a torn last record is cut off. The folder is private (0700): tokens open accounts.
"""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from petrel.core.errors import Refused

LOG = np.dtype(
    [
        ("key", "<i8"),  # Plan.key
        ("entry", "<i8"),  # the id on the timeline
        ("under", "<i8"),  # the post beneath it; the same for what is not a boost
        ("actor", "<i4"),
        ("target", "<i4"),
        ("kind", "u1"),
        ("latency_us", "<u4"),
    ]
)
TOKEN = np.dtype([("person", "<i4"), ("token", "S120")])
PERSON = np.dtype("<i4")
FLUSH_RECORDS = 256


class Progress(msgspec.Struct):
    """How far the loading came, in rows of people.npy and follows.npy."""

    trace: str
    accounts_done: int = 0
    follows_done: int = 0


class Sampled(msgspec.Struct, frozen=True):
    """Whose home timelines are compared after this window; kept, so that a resumed run compares the same."""

    window: tuple[int, int]
    read_before: tuple[int, ...]
    never_read: tuple[int, ...]


class Appended:
    """A file of fixed-size records that only grows. Records are buffered; what is lost by a crash is asked again."""

    def __init__(self, path: Path, record: np.dtype) -> None:
        self._record = record
        self._buffer: list[object] = []
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        whole = os.fstat(self._fd).st_size // record.itemsize
        os.ftruncate(self._fd, whole * record.itemsize)
        self._path = path

    def add(self, record: object) -> None:
        self._buffer.append(record)
        if len(self._buffer) >= FLUSH_RECORDS:
            self.flush()

    def flush(self) -> None:
        if self._buffer:
            block = memoryview(np.array(self._buffer, self._record).tobytes())
            self._buffer.clear()
            while block:
                block = block[os.write(self._fd, block) :]

    def all(self) -> np.ndarray:
        self.flush()
        return np.fromfile(self._path, self._record)

    def close(self) -> None:
        self.flush()
        os.close(self._fd)


class Store:
    """Errors of every method: OSError as it comes."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "replay"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log = Appended(self.folder / "log.bin", LOG)
        self.tokens = Appended(self.folder / "tokens.bin", TOKEN)
        self.read = Appended(self.folder / "read.bin", PERSON)

    def close(self) -> None:
        for file in (self.log, self.tokens, self.read):
            file.close()

    def choose(self, trace_digest: str, people: np.ndarray, follows: Callable[[], np.ndarray]) -> None:
        """Settle whom this site holds, once. Errors: Refused when it holds other people already."""
        if (self.folder / "progress.json").exists():
            if self.progress().trace != trace_digest:
                raise Refused("replay.trace", "this site holds another recording: take a fresh --data directory")
            if not np.isin(people, self.people()).all():
                raise Refused("replay.accounts", "this site holds fewer or other accounts: take a fresh --data")
            return
        np.save(self.folder / "people.npy", people.astype(np.int32))
        np.save(self.folder / "accounts.npy", np.zeros(len(people), np.int64))
        np.save(self.folder / "follows.npy", follows().astype(np.int32))
        self.save(Progress(trace=trace_digest))

    def progress(self) -> Progress:
        return msgspec.json.decode((self.folder / "progress.json").read_bytes(), type=Progress)

    def save(self, progress: Progress) -> None:
        self._replace("progress.json", msgspec.json.encode(progress))

    def people(self) -> np.ndarray:
        """Sorted numbers."""
        return np.load(self.folder / "people.npy")

    def follows(self) -> np.ndarray:
        """Rows (follower, followee), sorted."""
        return np.load(self.folder / "follows.npy")

    def accounts(self) -> np.memmap:
        """Ids in the order of people(); a map of the file, which may be written to and flushed."""
        return np.lib.format.open_memmap(self.folder / "accounts.npy", mode="r+")

    def token_of(self) -> dict[int, bytes]:
        rows = self.tokens.all()
        return dict(zip(rows["person"].tolist(), rows["token"].tolist(), strict=True))

    def sampled(self, window: tuple[int, int]) -> Sampled | None:
        """The sample that was drawn for this window and is still to be compared."""
        path = self.folder / "sample.json"
        if not path.exists():
            return None
        sample = msgspec.json.decode(path.read_bytes(), type=Sampled)
        return sample if sample.window == window else None

    def keep_sample(self, sample: Sampled) -> None:
        self._replace("sample.json", msgspec.json.encode(sample))

    def sample_used(self) -> None:
        (self.folder / "sample.json").unlink(missing_ok=True)

    def _replace(self, name: str, text: bytes) -> None:
        fresh = self.folder / (name + ".new")
        fresh.write_bytes(text)
        fresh.replace(self.folder / name)
