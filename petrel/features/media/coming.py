"""Uploads that come piece by piece, so that one cut off goes on where it was. Each piece is durable before it is said
to be here; when the last one is, a job makes one file of them, and the upload is read like any other."""

import asyncio
from typing import IO

from msgspec.structs import replace

from petrel.core import seal
from petrel.core.doors import Reader, reading, writing
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member, System
from petrel.features.media import files, reads, rows, rules
from petrel.features.media.commands import check_room
from petrel.features.media.shapes import Facts, NoSuchUpload, NotTaken, State, Uploaded, WrongOffset

SYSTEM = System("media")


async def begin(member: Member, size: int, *, description: str | None = None,
                focus: tuple[float, float] | None = None, cause: str) -> int:
    """Errors: NotTaken (larger than anything may be), Invalid."""
    rules.check_description(description)
    if not 0 < size <= rules.most_bytes():
        raise NotTaken("size", f"must be from 1 to {rules.most_bytes()} bytes")
    number = new_id(cell_of(member.account))
    key = (await seal.new_keys([number]))[number]
    sealed = seal.seal(key, number, Facts(description or "", focus).encode())
    async with writing(member, cause=cause) as w:
        await check_room(w, member.account)
        await w.execute(rows.BEGIN_COMING, number, member.account, size, sealed)
        w.record("media.upload.begun", number, refs=(member.account,))
    return number


async def take(member: Member, number: int, offset: int, file: IO[bytes], size: int, *, cause: str) -> Uploaded:
    """The next piece, from `offset`. Of two that are sent for one place, one is taken, whole.
    Errors: NoSuchUpload, WrongOffset, NotTaken (by its first bytes)."""
    async with reading(member) as r:
        one = await _coming(r, number)
    if offset != one.taken or offset + size > one.bytes or not size:
        raise WrongOffset(one.taken)
    if not offset:
        head = file.read(rules.HEAD_BYTES)
        file.seek(0)
        if len(head) == rules.HEAD_BYTES or size == one.bytes:
            rules.check_head(head, one.bytes)
    key = (await seal.keys([number])).get(number)
    if key is None:
        raise NoSuchUpload
    piece = await asyncio.to_thread(files.take_piece, number, key, offset, file)
    try:
        async with writing(member, cause=cause) as w:
            if not await w.change(rows.TAKE, number, offset, size):
                raise WrongOffset((await _coming(w, number)).taken)
            w.record("media.upload.grown", number, refs=(offset + size,))
            if offset + size == one.bytes:
                w.later("media.join", {"upload": str(number)})
            # Nobody else writes the piece of this place now: the row is ours until this ends.
            await asyncio.to_thread(files.keep_piece, piece)
    except BaseException:
        await asyncio.to_thread(piece.unlink, missing_ok=True)
        raise
    return replace(one, taken=offset + size)


async def _coming(r: Reader, number: int) -> Uploaded:
    found = await reads.own(r, [number])
    if not found or found[0].state is not State.COMING:
        raise NoSuchUpload
    return found[0]


async def join(number: int) -> None:
    """Makes one file of an upload whose pieces are all here, which then waits to be read. Twice: no effect.
    Errors: Unreadable, when the pieces are not what was sent."""
    async with writing(SYSTEM, cause="media.join") as w:
        found = await w.row(rows.OF, [number])
    if found is None or found["state"] != State.COMING or found["taken"] != found["bytes"]:
        return
    key = (await seal.keys([number])).get(number)
    if key is None:
        raise seal.Unreadable(detail=f"upload {number}: its key is gone")
    count, digest = await asyncio.to_thread(files.join, number, key, await seal.secret("media"))
    if count != found["bytes"]:
        raise seal.Unreadable(detail=f"upload {number}: {count} of {found['bytes']} bytes are here")
    async with writing(SYSTEM, cause="media.join") as w:
        held = await w.value(rows.IS_KNOWN, digest) is not None
        if await w.change(rows.CAME, number, State.HELD if held else State.WAITING):
            w.record("media.upload.held" if held else "media.upload.created", number, actor=found["account"],
                     refs=(found["account"],))
            if not held:
                w.later("media.make", {"upload": str(number)}, lane="media")
    await asyncio.to_thread(files.forget_pieces, number)
