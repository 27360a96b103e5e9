"""What an export holds of somebody's uploads: the files as they are served, and what was said of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from msgspec import Struct

from petrel.core import seal
from petrel.core.doors import reading
from petrel.core.ids import cell_of
from petrel.core.viewer import System
from petrel.features.media import files, shelf
from petrel.features.media.serving import next_of
from petrel.features.media.shapes import decode_facts
from petrel.features.media.showing import ENDINGS

OWN_FILES = """
select r.upload, r.type, f.id, f.digest, f.bytes from media.upload u
  join media.rendition r on r.cell = u.cell and r.upload = u.id and r.name = 0 join media.file f on f.id = r.file
 where u.cell = $1 and u.account = $2 order by u.id
"""


class Exported(Struct, frozen=True):
    """`name`: the number of the upload, with the usual ending. `size` in bytes."""

    name: str
    file: int
    digest: bytes
    size: int

    async def pieces(self) -> AsyncIterator[bytes]:
        """Nothing of one that was deleted meanwhile."""
        key = (await seal.keys([self.file])).get(self.file)
        if key is None or not await asyncio.to_thread(shelf.has, self.file, self.digest):
            return
        some = files.parts(self.file, self.digest, key, self.size)
        while piece := await asyncio.to_thread(next_of, some):
            yield piece


async def exported(account: int) -> list[Exported]:
    """The large rendition of each of somebody's uploads."""
    async with reading(System("export")) as r:
        found = await r.fetch(OWN_FILES, cell_of(account), account)
    return [Exported(f"{row['upload']}.{ENDINGS[row['type']]}", row["id"], row["digest"],
                     row["bytes"]) for row in found]


def as_exported(plain: bytes) -> dict[str, Any]:
    """What is sealed of an upload."""
    facts = decode_facts(plain)
    return {"description": facts.description, "focus": facts.focus, "duration_s": facts.duration_s,
            "sizes": [{"name": one.name, "type": one.type, "width": one.width, "height": one.height}
                      for one in facts.sizes]}
