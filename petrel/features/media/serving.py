"""A file on its way to somebody: piece by piece from the disk, and asked again while it lasts whether they may have it.

source: docs/law/visibility.md section 11: a block or a deletion holds on `media` within a second.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import structlog
from msgspec import Struct

from petrel.core.doors import reading
from petrel.core.errors import PetrelError
from petrel.core.viewer import Viewer
from petrel.features.media import files, reads, shelf
from petrel.features.media.shapes import NoSuchUpload, Served

log = structlog.get_logger("petrel.media")

AGAIN_S = 1.0


class Sending(Struct, frozen=True):
    """A rendition that this viewer may have now."""

    viewer: Viewer
    upload: int
    name: str
    file: Served
    key: bytes

    async def pieces(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`. Ends early when they may be had no longer."""
        some = files.parts(self.file.file, self.file.digest, self.key, self.file.bytes, start, end)
        asked_at = time.monotonic()
        while piece := await self._next(some):
            if time.monotonic() - asked_at > AGAIN_S:
                asked_at = time.monotonic()
                if not await self._is_allowed():
                    return
            yield piece

    async def _next(self, some: Iterator[bytes]) -> bytes:
        """Nothing at the end, and where the file cannot be had."""
        try:
            return await asyncio.to_thread(next_of, some)
        except OSError as e:
            log.warning("a file cannot be sent", upload=self.upload, file=self.file.file, error=str(e))
            return b""

    async def _is_allowed(self) -> bool:
        try:
            return (await send(self.viewer, self.upload, self.name)).file.file == self.file.file
        except PetrelError:
            return False


def next_of(some: Iterator[bytes]) -> bytes:
    """Nothing at the end."""
    return next(some, b"")


async def send(viewer: Viewer, upload: int, name: str) -> Sending:
    """Errors: NoSuchUpload, for hidden and missing alike."""
    async with reading(viewer) as r:
        served, key = await reads.found(r, upload, name)
    if not await asyncio.to_thread(shelf.may_have, served.file, served.digest):
        raise NoSuchUpload
    return Sending(viewer, upload, name, served, key)
