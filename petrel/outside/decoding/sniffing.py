"""What kind of file this is, by its content; what it is called, or said to be, counts for nothing."""

from msgspec import Struct

HEAD_BYTES = 64


class Sort(Struct, frozen=True):
    """`format`: the only one that a decoder may try. `is_picture`: read by Pillow, else by PyAV."""

    format: str
    type: str
    is_picture: bool = True


_JPEG, _PNG = Sort("JPEG", "image/jpeg"), Sort("PNG", "image/png")
_GIF, _WEBP, _AVIF = Sort("GIF", "image/gif"), Sort("WEBP", "image/webp"), Sort("AVIF", "image/avif")
_MP4, _MOV = Sort("mov", "video/mp4", False), Sort("mov", "video/quicktime", False)
_M4A, _WEBM = Sort("mov", "audio/mp4", False), Sort("matroska", "video/webm", False)
_OGG, _MP3 = Sort("ogg", "audio/ogg", False), Sort("mp3", "audio/mpeg", False)
_FLAC, _WAV = Sort("flac", "audio/flac", False), Sort("wav", "audio/wav", False)

ACCEPTED = tuple(one.type for one in (_JPEG, _PNG, _GIF, _WEBP, _AVIF, _MP4, _MOV, _WEBM, _M4A, _OGG, _MP3, _FLAC,
                                      _WAV))
HEIC = Sort("HEIC", "image/heic")


def sort_of(head: bytes) -> Sort | None:
    """By the first 64 bytes; None for what is not accepted."""
    if head.startswith(b"\xff\xd8\xff"):
        return _JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _GIF
    if head[:4] == b"RIFF":
        return {b"WEBP": _WEBP, b"WAVE": _WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _of_brand(head[8:12])
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return _MOV
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _WEBM
    if head.startswith(b"OggS"):
        return _OGG
    if head.startswith(b"fLaC"):
        return _FLAC
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] and head[1] & 0xE6 == 0xE2):
        return _MP3
    return None


def _of_brand(brand: bytes) -> Sort:
    if brand in (b"avif", b"avis"):
        return _AVIF
    if brand in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"):
        return HEIC
    if brand in (b"M4A ", b"M4B "):
        return _M4A
    return _MOV if brand == b"qt  " else _MP4
