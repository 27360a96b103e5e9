"""Which change explains what cells went through, read off times and cells. Pure.

Each change has an order of cells of its own, so it came to each cell at a time of its own: over all cells and minutes
that is a pattern that no other change has. What every cell always has (its level) and what all cells have at once (the
day) are taken out of the symptom and of the pattern alike; what is left of the symptom hangs on its own minute before,
and so much of that is taken out as well. How far the pattern then goes along with the symptom is one number, with a
deviation of its own, and from these two follows how much likelier the symptom is if the change harms than if it does
nothing. A change that every cell has had all the time says nothing here, for or against.

source: regression on exposures with effects of cells and of times; Prais and Winsten 1954 for what hangs on before;
the harm is taken to be normal around nought and never a good, of the size of what is usual. Decision 0083.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from petrel.core.ids import CELLS_IN_USE

MINUTE_S = 60.0
LEAST = 20
"""Minutes; of fewer nothing is said."""

OUTLIER = 5.0
"""One minute of one cell counts for so many times what is usual, at most."""

HARM = 1.0
"""Harm is expected to be of this size, in what is usual from minute to minute (its deviation)."""

Span = tuple[int, float, float | None]
"""A cell that had it, since when and until when; in seconds since 1970."""


class Symptom:
    """One number of each cell, minute by minute. `values`: [minute, cell], NaN where nothing was measured; `start_s`:
    the first minute. `is_known`: false where too little was measured to say anything."""

    def __init__(self, values: np.ndarray, start_s: float) -> None:
        self.start_s, self.minutes = start_s, len(values)
        measured = ~np.isnan(values)
        self._both = measured[1:] & measured[:-1] if self.minutes > 1 else measured[:0]
        self.is_known = bool(self._both.sum() > LEAST * 2 and self._both.any(axis=1).sum() > LEAST)
        if not self.is_known:
            return
        left = _own(_tamed(values, measured), measured)
        spread = float((left[:-1] ** 2 * self._both).sum())
        self.keeps = min(0.98, max(0.0, float((left[1:] * left[:-1] * self._both).sum()) / spread)) if spread else 0.0
        fresh = self._fresh(left)
        fresh = _own(_tamed(fresh, self._both), self._both)
        chance = float(np.sqrt((fresh ** 2)[self._both].mean()))
        self.is_known = chance > 0
        self.usual = chance / math.sqrt(1 - self.keeps ** 2)
        self._fresh_usual = fresh * self.usual / chance ** 2 if self.is_known else fresh
        self._size = (self.usual / chance) ** 2 if self.is_known else 0.0

    def had(self, spans: Iterable[Span]) -> np.ndarray:
        """[minute, cell]: where a change was, and for how much of that minute."""
        found = np.zeros((self.minutes, CELLS_IN_USE))
        for cell, since_s, until_s in spans:
            found[:, cell] += self._after(since_s) - (0.0 if until_s is None else self._after(until_s))
        return np.clip(found, 0.0, 1.0)

    def along(self, had: np.ndarray) -> tuple[float, float]:
        """(how far the symptom goes along with it, how much of it there is to see): of `weigh`."""
        if not self.is_known or (had == had[0]).all():
            return 0.0, 0.0
        own = self._fresh(had)
        return float((own * self._fresh_usual).sum()), float((own ** 2).sum()) * self._size

    def along_two(self, had: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `along`, for harm where two changes are at once: of each two. `had`: [minute, change, cell]."""
        along, squares, by_time, whole = (np.zeros((had.shape[1],) * 2) for _ in range(4))
        if not self.is_known:
            return along, squares
        keeps, at = self.keeps, 1
        while at < self.minutes:
            until, now, before = at + 1, had[at], had[at - 1]
            while until < self.minutes and (had[until] == now).all() and (now == before).all():
                until += 1                      # while nothing moves minutes are one sum
            fresh = self._fresh_usual[at - 1:until - 1].sum(axis=0)
            both, was, square, was_square = (one @ one.T for one in (now, before, now ** 2, before ** 2))
            along += (now * fresh) @ now.T - keeps * (before * fresh) @ before.T
            squares += (until - at) * (square + keeps ** 2 * was_square
                                       - 2 * keeps * ((now * before) @ (now * before).T))
            by_time += (until - at) * (both - keeps * was) ** 2
            at = until
        rows, by_cell = self.minutes - 1, 0.0
        for cell in range(CELLS_IN_USE):
            now, before = had[1:, :, cell], had[:-1, :, cell]
            sums = now.T @ now - keeps * before.T @ before
            by_cell, whole = by_cell + sums ** 2, whole + sums
        seen = squares - by_time / CELLS_IN_USE - by_cell / rows + whole ** 2 / (rows * CELLS_IN_USE)
        return along, np.maximum(seen, 0.0) * self._size

    def _fresh(self, values: np.ndarray) -> np.ndarray:
        """Without what hangs on the minute before."""
        return _own(values[1:] - self.keeps * values[:-1], self._both)

    def _after(self, seconds: float) -> np.ndarray:
        """How much of each minute lies after it."""
        ends = np.arange(1, self.minutes + 1)
        return np.clip(ends - (seconds - self.start_s) / MINUTE_S, 0.0, 1.0)


