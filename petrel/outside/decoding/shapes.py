"""What is asked of the decoder, and what it makes."""

from typing import Literal

from msgspec import Struct

Purpose = Literal["attachment", "avatar", "header", "emoji"]
Kind = Literal["image", "gifv", "video", "audio"]

MIB = 1 << 20


class Limits(Struct, frozen=True):
    """What a file may cost. Seconds of `cpu_s` are of processor, those of `wall_s` of the clock."""

    pixels: int = 33_177_600
    frames: int = 1_500
    moving_pixels: int = 8_294_400
    seconds: int = 600
    rate: int = 120
    made_bytes: int = 100 * MIB
    memory_bytes: int = 1_400 * MIB
    cpu_s: int = 240
    wall_s: int = 600


class Wish(Struct, frozen=True):
    purpose: Purpose = "attachment"
    limits: Limits = Limits()


class Piece(Struct, frozen=True):
    """One rendition. Its bytes are in a file of their own, in the order of the pieces."""

    name: str
    type: str
    bytes: int
    width: int = 0
    height: int = 0


class Made(Struct, frozen=True):
    """`duration_s`, `rate` (frames in a second) and `bitrate` are 0 for what does not move or sound."""

    kind: Kind
    pieces: tuple[Piece, ...]
    blurhash: str = ""
    duration_s: float = 0.0
    rate: str = ""
    bitrate: int = 0


class Failed(Struct, frozen=True):
    """`why`: a word of `WHY`."""

    why: str


class Answer(Struct, frozen=True):
    """What goes over the wire: one of the two."""

    made: Made | None = None
    failed: str = ""


WHY = {
    "kind": "is of a kind that is not accepted here. Pictures: JPEG, PNG, GIF, WebP, AVIF; video: MP4, MOV, WebM; "
            "sound: MP3, OGG, FLAC, WAV, M4A",
    "heic": "is a HEIC picture, which most people could not see: please send it as JPEG",
    "unreadable": "cannot be read: it is damaged, not complete, or not what it seems to be",
    "pixels": "has too many pixels: please make it smaller",
    "frames": "has too many frames: please make it shorter",
    "seconds": "lasts too long: please make it shorter",
    "rate": "has too many frames in a second",
    "empty": "is empty, or has nothing to see or hear in it",
    "large": "is too large, or would become so",
    "slow": "takes too much work to read: please make it smaller or shorter",
    "still": "has to be a picture",
}


class Refusal(Exception):
    """The file is not taken; `why` is a word of `WHY`."""

    def __init__(self, why: str) -> None:
        super().__init__(WHY[why])
        self.why = why
