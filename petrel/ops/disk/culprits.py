"""Which processes write on this disk, by what the kernel counts for each. Root sees all of them, others their own."""

from pathlib import Path

import psutil  # type: ignore[import-untyped]
from msgspec import Struct

MIB = 1 << 20
PROC = Path("/proc")


class Culprit(Struct, frozen=True):
    """`path`: the largest file of this disk that it has open for writing, "" where none could be seen."""

    pid: int
    name: str
    user: str
    bytes_per_s: float
    path: str

    def __str__(self) -> str:
        where = f" into {self.path}" if self.path else ""
        return f"{self.name} (process {self.pid}, user {self.user}) writes {self.bytes_per_s / MIB:.1f} MiB/s{where}"


class Writers:
    """`look` at two times, and it says who wrote between them."""

    def __init__(self, folder: Path) -> None:
        self._device = folder.stat().st_dev
        self._before: dict[int, int] = {}
        self._at_s = 0.0

    def look(self, now_s: float, most: int = 3) -> list[Culprit]:
        """The fastest first; only those with a file of this disk open. Some milliseconds."""
        now = {int(one.name): count for one in PROC.iterdir() if one.name.isdigit()
               and (count := _written_bytes(one)) is not None}
        took_s, before = now_s - self._at_s, self._before
        self._before, self._at_s = now, now_s
        if not before or took_s <= 0:
            return []
        rates = sorted(((count - before.get(pid, 0)) / took_s, pid) for pid, count in now.items())
        found: list[Culprit] = []
        for rate, pid in reversed(rates[-12:]):
            if rate > 0 and len(found) < most and (path := _writes_to(pid, self._device)) is not None:
                found.append(_culprit(pid, rate, path))
        return found


def _written_bytes(process: Path) -> int | None:
    try:
        text = (process / "io").read_text()
    except OSError:
        return None
    return int(text.partition("\nwrite_bytes: ")[2].partition("\n")[0] or 0)


def _writes_to(pid: int, device: int) -> str | None:
    """Path of its largest open file on the device; None when it has none there."""
    largest, path = -1, None
    folder = PROC / str(pid) / "fd"
    try:
        for one in folder.iterdir():
            try:
                state = one.stat()
                if state.st_dev == device and state.st_size > largest:
                    largest, path = state.st_size, str(one.readlink())
            except OSError:
                continue
    except OSError:
        return None
    return path


def _culprit(pid: int, rate: float, path: str) -> Culprit:
    try:
        process = psutil.Process(pid)
        words = process.cmdline()
        return Culprit(pid, " ".join(words)[:80] or process.name(), process.username(), rate, path)
    except (psutil.Error, KeyError):
        return Culprit(pid, "a process that has ended", "?", rate, path)
