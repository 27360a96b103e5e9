"""What an export holds of somebody's uploads: the files as they are served, and what was said of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from msgspec import Struct

from petrel.core import seal, sealed_file
from petrel.core.doors import reading
from petrel.core.ids import cell_of
from petrel.core.viewer import System
from petrel.features.media import places
from petrel.features.media.serving import next_of
from petrel.features.media.shapes import decode_facts
from petrel.features.media.showing import ENDINGS

OWN_FILES = """
select r.upload, r.type, f.id, f.digest from media.rendition r join media.file f on f.id = r.file
 where r.cell = $1 and r.account = $2 and r.name = 0 order by r.upload
"""


class Exported(Struct, frozen=True):
    """`name`: the number of the upload, with the usual ending."""

    name: str
    file: int
    digest: bytes

    async def pieces(self) -> AsyncIterator[bytes]:
        """Nothing of one that was deleted meanwhile."""
        key = (await seal.keys([self.file])).get(self.file)
        path = places.file_path(self.file, self.digest)
        if key is None or not await asyncio.to_thread(path.exists):
            return
        some = sealed_file.read(path, key, self.file)
        while piece := await asyncio.to_thread(next_of, some):
            yield piece


async def exported(account: int) -> list[Exported]:
    """The large rendition of each of somebody's uploads."""
    async with reading(System("export")) as r:
        found = await r.fetch(OWN_FILES, cell_of(account), account)
    return [Exported(f"{row['upload']}.{ENDINGS[row['type']]}", row["id"], row["digest"]) for row in found]


def as_exported(plain: bytes) -> dict[str, Any]:
    """What is sealed of an upload."""
    facts = decode_facts(plain)
    return {"description": facts.description, "focus": facts.focus, "duration_s": facts.duration_s,
            "sizes": [{"name": one.name, "type": one.type, "width": one.width, "height": one.height}
                      for one in facts.sizes]}
