"""Files that arrive: how many at once, the room they will take, how fast they are taken off the line.

What cannot be taken whole in time is refused before a byte of it is read, with the time to try again: whoever was told
"no" after a hundred megabytes sends them twice.
"""

import math
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from petrel.api.http import pacing
from petrel.core import room
from petrel.core.errors import Unavailable

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
MOST_AT_ONCE = 64
IN_TIME_S = 60.0
"""What is being sent has to be here by then: half of what an upload may take (`deadlines.py`)."""

SMALL_BYTES, UNTOLD_BYTES = 65_536, 16 << 20
"""What counts as no file; what a body is taken for that does not say how long it is."""

BUSY = "Too many files are being sent just now; please try again in a moment"
_arriving = 0


class Arrival:
    """One request with files, from its head to its end. Errors: Unavailable (too many now), Full."""

    __slots__ = ("_coming", "_counts")

    def __init__(self, headers: Mapping[bytes, bytes], most_bytes: int) -> None:
        global _arriving
        length = headers.get(b"content-length", b"")
        announced = min(int(length) if length.isdigit() else UNTOLD_BYTES, most_bytes)
        self._coming: room.Coming | None = None
        self._counts = announced > SMALL_BYTES
        if not self._counts:
            return
        if _arriving >= MOST_AT_ONCE:
            raise Unavailable(BUSY, retry_after_s=10)
        if (per_s := pacing.rate()) and _arriving and (late_s := room.coming_bytes() / per_s) > IN_TIME_S:
            raise Unavailable(BUSY, retry_after_s=math.ceil(late_s - IN_TIME_S / 2))
        self._coming = room.Coming(announced)
        _arriving += 1

    def paced(self, receive: Receive) -> Receive:
        """`receive`, no faster than files may come."""
        if not self._counts:
            return receive

        async def slowly() -> Message:
            message = await receive()
            await pacing.COMING.take(len(message.get("body", b"")))
            return message

        return slowly

    def end(self) -> None:
        """Gives back what it held; twice does no harm."""
        global _arriving
        if self._coming is not None:
            self._coming.end()
            self._coming = None
            _arriving -= 1