def weigh(along: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The logarithm of how much likelier this is if there is harm than if there is none: 0 where nothing was seen,
    negative where harm would have been."""
    whole = 1 + HARM ** 2 * seen
    lean = along * HARM / np.sqrt(whole)
    return math.log(2) - np.log(whole) / 2 + lean ** 2 / 2 + _log_below(lean)


def blame(symptoms: Sequence[Symptom], changes: Iterable[Sequence[Span]]) -> list[float]:
    """Of each change such a logarithm: harm shows in one of the symptoms, nobody knows which."""
    known = [one for one in symptoms if one.is_known]
    if not known:
        return [0.0 for _ in changes]
    seen = np.array([[one.along(one.had(spans)) for one in known] for spans in changes]).reshape(-1, len(known), 2)
    logs = weigh(seen[..., 0], seen[..., 1])
    most = logs.max(axis=1, initial=-math.inf)
    return (most + np.log(np.exp(logs - most[:, None]).mean(axis=1))).tolist()


def _tamed(values: np.ndarray, is_in: np.ndarray) -> np.ndarray:
    """About what is in the middle of each cell and of each minute, and no further from it than OUTLIER."""
    hidden = np.ma.MaskedArray(values, ~is_in)
    for axis in (0, 1):
        middle = np.ma.median(hidden, axis=axis, keepdims=True)      # type: ignore[no-untyped-call]
        hidden = hidden - middle.filled(0.0)
    often = OUTLIER * math.sqrt(math.pi / 2) * float(abs(hidden).mean())
    return np.clip(hidden.filled(0.0), -often, often)


def _own(values: np.ndarray, is_in: np.ndarray) -> np.ndarray:
    """What neither the cell always has nor all cells have at once; 0 where nothing was measured."""
    values = np.where(is_in, values, 0.0)
    by_time, by_cell = (np.maximum(1, is_in.sum(axis=axis, keepdims=True)) for axis in (1, 0))
    for _ in range(1 if is_in.all() else 4):
        values = np.where(is_in, values - values.sum(axis=1, keepdims=True) / by_time, 0.0)
        values = np.where(is_in, values - values.sum(axis=0, keepdims=True) / by_cell, 0.0)
    return values


def _log_below(lean: np.ndarray) -> np.ndarray:
    """The logarithm of the share of the normal curve below it."""
    shares = np.array([math.erfc(-one / math.sqrt(2)) / 2 for one in np.ravel(lean)]).reshape(np.shape(lean))
    # Far below, erfc is 0; the curve's tail is its height by its distance.
    return np.where(shares > 1e-300, np.log(np.maximum(shares, 1e-300)),
                    -lean ** 2 / 2 - np.log(np.maximum(1.0, -lean) * math.sqrt(2 * math.pi)))
