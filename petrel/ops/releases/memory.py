"""How much memory the processes of a release have taken on since they were first looked at."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from petrel.ops.processes import beside, read_status

SETTLED_S = 15.0
"""After its start a process takes what it needs; what counts is what it takes on after that."""

MOST_MIB = 64
"""More than this, and than twice what the other release's have taken on, is a leak."""

_PAGES_IN_MIB = 256
_BEFORE_S = 900.0


class Growth:
    """Of one release beside the other. Forgotten with the process that looks; then it is counted anew."""

    def __init__(self) -> None:
        self._first: dict[int, tuple[float, int]] = {}

    def look(self, data: Path, now: float) -> str:
        """What speaks against the release, "" when nothing does. `now`: monotonic seconds."""
        site, other = read_status(data), read_status(beside.home_of(data))
        if site is None or other is None:
            return ""
        theirs = self._grown(other.parts["web"].pids, now)
        ours = self._grown(site.parts["web"].pids, now)
        if theirs > max(MOST_MIB, 2 * ours):
            return f"a process of it has taken on {theirs} MiB, and none of the others more than {ours}"
        return ""

    def _grown(self, pids: Iterable[int], now: float) -> int:
        found = 0
        for pid in pids:
            if (mib := _resident(pid)) is None:
                continue
            since, first = self._first.setdefault(pid, (now, mib))
            if now - since < SETTLED_S:
                self._first[pid] = since, (first := mib)
            found = max(found, mib - first)
        return found


class Slope:
    """Of the release that serves, for a change that its own processes make: no other processes to compare with, so with
    themselves before it."""

    def __init__(self) -> None:
        self._held: deque[tuple[float, dict[int, int]]] = deque()

    def look(self, data: Path, now: float) -> None:
        """At every turn. `now`: monotonic seconds."""
        if (site := read_status(data)) is None:
            return
        self._held.append((now, {pid: mib for pid in site.parts["web"].pids if (mib := _resident(pid)) is not None}))
        while now - self._held[0][0] > _BEFORE_S:
            self._held.popleft()

    def since(self, at: float) -> str:
        """What speaks against a change that began then, "" when nothing does."""
        after = [one for one in self._held if one[0] >= at]
        before = [one for one in self._held if one[0] < at]
        if len(after) < 2 or len(before) < 2:
            return ""
        now = after[-1][1]
        grown = max((mib - after[0][1].get(pid, mib) for pid, mib in now.items()), default=0)
        usual = max((mib - before[0][1].get(pid, mib) for pid, mib in before[-1][1].items()), default=0)
        lasted, usual_s = after[-1][0] - after[0][0], before[-1][0] - before[0][0]
        if grown > max(MOST_MIB, 2 * usual * lasted / max(1.0, usual_s)):
            return (f"a web process has taken on {grown} MiB since it began, and before it {usual} MiB in "
                    f"{usual_s:.0f} s")
        return ""


def _resident(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) // _PAGES_IN_MIB
    except (OSError, IndexError):
        return None
