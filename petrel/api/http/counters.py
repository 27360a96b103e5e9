"""Counters that the web processes of one machine share: a small map of memory, made before they fork.

Each key has a count that belongs to a window of time. A key lives in one bucket of four slots; when all
four are taken the one whose window ends first is given up.

What may go wrong, and to whose favour: two processes counting the same key at the same instant may count
once, and a key pushed out of a full bucket begins anew: both let somebody through too early. The other way
round, a count is too high by one at most, when a slot is given up while another process counts in it.
There are no locks: a lost count is cheaper than a stopped process holding one.
"""

import mmap

_COUNT_BITS = 24
_COUNT = (1 << _COUNT_BITS) - 1
_KEY = (1 << 63) - 1
_SLOT_BYTES = 16
_BUCKET_SLOTS = 4


class Counters:
    """`slots`: a power of two, 16 bytes each; only those ever used take memory.

    Make it in the parent, before forking: children made later share it, others have their own.
    """

    def __init__(self, slots: int = 1 << 16) -> None:
        if slots < _BUCKET_SLOTS or slots & (slots - 1):
            raise ValueError(f"slots must be a power of two, not {slots}")
        self._memory = mmap.mmap(-1, slots * _SLOT_BYTES)
        self._words = memoryview(self._memory).cast("q")
        self._mask = slots // _BUCKET_SLOTS - 1

    def count(self, kind: int, who: int, ends_at_s: int) -> int:
        """Counts one more for (kind, who) in the window that ends then; returns the count with this one."""
        words = self._words
        # Same numbers, same hash, in every process: only texts are hashed with a secret of the process.
        key = hash((kind, who)) & _KEY or 1
        first = (key & self._mask) << 3
        for slot in (first, first + 2, first + 4, first + 6):
            if words[slot] == key:
                state = words[slot + 1]
                state = state + 1 if state >> _COUNT_BITS == ends_at_s else ends_at_s << _COUNT_BITS | 1
                words[slot + 1] = state
                return state & _COUNT
        slot = min((first, first + 2, first + 4, first + 6), key=lambda slot: words[slot + 1])
        # Without a key meanwhile, so that nobody counts for the old one in the new one's window.
        words[slot] = 0
        words[slot + 1] = ends_at_s << _COUNT_BITS | 1
        words[slot] = key
        return 1
