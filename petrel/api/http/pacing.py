"""How fast files come and go, so that the line keeps room for everything else (setting `media_mbit`).

A client of ours that is not read from stops sending by itself, and one that is sent little receives little: that is
what TCP does, when its window is small. Each web process keeps to its part of the rate; whoever asks first goes first.
"""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

from petrel.core import limits

PART_BYTES = 1 << 14
BURST_S = 0.01
BYTES_PER_MBIT = 125_000
WINDOW_BYTES = 1 << 14
"""What may be under way of a body to us. Left to itself TCP offers megabytes: a whole photo comes as fast as the line
goes, however slowly it is read, and what others say waits behind it."""


def rate() -> float:
    """Bytes a second that files may take in one direction in this process; 0 for no bound."""
    now = limits.current()
    return now.media_mbit * BYTES_PER_MBIT / now.web_workers


def narrow(transport: asyncio.Transport) -> bool:
    """For a connection on which a body is coming. It stays so; what is short does not notice. Returns whether the line
    is shared."""
    if not rate():
        return False
    line = transport.get_extra_info("socket")
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * WINDOW_BYTES)      # else Linux undoes the next
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_WINDOW_CLAMP, WINDOW_BYTES)
    return True


def parts(piece: bytes) -> Iterator[bytes]:
    """A piece as it goes out: small ones where the line is shared, so that nothing waits behind a large one."""
    if not rate() or len(piece) <= PART_BYTES:
        yield piece
        return
    view = memoryview(piece)
    for start in range(0, len(piece), PART_BYTES):
        yield bytes(view[start:start + PART_BYTES])


class Pace:
    """One direction."""

    def __init__(self) -> None:
        self._next_s = 0.0

    async def take(self, count: int) -> None:
        """Waits until so many bytes may go."""
        if not (per_s := rate()):
            return
        now_s = time.monotonic()
        self._next_s = max(self._next_s, now_s - BURST_S)
        wait_s = self._next_s - now_s
        self._next_s += count / per_s
        if wait_s > 0:
            await asyncio.sleep(wait_s)


COMING, GOING = Pace(), Pace()
