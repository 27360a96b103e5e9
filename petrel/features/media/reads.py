"""What of uploads and files somebody may have."""

from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Reader
from petrel.features.media import rows
from petrel.features.media.commands import opened
from petrel.features.media.shapes import NAMES, NoSuchUpload, Served, Uploaded, Use


async def own(r: Reader, numbers: Sequence[int]) -> list[Uploaded]:
    """The viewer's own uploads, in the order asked."""
    return await opened(await r.fetch(rows.OWN, r.digest, list(numbers)))


async def own_free(r: Reader, number: int) -> Uploaded:
    """One that no post shows yet. Errors: NoSuchUpload."""
    found = [one for one in await own(r, [number]) if one.use is Use.FREE]
    if not found:
        raise NoSuchUpload
    return found[0]


async def found(r: Reader, upload: int, name: str) -> tuple[Served, bytes]:
    """A rendition and its key, by the law at this moment. Errors: NoSuchUpload, for hidden and missing alike."""
    if name not in NAMES:
        raise NoSuchUpload
    row = await r.row(rows.FOUND, r.digest, upload, NAMES.index(name))
    key = None if row is None else (await seal.keys([row["file"]])).get(row["file"])
    if row is None or key is None:
        raise NoSuchUpload
    return Served(row["file"], row["digest"], row["bytes"], row["type"], row["is_open"]), key
