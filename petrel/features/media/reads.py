"""What of uploads and files somebody may have."""

import asyncio
import time
from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Reader, reading
from petrel.core.viewer import Viewer
from petrel.features.media import rows
from petrel.features.media.commands import opened
from petrel.features.media.shapes import NAMES, NoSuchUpload, Served, State, Uploaded, Use

PATIENT_S = 50.0
"""How long whoever cannot come back for it waits until a file was read."""

LOOK_S = 0.02


async def own(r: Reader, numbers: Sequence[int]) -> list[Uploaded]:
    """The viewer's own uploads, in the order asked."""
    return await opened(await r.fetch(rows.OWN, r.digest, list(numbers)))


async def own_free(r: Reader, number: int) -> Uploaded:
    """One that no post shows yet. Errors: NoSuchUpload."""
    found = [one for one in await own(r, [number]) if one.use is Use.FREE]
    if not found:
        raise NoSuchUpload
    return found[0]


async def settled(viewer: Viewer, number: int, patience_s: float = PATIENT_S) -> Uploaded:
    """The viewer's upload once it was read, or as it is when patience ends. No door is held meanwhile.
    Errors: NoSuchUpload."""
    until_s, pause_s = time.monotonic() + patience_s, LOOK_S
    while True:
        async with reading(viewer) as r:
            one = await own_free(r, number)
        if one.state is not State.WAITING or time.monotonic() > until_s:
            return one
        await asyncio.sleep(pause_s)
        pause_s = min(0.5, pause_s * 1.5)


async def found(r: Reader, upload: int, name: str) -> tuple[Served, bytes]:
    """A rendition and its key, by the law at this moment. Errors: NoSuchUpload, for hidden and missing alike."""
    if name not in NAMES:
        raise NoSuchUpload
    row = await r.row(rows.FOUND, r.digest, upload, NAMES.index(name))
    key = None if row is None else (await seal.keys([row["file"]])).get(row["file"])
    if row is None or key is None:
        raise NoSuchUpload
    return Served(row["file"], row["digest"], row["bytes"], row["type"], row["is_open"]), key
