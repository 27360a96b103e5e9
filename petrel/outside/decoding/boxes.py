"""An MP4 file as it is written has its index at its end; a film that begins to play before all of it is there needs it
in front. source: ISO/IEC 14496-12 (boxes moov, stco, co64)."""

import struct
from collections.abc import Iterator

AROUND = (b"trak", b"mdia", b"minf", b"stbl")


def _boxes(body: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """(type, where it begins, where its content does, where it ends)."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", body, start)
        inner = start + 8
        if size == 1:
            size, inner = struct.unpack_from(">Q", body, inner)[0], inner + 8
        stop = end if size == 0 else start + size
        if stop <= start or stop > end:
            return
        yield kind, start, inner, stop
        start = stop


def begin_first(body: bytes) -> bytes:
    """The same film with its index before its content; what is no such file stays as it is."""
    found = list(_boxes(body, 0, len(body)))
    kinds = [kind for kind, *_ in found]
    if b"moov" not in kinds or b"mdat" not in kinds or kinds.index(b"moov") < kinds.index(b"mdat"):
        return body
    _, start, inner, end = found[kinds.index(b"moov")]
    index = bytearray(body[start:end])
    _shift(index, inner - start, len(index), len(index))
    at = found[kinds.index(b"mdat")][1]
    return b"".join((body[:at], index, body[at:start], body[end:]))


def _shift(index: bytearray, start: int, end: int, by: int) -> None:
    for kind, _, inner, stop in list(_boxes(bytes(index), start, end)):
        if kind in AROUND:
            _shift(index, inner, stop, by)
        elif kind in (b"stco", b"co64"):
            form = "I" if kind == b"stco" else "Q"
            count = struct.unpack_from(">I", index, inner + 4)[0]
            places = struct.unpack_from(f">{count}{form}", index, inner + 8)
            struct.pack_into(f">{count}{form}", index, inner + 8, *(place + by for place in places))
