"""Taking files in, describing them, giving them to posts and accounts, and taking them back."""

import asyncio
from collections.abc import Sequence
from typing import IO

import msgspec

from petrel.core import seal
from petrel.core.doors import Row, Writer, writing
from petrel.core.errors import Invalid, PetrelError
from petrel.core.ids import cell_of, new_id
from petrel.core.viewer import Member
from petrel.features.media import files, rows, rules
from petrel.features.media.shapes import (
    Facts,
    Kind,
    NoSuchUpload,
    State,
    Uploaded,
    Use,
    decode_facts,
)
from petrel.features.media.showing import told
from petrel.outside.decoding import HEAD_BYTES, Purpose


async def upload(member: Member, file: IO[bytes], size: int, *, description: str | None = None,
                 focus: tuple[float, float] | None = None, purpose: Purpose = "attachment", cause: str) -> int:
    """Takes a file in; it is read by a job. Returns its number. `file` stands at its beginning.

    Errors: NotTaken (its kind, its size), Invalid (description), TooMany waiting ones.
    """
    rules.check_description(description)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    rules.check_head(head, size)
    number = new_id(cell_of(member.account))
    key = (await seal.new_keys([number]))[number]
    secret = await seal.secret("media")
    count, digest = await asyncio.to_thread(files.take_in, number, key, file, secret)
    facts = Facts(description or "", focus)
    try:
        async with writing(member, cause=cause) as w:
            await _begin(w, member.account, number, purpose, count, seal.seal(key, number, facts.encode()), digest)
    except BaseException:
        await asyncio.to_thread(files.forget_coming, number)
        raise
    return number


async def check_room(w: Writer, account: int) -> None:
    """Errors: Invalid, when too many uploads that nothing shows wait already."""
    if await w.value(rows.COUNT_FREE, account) >= rules.FREE_AT_ONCE:
        raise Invalid(message="Too many files wait to be posted: post or delete some of them first")


async def _begin(w: Writer, account: int, number: int, purpose: str, count: int, sealed: bytes, digest: bytes) -> None:
    await check_room(w, account)
    known = await w.value(rows.IS_KNOWN, digest)
    await w.execute(rows.INSERT, number, account, purpose, State.HELD if known else State.WAITING, count, sealed)
    w.record("media.upload.held" if known else "media.upload.created", number, refs=(account,))
    if not known:
        w.later("media.make", {"upload": str(number)}, lane="media")


async def opened(found: Sequence[Row]) -> list[Uploaded]:
    """From rows of media.own_upload."""
    keys = await seal.keys([row["id"] for row in found if row["sealed"] is not None])
    return [_uploaded(row, keys.get(row["id"])) for row in found]


def _uploaded(row: Row, key: bytes | None) -> Uploaded:
    facts = Facts() if key is None else decode_facts(seal.open_sealed(key, row["id"], row["sealed"]))
    return Uploaded(row["id"], State(row["state"]), Kind(row["kind"]), facts, row["why"] or "", Use(row["use"]),
                    row["target"], row["bytes"], row["taken"])


async def describe(w: Writer, number: int, *, description: str | None, focus: tuple[float, float] | None) -> Uploaded:
    """Of an upload of the actor's own that no post shows yet. Errors: NoSuchUpload, Invalid."""
    rules.check_description(description)
    one = (await _own_free(w, number))[0]
    facts = _changed(one.facts, description, focus)
    await _seal(w, number, facts)
    w.record("media.upload.described", number)
    return msgspec.structs.replace(one, facts=facts)


def _changed(facts: Facts, description: str | None, focus: tuple[float, float] | None) -> Facts:
    if description is not None:
        facts = msgspec.structs.replace(facts, description=description)
    return facts if focus is None else msgspec.structs.replace(facts, focus=focus)


async def _seal(w: Writer, number: int, facts: Facts) -> None:
    key = (await seal.keys([number])).get(number)
    if key is None:
        raise NoSuchUpload
    await w.execute(rows.SET_SEALED, number, seal.seal(key, number, facts.encode()))


async def _own_free(w: Writer, number: int) -> list[Uploaded]:
    found = [one for one in await opened(await w.fetch(rows.OWN, w.digest, [number])) if one.use is Use.FREE]
    if not found:
        raise NoSuchUpload
    return found


