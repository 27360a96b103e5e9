"""Shapes of media: what is sealed of an upload, what a post gets of it, what goes wrong."""

from enum import IntEnum

from msgspec import Struct, msgpack

from petrel.core.errors import Invalid, NotFound


class State(IntEnum):
    """How far an upload has come; stored numbers."""

    COMING = 0
    WAITING = 1
    READY = 2
    REFUSED = 3
    HELD = 4


class Use(IntEnum):
    """What shows an upload; stored numbers."""

    FREE = 0
    POST = 1
    AVATAR = 2
    HEADER = 3
    EMOJI = 4


class Kind(IntEnum):
    """What it is; stored numbers. NONE until it was read."""

    NONE = 0
    IMAGE = 1
    GIFV = 2
    VIDEO = 3
    AUDIO = 4


NAMES = ("original", "small")
"""Renditions, by their stored number."""


class Size(Struct, frozen=True, array_like=True):
    """One rendition as the post says it: address ending, pixels (0 for sound)."""

    name: str
    type: str
    width: int = 0
    height: int = 0


class Facts(Struct, frozen=True, array_like=True):
    """What is sealed of an upload. Stored as msgpack; fields are only ever added at the end.

    `focus`: across and down, from -1 to 1, what a cropped picture should show; (0, 0) is the middle.
    """

    description: str = ""
    focus: tuple[float, float] | None = None
    blurhash: str = ""
    sizes: tuple[Size, ...] = ()
    duration_s: float = 0.0
    rate: str = ""
    bitrate: int = 0
    name: str = ""

    def encode(self) -> bytes:
        return msgpack.encode(self)


def decode_facts(plain: bytes) -> Facts:
    return msgpack.decode(plain, type=Facts)


class Uploaded(Struct, frozen=True):
    """An upload as its owner sees it."""

    id: int
    state: State
    kind: Kind
    facts: Facts
    why: str = ""
    use: Use = Use.FREE
    target: int | None = None
    bytes: int = 0
    taken: int = 0


class Served(Struct, frozen=True):
    """A rendition that may be sent. `is_open`: to anybody, so that caches may share it for a while."""

    file: int
    digest: bytes
    bytes: int
    type: str
    is_open: bool


class NoSuchUpload(NotFound):
    """Record not found"""


class NotTaken(Invalid):
    """The file cannot be used"""


class WrongOffset(Invalid):
    """The piece does not begin where the last one ended"""

    def __init__(self, taken: int) -> None:
        super().__init__(message=f"The piece must begin at byte {taken}")
        self.taken = taken
