"""What a controller knows of how the site answers: cut into trials, and what is usual in each cell. Learned anew by
whoever is next."""

from collections.abc import Callable, Mapping

from petrel.ops.changes import evidence
from petrel.ops.changes.evidence import Counted, Trials, Usual
from petrel.ops.changes.shapes import Change, Evidence

REMEMBERS_TRIALS = 2_000
REMEMBERS_ANSWERS = 200_000
"""What is usual fades: so much is remembered at most, of each cell and of how long answers take."""

Count = Callable[[], Mapping[int, Counted]]


class Trying:
    """`count`: all answers since the start, by cell."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self._before: dict[int, Counted] = {}
        self._gathering: dict[int, Counted] = {}
        self._took = Counted()          # where nothing is under way: what is slow follows from it
        self.cells: dict[int, Usual] = {}
        self.whole = Usual()

    def after(self, change: Change, trials: Trials) -> Evidence:
        """What speaks against a change with these trials."""
        have = frozenset(change.cells)
        return evidence.after(change.evidence, trials, have, frozenset(change.visiting) - have, self.cells, self.whole)

    def trials(self, exposed: frozenset[int]) -> Trials:
        """What came since the last turn, cut into trials; what is too little for one is kept for the next."""
        many: dict[int, int] = {}
        failed: dict[int, int] = {}
        slow: dict[int, int] = {}
        if self._took.asked > REMEMBERS_ANSWERS:
            self._took = Counted(self._took.asked // 2, 0, tuple(n // 2 for n in self._took.took))
        edge = evidence.edge_of(self._took.took)
        for cell, now in self._count().items():
            seen = self._gathering.get(cell, Counted()).plus(now.plus(self._before.get(cell, Counted()), -1))
            self._before[cell] = now
            if seen.asked < evidence.ANSWERS:
                self._gathering[cell] = seen
                continue
            self._gathering[cell] = Counted()
            # However many answers came within one turn, they are one trial: what makes them bad is often one thing.
            many[cell] = 1
            failed[cell] = int(evidence.is_bad(seen.failed, seen.asked, evidence.FAILED))
            slow[cell] = int(evidence.is_bad(seen.slow(edge), seen.asked))
            if cell not in exposed:
                self._took = self._took.plus(seen)
        return Trials(many, failed, slow)

    def learn(self, trials: Trials, exposed: frozenset[int]) -> None:
        """Of cells in which nothing is under way."""
        for cell, many in trials.many.items():
            if cell in exposed:
                continue
            for one in (self.cells.setdefault(cell, Usual()), self.whole):
                if one.trials >= REMEMBERS_TRIALS:
                    one.trials, one.failed, one.slow = one.trials / 2, one.failed / 2, one.slow / 2
                one.trials += many
                one.failed += trials.failed[cell]
                one.slow += trials.slow[cell]
