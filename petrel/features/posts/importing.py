"""Posts that were written elsewhere before: quiet and back-dated.

Nobody is told, nothing is fanned out, and nobody is named: a handle in an old text is not the person who has it here.
They stand where their time puts them, count, and are found like any other post. source: decision 0018.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from petrel.core import ids, seal
from petrel.core.doors import Writer
from petrel.core.errors import Invalid, PetrelError, Unauthenticated
from petrel.core.ids import IMPORT_MAKER, cell_of
from petrel.core.text import clean
from petrel.core.viewer import Member
from petrel.features.posts import rows, rules
from petrel.features.posts.shapes import Audience, Content, Draft, Empty, TooLong

MOST_CHARACTERS = 20_000  # other sites allow more than this one does; nothing written there is cut

TAKEN = "select id from posts.post where cell = $1 and id = any($2::bigint[])"
OWN_PARENTS = """
select id, thread, greatest(audience, case when flags & 65536 <> 0 then 2 else 0 end) as wrote from posts.post
 where cell = $1 and id = any($2::bigint[]) and author = $3 and flags & 512 = 0
"""
SET_EDITED = """
update posts.post p set edited_at = e.at from unnest($2::bigint[], $3::timestamptz[]) e(id, at)
 where p.cell = $1 and p.id = e.id
"""
DELETE = """
update posts.post set flags = flags | 512, deleted_at = now(), version = version + 1
 where cell = $1 and id = any($2::bigint[]) and author = $3 and flags & 512 = 0
returning id, reply_to, audience, flags
"""
EMPTY = "delete from posts.content where cell = $1 and id = any($2::bigint[])"
EMPTY_EDITS = "delete from posts.edit where cell = $1 and post = any($2::bigint[])"


class Past(Struct, frozen=True):
    """A post as it stood elsewhere. `id` by `ids_at`; `reply_to`: a post of the same author here."""

    id: int
    text: str
    spoiler: str = ""
    audience: Audience = Audience.PUBLIC
    is_sensitive: bool = False
    language: str | None = None
    reply_to: int | None = None
    edited_at: datetime | None = None


async def ids_at(w: Writer, account: int, moments: Sequence[datetime]) -> list[int]:
    """Numbers for things of that account that happened then: of each millisecond that is taken the next one."""
    given = list[int]()
    used = set[int]()
    for at in moments:
        number = ids.id_at(at) | cell_of(account) << 6 | IMPORT_MAKER
        while number in used:
            number += 1 << 16
        used.add(number)
        given.append(number)
    while taken := await _taken(w, account, given):
        for place, number in enumerate(given):
            if number in taken:
                while number in used or number in taken:
                    number += 1 << 16
                used.add(number)
                given[place] = number
    return given


async def _taken(w: Writer, account: int, numbers: list[int]) -> set[int]:
    """A key is taken as well: messages and accounts have theirs under the same kind of number."""
    posts = {row[0] for row in await w.fetch(TAKEN, cell_of(account), numbers)}
    return posts | (await seal.keys(numbers)).keys()


async def import_many(w: Writer, member: Member, pasts: Sequence[Past]) -> list[int | PetrelError]:
    """Writes down posts of this member, a few hundred at a time, oldest first. Each gets the narrowest of its own
    audience, the account's default, its protection, and what it answers.

    Errors, in place of the number: Empty, TooLong, Invalid. Errors of all: Unauthenticated.
    """
    standing = (await rows.standing(w, [member])).get(rows.key_of(member))
    if standing is None:
        raise Unauthenticated
    answers: list[int | PetrelError] = [_fault(past) or past.id for past in pasts]
    good = [past for past, answer in zip(pasts, answers, strict=True) if answer == past.id]
    parents = await _parents(w, member.account, good)
    default = Audience(standing["default_audience"])
    new = []
    for past in good:
        row = _row(past, member.account, default, standing["is_protected"], parents)
        parents[past.id] = (row.thread, rules.effective(row.audience, row.flags))
        new.append(row)

    await _write(w, good, new)

    for past, row in zip(good, new, strict=True):
        w.record("posts.post.imported", past.id, actor=member.account, body=past.text.encode(), refs=(
            row.reply_to or 0, row.reply_to_account or 0, row.thread, rules.effective(row.audience, row.flags)))

    return answers


def _fault(past: Past) -> PetrelError | None:
    try:
        if not clean(past.text) and not clean(past.spoiler, "spoiler_text"):
            return Empty()
    except Invalid as wrong:
        return wrong
    if past.audience not in (Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS):
        return Invalid("visibility", "is not one that a post can be imported with")
    return TooLong() if len(past.text) + len(past.spoiler) > MOST_CHARACTERS else None


async def _parents(w: Writer, account: int, pasts: Sequence[Past]) -> dict[int, tuple[int, int]]:
    """Thread and audience of those of the author's own posts that are answered and stand already."""
    wanted = [past.reply_to for past in pasts if past.reply_to is not None]
    found = await w.fetch(OWN_PARENTS, cell_of(account), wanted, account) if wanted else []
    return {row["id"]: (row["thread"], row["wrote"]) for row in found}


def _row(past: Past, author: int, default: Audience, is_protected: bool,
         parents: dict[int, tuple[int, int]]) -> rows.NewPost:
    parent = parents.get(past.reply_to or 0)
    draft = Draft(past.text, spoiler=past.spoiler, is_sensitive=past.is_sensitive)
    return rows.NewPost(
        id=past.id,
        author=author,
        audience=max(rules.audience_of(past.audience, default, parent and parent[1]), default),
        thread=parent[0] if parent else past.id,
        flags=rules.flags_of(draft, is_protected),
        reply_to=past.reply_to if parent else None,
        reply_to_account=author if parent else None,
        language=rules.language(past.language, None),
    )


async def _write(w: Writer, pasts: Sequence[Past], new: Sequence[rows.NewPost]) -> None:
    if not new:
        return
    keys = await seal.new_keys(row.id for row in new)
    cells, numbers = [cell_of(row.id) for row in new], [row.id for row in new]
    sealed = [seal.seal(keys[past.id], past.id, Content(clean(past.text), clean(past.spoiler)).encode())
              for past in pasts]
    await w.execute(rows.INSERT_POSTS, *rows.columns(new))
    await w.execute(rows.INSERT_CONTENT, cells, numbers, sealed)
    edited = [past for past in pasts if past.edited_at is not None]
    if edited:
        await w.execute(SET_EDITED, cells[0], [past.id for past in edited], [past.edited_at for past in edited])


async def delete_imported(w: Writer, account: int, numbers: Sequence[int]) -> int:
    """Deletes posts of this account, for taking an import back: as their author would. Returns how many there were."""
    gone = await w.change(DELETE, cell_of(account), list(numbers), account)
    if not gone:
        return 0
    deleted = [row["id"] for row in gone]
    await w.execute(EMPTY, cell_of(account), deleted)
    await w.execute(EMPTY_EDITS, cell_of(account), deleted)

    for row in gone:
        refs = (row["reply_to"] or 0, 0, account, rules.effective(row["audience"], row["flags"]))
        w.record("posts.post.deleted", row["id"], actor=account, refs=refs)
    w.later("posts.destroy_keys", {"ids": deleted}, lane="bulk")

    return len(gone)

