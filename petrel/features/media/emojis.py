"""The site's own emoji: small pictures that stand in texts as `:name:`.

Which there are stands in the database, and for processes that render in DATA/media/emojis.json, which they read anew
when it changes: a page asks nothing more of the database because of them.
"""

import asyncio
import io
import re
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

from petrel.core import seal, whole_file
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, NotFound
from petrel.core.ids import cell_of, new_id
from petrel.core.jobs import every as schedule
from petrel.core.viewer import Anonymous, System
from petrel.features.media import files, jobs, places, rows, rules
from petrel.features.media.commands import drop, opened
from petrel.features.media.shapes import Facts, State, Use
from petrel.features.media.showing import told

NAME = re.compile(r"[A-Za-z0-9_]{2,40}")
IN_TEXT = re.compile(r":([A-Za-z0-9_]{2,40}):")
MOST_BYTES = 1 << 20
FILE = "emojis.json"
LOOK_S = 2.0
SYSTEM = System("emoji")

PUT = """
insert into media.emoji (name, upload, category, moves) values ($1, $2, $3, $4)
on conflict (name) do update set upload = excluded.upload, category = excluded.category, moves = excluded.moves,
  at = now()
"""
OLD = "select upload from media.emoji where name = $1"
DROP = "delete from media.emoji where name = $1 returning upload"


class Emoji(Struct, frozen=True):
    """`file`, `still`: what follows /media/ in the address of the picture, and of one that does not move."""

    name: str
    file: str
    still: str
    category: str | None = None


_known: dict[str, Emoji] = {}
_looked_at_s = _changed_ns = -1.0


def known() -> Mapping[str, Emoji]:
    """All of them by name, two seconds old at most."""
    global _known, _looked_at_s, _changed_ns
    if (now_s := time.monotonic()) - _looked_at_s > LOOK_S:
        _looked_at_s = now_s
        try:
            path = places.home() / FILE
            changed_ns = path.stat().st_mtime_ns
            if changed_ns != _changed_ns:
                _known = {one.name: one for one in msgspec.json.decode(path.read_bytes(), type=list[Emoji])}
                _changed_ns = changed_ns
        except Exception:
            _known, _changed_ns = {}, -1.0          # there are none
    return _known


async def watch(changed: Callable[[], None]) -> None:
    """Looks until it is cancelled, and says when there are others than before: what was rendered with those is to be
    rendered anew, and no version of it tells."""
    before = known()
    while True:
        await asyncio.sleep(LOOK_S)
        if (now := known()) != before:
            before = now
            changed()


def in_text(*texts: str) -> list[Emoji]:
    """Those that these texts name, each once."""
    if not any(":" in text for text in texts) or not (every := known()):
        return []
    names = dict.fromkeys(name for text in texts for name in IN_TEXT.findall(text))
    return [every[name] for name in names if name in every]


async def put(name: str, body: bytes, category: str | None = None) -> None:
    """For the crew: a new emoji, or another picture for one. Errors: Invalid, NotTaken."""
    if not NAME.fullmatch(name):
        raise Invalid(message=f"{name} is no name for an emoji: letters, digits and _, two at least")
    if len(body) > MOST_BYTES:
        raise Invalid(message=f"{name} is too large: at most {MOST_BYTES >> 20} MiB")
    rules.check_head(body[:rules.HEAD_BYTES], len(body))
    number = new_id(cell_of(0))
    key, secret = (await seal.new_keys([number]))[number], await seal.secret("media")
    files.take_in(number, key, io.BytesIO(body), secret)
    async with writing(SYSTEM, cause="emoji") as w:
        await w.execute(rows.INSERT, number, 0, "emoji", State.WAITING, len(body),
                        seal.seal(key, number, Facts().encode()))
        w.record("media.upload.created", number, refs=(0,))
    await jobs.make(str(number))
    async with writing(SYSTEM, cause="emoji") as w:
        one = (await opened(await w.fetch(rows.OF, [number])))[0]
        if one.state is not State.READY:
            raise rules.refused(one.why)
        old = await w.value(OLD, name)
        await w.execute(rows.USE, number, int(Use.EMOJI), None)
        await w.execute(PUT, name, number, category, one.facts.sizes[0].type == "image/webp")
        w.record("media.emoji.put", number)
        if old is not None:
            await drop(w, [old])
    await write_down()


async def remove(name: str) -> None:
    """Errors: NotFound."""
    async with writing(SYSTEM, cause="emoji") as w:
        gone = await w.change(DROP, name)
        if not gone:
            raise NotFound(f"There is no emoji {name}")
        w.record("media.emoji.removed", gone[0]["upload"])
        await drop(w, [gone[0]["upload"]])
    await write_down()


async def write_down() -> None:
    """Makes FILE say what the database has: after each change of these, every hour, and at the end of a restore."""
    async with writing(SYSTEM, cause="emoji") as w:
        found = await w.fetch(rows.EMOJIS, b"")
        uploads = {one.id: told(one) for one in await opened(await w.fetch(rows.OF, [row["upload"] for row in found]))}
    every = [Emoji(row["name"], f"{row['upload']}/{one.file}", f"{row['upload']}/{one.preview}", row["category"])
             for row in found if (one := uploads.get(row["upload"])) is not None and one.file]
    path, text = places.home() / FILE, msgspec.json.encode(every)
    if text != (path.read_bytes() if path.exists() else b"[]"):
        places.make_folder(path)
        whole_file.write(path, text)


@schedule(3600, "media.emojis")
async def _again() -> None:
    """What a process that ended between a change and the file has left. Twice: no effect. Late or never: an emoji is
    there or not as before."""
    await write_down()


async def listed() -> Sequence[str]:
    """Names, as the database has them."""
    async with reading(Anonymous()) as r:
        return [row["name"] for row in await r.fetch(rows.EMOJIS, r.digest)]
