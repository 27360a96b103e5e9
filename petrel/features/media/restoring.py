"""What of media is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core import seal
from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.media import rows

harmless({
    "media.upload.created": "a restore loses it; nobody sees more",
    "media.upload.begun": "a restore loses it; nobody sees more",
    "media.upload.grown": "a restore loses it; nobody sees more",
    "media.upload.made": "a restore loses it, or it is read again",
    "media.upload.refused": "a file that nobody is given; it is tried again, or ends after a day",
    "media.upload.described": "words of its owner's; a restore loses them",
    "media.known.taken": "the lists are taken in again by hand; what was held by them stays held",
    "media.known.forgotten": "a restore brings the list back; nobody sees more",
    "media.emoji.put": "a picture of the site's own; a restore loses it",
})


@restricts("media.upload.removed")
async def removed(w: Writer, entry: Kept) -> bool:
    await seal.destroy(list(entry.refs))
    gone = [row["id"] for row in await w.change(rows.DROP_UPLOADS, list(entry.refs))]
    freed = sorted({row["file"] for row in await w.change(rows.DROP_RENDITIONS, gone)}) if gone else []
    if gone:
        w.later("media.remove", {"uploads": [str(n) for n in gone], "freed": [str(n) for n in freed]}, lane="urgent")
    return bool(gone)


@restricts("media.file.removed")
async def file_removed(w: Writer, entry: Kept) -> bool:
    """The bytes may be back by a backup's copy; without the key they say nothing, and the sweep removes them."""
    await seal.destroy(list(entry.refs))
    return bool(await w.change(rows.DROP_FILES, list(entry.refs)))


@restricts("media.upload.held")
async def held(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(rows.HOLD, entry.subject))


@restricts("media.emoji.removed")
async def emoji_removed(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(rows.DROP_EMOJI_OF, entry.subject))
