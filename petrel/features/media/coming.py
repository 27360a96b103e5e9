"""Uploads that come piece by piece, so that one cut off goes on where it was. Each piece is durable before it is said
to be here; when the last one is, the upload is read like any other."""

import asyncio
from typing import BinaryIO

from petrel.core import seal
from petrel.core.doors import writing
from petrel.core.errors import Invalid
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member
from petrel.features.media import files, rows, rules
from petrel.features.media.commands import opened
from petrel.features.media.shapes import Facts, NoSuchUpload, NotTaken, State, Uploaded, WrongOffset


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
        if await w.value(rows.COUNT_FREE, member.account) >= rules.FREE_AT_ONCE:
            raise Invalid(message="Too many files wait to be posted: post or delete some of them first")
        await w.execute(rows.BEGIN_COMING, number, member.account, size, sealed)
        w.record("media.upload.begun", number, refs=(member.account,))
    return number


async def take(member: Member, number: int, offset: int, file: BinaryIO, size: int, *, cause: str) -> Uploaded:
    """The next piece, from `offset`. Errors: NoSuchUpload, WrongOffset, NotTaken (by its first bytes)."""
    async with writing(member, cause=cause) as w:
        one = await _coming(await opened(await w.fetch(rows.OWN, w.digest, [number])))
    if offset != one.taken or offset + size > one.bytes or not size:
        raise WrongOffset(one.taken)
    if not offset:
        head = file.read(rules.HEAD_BYTES)
        file.seek(0)
        if len(head) == rules.HEAD_BYTES or size == one.bytes:
            rules.check_head(head, one.bytes)
    key = (await seal.keys([number]))[number]
    await asyncio.to_thread(files.take_piece, number, key, offset, file)
    async with writing(member, cause=cause) as w:
        if not await w.change(rows.TAKE, number, offset, size):
            raise WrongOffset(one.taken)
        w.record("media.upload.grown", number, refs=(offset + size,))
    if offset + size == one.bytes:
        await _complete(member, number, key, cause)
    return Uploaded(one.id, State.WAITING if offset + size == one.bytes else State.COMING, one.kind, one.facts,
                    bytes=one.bytes, taken=offset + size)


async def _coming(found: list[Uploaded]) -> Uploaded:
    if not found or found[0].state is not State.COMING:
        raise NoSuchUpload
    return found[0]


async def _complete(member: Member, number: int, key: bytes, cause: str) -> None:
    digest = await asyncio.to_thread(files.join, number, key, await seal.secret("media"))
    async with writing(member, cause=cause) as w:
        held = await w.value(rows.IS_KNOWN, digest) is not None
        if await w.change(rows.CAME, number, State.HELD if held else State.WAITING):
            w.record("media.upload.held" if held else "media.upload.created", number, refs=(member.account,))
            if not held:
                w.later("media.make", {"upload": str(number)}, lane="media")
    await asyncio.to_thread(files.forget_pieces, number)
