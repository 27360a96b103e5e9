"""What the site shows to programs, and to anybody who asks how it fares: feeds, sitemap, status page, speed; and what
these pages ask of the rooms (part of `needs.Needs`)."""

from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from petrel.core.viewer import Viewer
from petrel.ops.speed import Speed
from petrel.web.shapes import PostView


class Feed(Struct, frozen=True, kw_only=True):
    """Posts for programs that look again and again. `path`: its own address without the ending, `page`: that of the
    page with the same posts. `since`: stands for `at`, when something in it last changed, where nothing is in it."""

    path: str
    page: str
    title: str
    about: str
    posts: tuple[PostView, ...]
    since: datetime
    at: datetime | None = None
    image: str = ""


class Fares(Struct, frozen=True, kw_only=True):
    """How the site fares, in words that are in the catalogues under `status`. `minutes` ago a post of its own came
    through, which took `seconds`; `closed`: how many parts are; `said`: what the crew has to say of it."""

    word: Literal["ok", "starting", "limited", "failing"]
    posting: Literal["ok", "unwatched", "starting", "failing"]
    watch: Literal["ok", "silent"]
    room: Literal["ok", "uploads", "posts"]
    minutes: int = 0
    seconds: str = ""
    closed: int = 0
    said: str = ""
    at: datetime | None = None


class Findable(Struct, frozen=True):
    """An account that agreed to be found outside."""

    handle: str
    last_post_on: str


class Outward(Protocol):
    async def fares(self) -> Fares: ...

    async def findable_cells(self) -> list[int]:
        """In which there is somebody who agreed to be found outside; some minutes old at most."""

    async def findable(self, cell: int) -> list[Findable]:
        """Those of one cell; as many as a sitemap may have."""

    async def speed(self, viewer: Viewer, days: int) -> Speed:
        """Errors: Unauthenticated, NotFound (not of the crew)."""
