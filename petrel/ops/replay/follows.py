"""Who follows whom among the people of a replay, ready to be asked from both sides."""

import numpy as np


class Follows:
    """Built from rows (follower, followee)."""

    def __init__(self, pairs: np.ndarray) -> None:
        self.pairs = pairs
        by_follower, by_followee = np.argsort(pairs[:, 0], kind="stable"), np.argsort(pairs[:, 1], kind="stable")
        self._follower, self._followed = pairs[by_follower].T
        self._follows, self._followee = pairs[by_followee].T

    def followed_by(self, person: int) -> np.ndarray:
        low, high = np.searchsorted(self._follower, [person, person + 1])
        return self._followed[low:high]

    def followers_of(self, person: int) -> np.ndarray:
        low, high = np.searchsorted(self._followee, [person, person + 1])
        return self._follows[low:high]

    def everybody_who_follows(self) -> np.ndarray:
        return np.unique(self._follower)
