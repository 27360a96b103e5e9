"""What a home timeline must hold, worked out by brute force from what the site acknowledged and who follows whom.

Knows nothing of the server: no code, no query, no constant of it is used here, and none may be. The rules, in
the words of docs/design.md section 6 and issue 2:

* candidates of a viewer: own posts and boosts; posts of those the viewer follows, of which a reply counts only
  when it answers its own author, the viewer, or somebody the viewer follows; boosts by those the viewer
  follows, whoever wrote the post; a post that only mentions is not a reply;
* of these the newest 400 by entry id; then, from the oldest to the newest, an entry stays unless the post
  beneath it is beneath one of the last 40 entries that stayed; shown newest first.
"""

from collections import deque

import numpy as np

NEWEST = 400
APART = 40


class Oracle:
    """Built once from all acknowledged events; memory is proportional to them and to the follows.

    `entry`, `under`: the site's ids. `actor`: who posted or boosted. `answered`: the person a reply replies to,
    -1 for what is not a reply (a boost never is one). The same entry may come several times (a boost repeated).
    """

    def __init__(
        self, entry: np.ndarray, under: np.ndarray, actor: np.ndarray, answered: np.ndarray, follows: np.ndarray
    ) -> None:
        entry, once = np.unique(np.asarray(entry, np.int64), return_index=True)
        by_actor = np.lexsort((entry, np.asarray(actor)[once]))
        self._entry = entry[by_actor]
        self._under = np.asarray(under, np.int64)[once][by_actor]
        self._actor = np.asarray(actor, np.int64)[once][by_actor]
        self._answered = np.asarray(answered, np.int64)[once][by_actor]
        order = np.argsort(follows[:, 0], kind="stable")
        self._follower = follows[order, 0].astype(np.int64)
        self._followee = follows[order, 1].astype(np.int64)

    def follows_of(self, viewer: int) -> np.ndarray:
        low, high = np.searchsorted(self._follower, [viewer, viewer + 1])
        return self._followee[low:high]

    def candidates(self, viewer: int) -> np.ndarray:
        """Positions of everything that may stand on the viewer's home, before the limit; oldest first."""
        followed = self.follows_of(viewer)
        ranges = [np.arange(*np.searchsorted(self._actor, [who, who + 1])) for who in {viewer, *followed.tolist()}]
        place = np.concatenate(ranges)
        answered, actor = self._answered[place], self._actor[place]
        wanted = (
            (actor == viewer)
            | (answered == -1)
            | (answered == actor)
            | (answered == viewer)
            | np.isin(answered, followed)
        )
        place = place[wanted]
        return place[np.argsort(self._entry[place])]

    def home(self, viewer: int) -> list[tuple[int, int]]:
        """(entry, under) of the whole home timeline, newest first."""
        place = self.candidates(viewer)[-NEWEST:]
        recent: deque[int] = deque(maxlen=APART)
        kept = []
        for entry, under in zip(self._entry[place].tolist(), self._under[place].tolist(), strict=True):
            if under in recent:
                continue
            recent.append(under)
            kept.append((entry, under))
        kept.reverse()
        return kept


def contradictions(entry: np.ndarray, under: np.ndarray, actor: np.ndarray, is_boost: np.ndarray) -> list[str]:
    """Sentences about answers of the site that cannot all be true; empty when all is well.

    A second boost of the same post by the same account is answered with the first; apart from that no id is
    given twice, and an id never says two things.
    """
    found = []
    facts = np.unique(np.stack([entry, under, actor, is_boost], axis=1).astype(np.int64), axis=0)
    ids, times = np.unique(facts[:, 0], return_counts=True)
    found += [f"id {one} was given to {n} different things" for one, n in zip(ids, times, strict=True) if n > 1]

    posts, times = np.unique(entry[~is_boost], return_counts=True)
    found += [f"post {one} was acknowledged {n} times" for one, n in zip(posts, times, strict=True) if n > 1]

    boosts = facts[facts[:, 3] == 1]
    pairs, times = np.unique(boosts[:, 1:3], axis=0, return_counts=True)
    found += [
        f"post {post} has {n} boosts by person {who}"
        for (post, who), n in zip(pairs.tolist(), times.tolist(), strict=True)
        if n > 1
    ]
    return found