async def discard(w: Writer, number: int) -> None:
    """An upload of the actor's own that nothing shows. Errors: NoSuchUpload; Invalid when a post shows it."""
    found = await w.fetch(rows.OWN, w.digest, [number])
    if not found:
        raise NoSuchUpload
    if found[0]["use"] != Use.FREE:
        raise Invalid(message="Media attachment is currently used by a status")
    await drop(w, [number])


class Wanted(msgspec.Struct, frozen=True):
    """Which uploads a post of this account is to show, in their order. `described`: new words for some of them."""

    account: int
    target: int
    uploads: tuple[int, ...]
    described: tuple[tuple[int, str | None, tuple[float, float] | None], ...] = ()


async def attach_many(w: Writer, wanted: Sequence[Wanted]) -> list[tuple[Uploaded, ...] | PetrelError]:
    """Gives uploads to posts: what each then shows, or why not. One bad one does not touch the others. The caller
    records. An upload that two of them want is the first one's."""
    flat = [(k.account, number, k.target) for k in wanted for number in dict.fromkeys(k.uploads)]
    if not flat:
        return [()] * len(wanted)
    found = await w.fetch(rows.WANTED, [a for a, _, _ in flat], [n for _, n, _ in flat], [t for _, _, t in flat])
    ours = {(flat[row["ord"] - 1][2], one.id): one for row, one in zip(found, await opened(found), strict=True)}
    answers: list[tuple[Uploaded, ...] | PetrelError] = []
    taken: dict[int, int] = {}
    for one in wanted:
        some = [ours[one.target, n] for n in dict.fromkeys(one.uploads)
                if (one.target, n) in ours and taken.get(n, one.target) == one.target]
        try:
            rules.check_together(one.uploads, some)
            for _, description, _ in one.described:
                rules.check_description(description)
            answers.append(await _described(w, one, some))
            taken |= dict.fromkeys((u.id for u in some), one.target)
        except PetrelError as error:
            answers.append(error)
    if taken:
        await w.execute(rows.ATTACH, list(taken), list(taken.values()))
    return answers


async def _described(w: Writer, wanted: Wanted, some: Sequence[Uploaded]) -> tuple[Uploaded, ...]:
    words = {number: (text, focus) for number, text, focus in wanted.described}
    out = []
    for one in some:
        facts = _changed(one.facts, *words[one.id]) if one.id in words else one.facts
        if facts != one.facts:
            await _seal(w, one.id, facts)
        out.append(msgspec.structs.replace(one, facts=facts))
    return tuple(out)


async def drop(w: Writer, numbers: Sequence[int]) -> int:
    """Uploads with all their renditions, whatever shows them. They are gone for everybody with this commit; keys and
    bytes go right after. Returns how many there were."""
    gone = [row["id"] for row in await w.change(rows.DROP_UPLOADS, list(numbers))] if numbers else []
    if gone:
        freed = sorted({row["file"] for row in await w.change(rows.DROP_RENDITIONS, gone)})
        w.record("media.upload.removed", gone[0], refs=gone)
        w.later("media.remove", {"uploads": [str(n) for n in gone], "freed": [str(n) for n in freed]}, lane="urgent")
    return len(gone)


async def drop_of(w: Writer, targets: Sequence[int], *, use: Use = Use.POST, keep: Sequence[int] = ()) -> int:
    """What these posts (or accounts, by `use`) show, but for `keep`."""
    if not targets:
        return 0
    found = [row["id"] for row in await w.fetch(rows.OF_TARGETS, list(targets), int(use))]
    return await drop(w, [number for number in found if number not in keep])


async def wear(w: Writer, number: int, use: Use) -> str:
    """Makes a picture that was uploaded for it the actor's avatar or header; the one before is gone. Returns what
    follows /media/ in its address. The caller writes that into the profile, and records.

    Errors: NoSuchUpload; NotTaken when it could not be read; Invalid while it is being read.
    """
    one = (await _own_free(w, number))[0]
    if one.state in (State.REFUSED, State.HELD):
        raise rules.refused(one.why)
    if one.state is not State.READY:
        raise Invalid(message="The picture has not finished processing. Try again in a moment!")
    assert w.account is not None
    await w.execute(rows.USE, number, int(use), w.account)
    await take_off(w, use, keep=number)
    return f"{number}/{told(one).file}"


async def take_off(w: Writer, use: Use, *, keep: int = 0) -> None:
    """The actor's avatar or header, with its bytes, but for `keep`."""
    assert w.account is not None
    await drop_of(w, [w.account], use=use, keep=[keep])
