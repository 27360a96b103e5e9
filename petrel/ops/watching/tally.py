"""What processes of one machine count: a small map of memory, made before they fork.

Each process counts in a row of its own, chosen by its number, so that nobody waits for anybody. Two processes whose
numbers fall on one row may lose a count between them now and then; that is cheaper than a lock. Rows outlive their
process: sums never go down while the site runs.
"""

import mmap
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from petrel.core.ids import CELLS_IN_USE

if TYPE_CHECKING:
    import numpy as np

BUCKETS_MS = (5, 10, 25, 50, 100, 250, 1000)
"""Upper ends; what took longer is counted in none of them, but in the whole."""

CLASSES = ("2xx", "3xx", "4xx", "5xx")
LOGGED = ("info", "warning", "error", "left out")
_PER_ROUTE = len(CLASSES) + 1 + len(BUCKETS_MS)
_PER_CELL = 2 + len(BUCKETS_MS) + 1            # asked, failed, by time; the last for what took longer than all
_ROWS = 16
_WORD_BYTES = 8


class Tally:
    """`names`: the patterns of routes that may be counted; others count as "unknown"."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(dict.fromkeys(("unknown", "page", *names)))
        self._place = {name: len(LOGGED) + i * _PER_ROUTE for i, name in enumerate(self.names)}
        self._cells = len(LOGGED) + len(self.names) * _PER_ROUTE
        self._width = self._cells + CELLS_IN_USE * _PER_CELL
        self._words = memoryview(mmap.mmap(-1, _ROWS * self._width * _WORD_BYTES)).cast("q")
        self._choose()
        os.register_at_fork(after_in_child=self._choose)

    def _choose(self) -> None:
        """Once per process, not per request: to ask for its number costs a tenth of counting."""
        self._mine = os.getpid() % _ROWS * self._width

    def observe(self, name: str, status: int, seconds: float, cell: int = -1) -> None:
        """One answer; `cell`: of the account that asked, -1 for visitors. For every request: some microseconds."""
        words = self._words
        at = self._mine + self._place.get(name, len(LOGGED))
        words[at + min(max(status // 100, 2), 5) - 2] += 1
        at += len(CLASSES)
        words[at] += int(seconds * 1_000_000)
        n = bisect_left(BUCKETS_MS, seconds * 1000)
        if n < len(BUCKETS_MS):
            words[at + 1 + n] += 1
        if 0 <= cell < CELLS_IN_USE:
            at = self._mine + self._cells + cell * _PER_CELL
            words[at] += 1
            words[at + 1] += status >= 500
            words[at + 2 + n] += 1

    def logged(self, level: str) -> None:
        """`level`: of LOGGED."""
        self._words[self._mine + LOGGED.index(level)] += 1

    def lines(self) -> dict[str, int]:
        """Lines of logs by level, of all processes."""
        return {level: self._sum(i) for i, level in enumerate(LOGGED)}

    def routes(self) -> Iterator[tuple[str, dict[str, int], float, list[int]]]:
        """(pattern, answers by class, seconds in all, answers by bucket) of each that was asked."""
        words = self._summed()
        for name, at in self._place.items():
            first = at + len(CLASSES) + 1
            if any(words[at:first - 1]):
                yield (name, dict(zip(CLASSES, words[at:first - 1], strict=True)), words[first - 1] / 1_000_000,
                       words[first:first + len(BUCKETS_MS)])

    def cells(self) -> dict[int, tuple[int, int, tuple[int, ...]]]:
        """(answers, those that failed on our side, how many took up to each of BUCKETS_MS and beyond) of each cell
        whose accounts asked."""
        words = self._summed()
        found = {}
        for cell in range(CELLS_IN_USE):
            at = self._cells + cell * _PER_CELL
            if words[at]:
                found[cell] = (words[at], words[at + 1], tuple(words[at + 2:at + _PER_CELL]))
        return found

    def matrices(self) -> "tuple[np.ndarray, np.ndarray]":
        """The same as numbers only: a row for each of `names` (answers by class, microseconds, answers by bucket), and
        one for each cell as in `cells`."""
        words = self._added()
        routes = words[len(LOGGED):self._cells].reshape(len(self.names), _PER_ROUTE)
        return routes, words[self._cells:].reshape(CELLS_IN_USE, _PER_CELL)

    def _summed(self) -> list[int]:
        words: list[int] = self._added().tolist()
        return words

    def _added(self) -> "np.ndarray":
        """All rows as one, at once: there are a thousand routes, and this is asked for every few seconds."""
        import numpy as np

        rows: np.ndarray = np.frombuffer(self._words, np.int64).reshape(_ROWS, self._width)
        return rows.sum(axis=0)

    def answers(self) -> tuple[int, int]:
        """(all, those that failed on our side)."""
        counted = [classes for _, classes, _, _ in self.routes()]
        return sum(sum(c.values()) for c in counted), sum(c["5xx"] for c in counted)

    def _sum(self, at: int) -> int:
        return sum(self._words[row * self._width + at] for row in range(_ROWS))
