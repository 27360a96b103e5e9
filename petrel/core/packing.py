"""Answers packed for the way (gzip), for clients that take it: a page of posts is sent in a fifth of its bytes or less.

JSON of the API that is asked for with GET, and found (decision 0032); pages at a few addresses, where nothing that the
address says comes back in the page (decision 0064).
"""

import os
import re
import struct

from isal import isal_zlib

LEAST_BYTES = 1024
"""What is smaller fits a packet as it is."""

LEVEL = 1
# source: RFC 1952, section 2.3: deflate, with a name; no time, no system. The name is filling.
HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"
END = struct.Struct("<II")
MOST_FILLING = 31
REFUSED = re.compile(rb"(?:gzip|\*)\s*;\s*q=0(?:\.0*)?\s*(?:,|$)", re.IGNORECASE)


def is_taken(accepted: bytes | None) -> bool:
    """Whether a client takes gzip, by its `Accept-Encoding`. source: RFC 9110, section 12.5.3."""
    return accepted is not None and b"gzip" in accepted.lower() and (b"=0" not in accepted
                                                                     or REFUSED.search(accepted) is None)


def packed(body: bytes) -> bytes:
    """The same in gzip. Some bytes longer each time, by chance: whoever listens to lengths hears them blurred."""
    filling = b"." * (os.urandom(1)[0] & MOST_FILLING)
    small = isal_zlib.compress(body, LEVEL, -15)
    return b"".join((HEAD, filling, b"\0", small, END.pack(isal_zlib.crc32(body), len(body) & 0xffffffff)))
