"""The measure of work: how long this machine's processor takes for a little of what a restore does."""

import os
import time
import zlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

YARD_BYTES, PIECE_BYTES = 2 << 20, 64 << 10
TRIED_S = 1.5


def yard(for_s: float = TRIED_S) -> float:
    """Seconds of the processor for opening and unpacking two megabytes, tried for so long.

    In pieces: for a large one a young process is given new memory each time, an older one is not, and it would take two
    to three times as long.
    """
    cipher, nonce = AESGCM(bytes(32)), bytes(12)
    sealed = cipher.encrypt(nonce, zlib.compress(os.urandom(PIECE_BYTES // 4) * 4, 1), b"")
    until_s, began_s, count = time.monotonic() + for_s, time.process_time(), 0
    while not count or time.monotonic() < until_s:
        for _ in range(YARD_BYTES // PIECE_BYTES):
            zlib.decompress(cipher.decrypt(nonce, sealed, b""), bufsize=PIECE_BYTES)
        count += 1
    return (time.process_time() - began_s) / count
