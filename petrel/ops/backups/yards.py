"""The measures of work: how long a machine takes for a little of what a restore does, as fast and as busy as it is now.

Two of them, as a busy machine treats them differently: who computes without a pause has to share, and who waits for
another process most of the time is let in soon.
"""

import hashlib
import os
import socket
import time
import zlib
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

YARD_BYTES, TURN_BYTES = 2 << 20, 128 << 10
TRIED_S, LONGER_S = 1.5, 5.0
BUSY = 1.2
"""On a machine so busy or more it is tried for longer: from one second to the next it says something else there."""


class Measured(Struct, frozen=True):
    """Seconds for one, by the clock and of the processors alone, and how many there were."""

    wall_s: float
    cpu_s: float
    count: int


def tried(*, is_calm: bool = False) -> tuple[Measured, Measured]:
    """A yard and a turn. `is_calm`: only what the processors do is asked for, on a busy machine not for longer."""
    first = yard(TRIED_S)
    if is_calm or first.wall_s <= BUSY * first.cpu_s:
        return first, turn(TRIED_S)
    return yard(LONGER_S), turn(LONGER_S)


def yard(for_s: float) -> Measured:
    """Opening and unpacking two megabytes."""
    cipher, nonce = AESGCM(bytes(32)), bytes(12)
    sealed = cipher.encrypt(nonce, zlib.compress(os.urandom(YARD_BYTES // 4) * 4, 1), b"")
    return _tried(lambda: zlib.decompress(cipher.decrypt(nonce, sealed, b"")), for_s)


def turn(for_s: float) -> Measured:
    """A question to another process and its answer, with a little work on both sides, as of a database."""
    text = bytes(TURN_BYTES)
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            ours.close()
            while theirs.recv(1):
                hashlib.sha256(text)
                theirs.send(b"a")
        finally:
            os._exit(0)
    theirs.close()

    def ask() -> None:
        ours.send(b"q")
        ours.recv(1)
        hashlib.sha256(text)

    found = _tried(ask, for_s)
    ours.close()
    used = os.wait4(child, 0)[2]
    return Measured(found.wall_s, found.cpu_s + (used.ru_utime + used.ru_stime) / found.count, found.count)


def _tried(work: Callable[[], object], for_s: float) -> Measured:
    began, began_cpu, count, took_s = time.monotonic(), time.process_time(), 0, 0.0
    while took_s < for_s:
        work()
        count += 1
        took_s = time.monotonic() - began
    return Measured(took_s / count, (time.process_time() - began_cpu) / count, count)
