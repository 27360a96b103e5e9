"""A bounded store of rendered bytes. Safe to lose, and no authority: what is kept is shown for the version that it was
rendered of. Of what no version tells, the site's emoji, `media.emojis.watch` tells, and all is rendered anew.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """At most `most` values; when full, the tenth put in longest ago goes. Per process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[int, Value] = {}
        self.get = self._values.get

    def put(self, key: int, value: Value) -> None:
        if len(self._values) >= self._most:
            for old in list(self._values)[: self._most // 10]:
                del self._values[old]
        self._values[key] = value

    def held(self, keys: Iterable[int]) -> dict[int, Value]:
        """What is kept of these now. An answer that tells the database of its copies holds them to its end: others
        may drop or replace them meanwhile."""
        return {key: value for key in keys if (value := self.get(key)) is not None}

    def drop(self, key: int) -> None:
        self._values.pop(key, None)

    def clear(self) -> None:
        self._values.clear()
