"""Files for the matrix: every post carries one, all of them the same bytes."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from petrel.core import seal
from petrel.core.ids import cell_of, new_id
from petrel.features import media
from petrel.features.media import files
from petrel.features.media.shapes import Facts, Size
from tests.visibility.asking import Seen, is_refused
from tests.visibility.world import Person, Planted, World

if TYPE_CHECKING:
    from tests.visibility.doors import Visitor

BODY = b"the bytes of a picture"
# Bytes have no gates: whoever comes to have an address asks for them on purpose.
SENT = {**{letter: {"nothing"} for letter in "NTPO."}, **{letter: {"full"} for letter in "YGH"}}


async def plant(owner: Any, world: World, folder: Path) -> dict[int, int]:
    """By post, the number of the upload that it carries."""
    media.install(folder / "media")
    number = new_id(cell_of(world.posts[0].id))
    key = (await seal.new_keys([number]))[number]
    place = os.memfd_create("picture")
    os.write(place, BODY)
    kept = files.keep(number, key, place, await seal.secret("media"))
    os.close(place)
    await owner.execute("insert into media.file (id, digest, bytes) values ($1, $2, $3)", number, kept.digest,
                        len(BODY))
    uploads = {post.id: new_id(cell_of(post.author.id)) for post in world.posts}
    keys = await seal.new_keys(uploads.values())
    facts = Facts(sizes=(Size("original", "image/png", 1, 1),)).encode()
    of = [(uploads[p.id], p.author.id, p.id, seal.seal(keys[uploads[p.id]], uploads[p.id], facts)) for p in world.posts]
    await owner.executemany(
        "insert into media.upload (cell, id, account, use, target, state, kind, bytes, sealed) "
        "values (law.cell($1), $1, $2, 1, $3, 2, 1, 1, $4)", of)
    await owner.executemany(
        "insert into media.rendition (cell, upload, name, account, file, type) "
        "values (law.cell($1), $1, 0, $2, $3, 'image/png')", [(u, a, number) for u, a, _, _ in of])
    return uploads


async def seen(v: "Visitor", post: Planted) -> Seen:
    return await _seen_at(v, f"/media/{v.world.files[post.id]}/original.png", v.person)


async def seen_signed(v: "Visitor", post: Planted) -> Seen:
    """By the address that a page made for this viewer."""
    assert v.person is not None
    number = v.world.files[post.id]
    signature = (await media.signer()).sign(v.person.member.digest, number).decode()
    return await _seen_at(v, f"/media/{number}/original.png?as={signature}", None)


async def _seen_at(v: "Visitor", target: str, person: Person | None) -> Seen:
    answer = await v.ask.get(target, person)
    if is_refused(answer):
        assert answer.status == 403 or answer.body == b'{"error":"Record not found"}', answer
        return Seen("nothing")
    assert answer.body == BODY
    return Seen("full", "", frozenset({"text"}))
