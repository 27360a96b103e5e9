"""A file on its way to somebody: piece by piece from the disk, and asked again while it lasts whether they may have it.

source: docs/law/visibility.md section 11: a block or a deletion holds on `media` within a second.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

from msgspec import Struct

from petrel.core import sealed_file
from petrel.core.doors import reading
from petrel.core.errors import PetrelError
from petrel.core.viewer import Viewer
from petrel.features.media import places, reads
from petrel.features.media.shapes import NoSuchUpload, Served

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
        path = places.file_path(self.file.file, self.file.digest)
        some = sealed_file.read(path, self.key, self.file.file, start, end)
        asked_at = time.monotonic()
        while piece := await asyncio.to_thread(next_of, some):
            if time.monotonic() - asked_at > AGAIN_S:
                asked_at = time.monotonic()
                if not await self._is_allowed():
                    return
            yield piece

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
    if not await asyncio.to_thread(places.file_path(served.file, served.digest).exists):
        raise NoSuchUpload
    return Sending(viewer, upload, name, served, key)
