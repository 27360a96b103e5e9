"""Terms of the search index as keyed hashes: who holds the index without the key holds no words."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

# Common words make up most of every text. About 3 MB a process when full; plain words in memory only.
_REMEMBERED = 16_384


class WordKey:
    """Hashes terms under one key of 16 to 64 bytes, kept in the keyring. Never shows the key."""

    __slots__ = ("hash",)

    def __init__(self, key: bytes) -> None:
        if not 16 <= len(key) <= 64:
            raise ValueError("a word key has 16 to 64 bytes")
        keyed = blake2b(key=key, digest_size=8)

        @lru_cache(maxsize=_REMEMBERED)
        def digest(term: str) -> int:
            one = keyed.copy()
            one.update(term.encode())
            return int.from_bytes(one.digest(), "big", signed=True)

        # NOTE: an attribute, not a method: the bare cached function saves a call for each word.
        self.hash = digest
        """One folded term as a signed 64-bit number, as Postgres's bigint holds it."""

    def hashes(self, terms: Iterable[str]) -> list[int]:
        """Ascending, each once."""
        return sorted(set(map(self.hash, terms)))
