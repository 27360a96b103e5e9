"""How much memory the processes of a release have taken on since they were first looked at."""

from collections.abc import Iterable
from pathlib import Path

from petrel.ops.processes import beside, read_status

SETTLED_S = 15.0
"""After its start a process takes what it needs; what counts is what it takes on after that."""

MOST_MIB = 64
"""More than this, and than twice what the other release's have taken on, is a leak."""

_PAGES_IN_MIB = 256


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
            try:
                mib = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) // _PAGES_IN_MIB
            except (OSError, IndexError):
                continue
            since, first = self._first.setdefault(pid, (now, mib))
            if now - since < SETTLED_S:
                self._first[pid] = since, (first := mib)
            found = max(found, mib - first)
        return found
