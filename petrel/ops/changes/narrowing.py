"""Which one of many changes harms, or which two together, found by taking some of them out of some cells for a while.

A *round* takes another part of the suspects out of each cell, and what a change stands on goes with it. Where the harm
ends, what did it was among those taken out; a pair ends when either goes. Each way it may be (each change, each pair,
none) says where it should have ended, and is believed by how well that fits, as in blaming.py. The next round is drawn
so that its cells tell the ways apart that are still believed, and takes out nothing else. Pure.

source: adaptive group testing (Dorfman 1943) with noise, all cells at once; decision 0083.
"""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from petrel.core.ids import CELLS_IN_USE
from petrel.ops.changes.blaming import Symptom, weigh

SURE = 0.99
ALONE, PAIRED, NEITHER = 0.5, 0.4, 0.1
"""Before anything was seen: one of them, two together, none of these."""

LEFT_OUT = 1e-3
"""What is believed less than this together is taken out of no cell any more."""

DRAWN, TRIED = 200, 40
"""Twos of ways drawn from what is believed, and rounds among which is chosen the one that tells these best apart."""

SHARES = 0.05, 0.5
"""Of the suspects so many are taken out of a cell: of a pair one of both goes half the time."""

Round = Mapping[int, frozenset[int]]
"""Of each cell, the changes that are taken out of it."""


class Narrowing(Struct, frozen=True):
    """What is known. `changes`: the suspects; `with_it`: of each, those that go with it, itself too; `along`, `seen`:
    of each two of them (with itself: alone) what `weigh` weighs."""

    changes: tuple[int, ...]
    with_it: tuple[frozenset[int], ...]
    along: np.ndarray
    seen: np.ndarray

    @property
    def believed(self) -> np.ndarray:
        """How much each two are believed, in the upper half; alone on the diagonal. What is missing to 1: none."""
        many = len(self.changes)
        pairs = np.full((many, many), PAIRED / max(1, many * (many - 1) / 2))
        np.fill_diagonal(pairs, ALONE / max(1, many))
        for at, its in enumerate(self.with_it):             # with what it stands on a change is as if alone
            for other in (other for other, number in enumerate(self.changes) if other != at and number in its):
                pairs[at, other] = pairs[other, at] = 0.0
        logs = np.where(np.triu(pairs) > 0, np.log(np.maximum(pairs, 1e-300)) + weigh(self.along, self.seen), -np.inf)
        most = max(float(logs.max(initial=-np.inf)), np.log(NEITHER))
        weights = np.exp(logs - most)
        return np.asarray(weights / (weights.sum() + np.exp(np.log(NEITHER) - most)))

    @property
    def ways(self) -> list[tuple[float, tuple[int, ...]]]:
        """What is believed most, the most first: how much, and which changes."""
        believed, many = self.believed, len(self.changes)
        best = np.argsort(-believed, axis=None)[:5]
        found = [(float(believed.flat[at]), divmod(int(at), many)) for at in best if believed.flat[at] > 0]
        return [(weight, tuple(self.changes[n] for n in dict.fromkeys(pair))) for weight, pair in found]

    @property
    def guilty(self) -> tuple[int, ...]:
        """Those that are believed enough; () while nobody is."""
        best = self.ways[:1]
        return best[0][1] if best and best[0][0] >= SURE else ()

    @property
    def cheapest(self) -> tuple[int, ...]:
        """The guilty, the one first with which the fewest go."""
        goes = dict(zip(self.changes, map(len, self.with_it), strict=True))
        return tuple(sorted(self.guilty, key=lambda number: (goes[number], -number)))


def known(on_top: Mapping[int, frozenset[int]], symptom: Symptom, had: np.ndarray) -> Narrowing:
    """`on_top`: of each suspect, those that stand on it; only suspects, and all of what stands on those in turn. `had`:
    [minute, suspect, cell], where each was in the minutes of the symptom (`Symptom.had`), rounds and all."""
    return Narrowing(tuple(on_top), tuple(on_top[one] | {one} for one in on_top), *symptom.along_two(had))


def propose(one: Narrowing, seed: int) -> dict[int, frozenset[int]]:
    """The next round, the same each time with one `seed`; empty where it is known who did it, or nothing is left."""
    believed, many, draw = one.believed, len(one.changes), np.random.default_rng(seed)
    if one.guilty or not many or (most := believed.sum()) < 1 - SURE:
        return {}
    ways = np.divmod(draw.choice(believed.size, 2 * DRAWN, p=believed.ravel() / most), many)
    goes = np.array([[number in its for number in one.changes] for its in one.with_it])
    goes &= _is_left(believed)[:, None]
    best, told = np.zeros((CELLS_IN_USE, many), bool), -1.0
    for _ in range(TRIED):
        is_in = draw.random((CELLS_IN_USE, many)) < draw.uniform(*SHARES, size=(CELLS_IN_USE, 1))
        is_out = is_in @ goes > 0
        if (tells := _tells(is_out[:, ways[0]] | is_out[:, ways[1]])) > told:
            best, told = is_out, tells
    return {cell: frozenset(one.changes[n] for n in np.flatnonzero(out)) for cell, out in enumerate(best)}


def _is_left(believed: np.ndarray) -> np.ndarray:
    """Who is still believed, alone or with others."""
    order = np.argsort(-believed, axis=None)
    until = int(np.searchsorted(np.cumsum(believed.flat[order]), (1 - LEFT_OUT) * believed.sum())) + 1
    found = np.zeros(len(believed), bool)
    found[np.concatenate(np.divmod(order[:until], len(believed)))] = True
    return found


def _tells(ends: np.ndarray) -> float:
    """How often two ways that are believed are told apart. `ends`: [cell, way], where it would end. What ends in all
    cells at once is not seen."""
    apart = ends[:, :DRAWN].astype(float) - ends[:, DRAWN:]
    apart -= apart.mean(axis=0)
    return float((1 - np.exp(-(apart ** 2).sum(axis=0) / 4)).mean())
