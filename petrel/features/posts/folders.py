"""Folders that a member sorts bookmarks into: each lies in one or in none. For their owner's eyes; names are sealed.

What is in a folder is judged when it is shown, as every bookmark is. A bookmark taken back leaves its folder with it.
"""

from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Reader, Writer
from petrel.core.errors import Invalid, NotFound
from petrel.core.ids import cell_of, new_id
from petrel.core.pages import Page
from petrel.core.text import named
from petrel.features.accounts import key_of
from petrel.features.posts.shapes import Folder
from petrel.features.relationships import actor

MOST_FOLDERS = 50
LONGEST_NAME = 100

MINE = "select * from posts.folders($1, $2)"
KEPT_IN = "select mark, post from posts.kept_in($1, $2, $3, $4, $5)"
INSERT = "insert into posts.folder (cell, id, account, sealed_name) values (law.cell($1), $1, $2, $3)"
RENAME = "update posts.folder set sealed_name = $3 where cell = law.cell($1) and id = $1 and account = $2"
DELETE = "delete from posts.folder where cell = law.cell($1) and id = $1 and account = $2"
LOCK = "select id from posts.folder where cell = law.cell($1) and id = $1 and account = $2 for share"
COUNT = "select count(*) from posts.folder where cell = law.cell($1) and account = $1"
EMPTY = "update posts.mark set folder = null where cell = law.cell($1) and account = $1 and folder = $2"
PUT = """
update posts.mark set folder = $3
 where cell = law.cell($1) and account = $1 and post = any ($2::bigint[]) and bookmark_id is not null returning post
"""
TAKE = """
update posts.mark set folder = null
 where cell = law.cell($1) and account = $1 and post = any ($2::bigint[]) and folder = $3 returning post
"""


async def _sealed(owner: int, name: str) -> bytes:
    return seal.seal(await key_of(owner), owner, name.encode())


async def mine(r: Reader, *, holding: int | None = None) -> list[Folder]:
    """The viewer's folders, oldest first; only the one that this post lies in, when given."""
    found = await r.fetch(MINE, r.digest, holding)
    key = await key_of(found[0]["account"]) if found else b""
    return [Folder(row["id"], seal.open_sealed(key, row["account"], row["sealed_name"]).decode()) for row in found]


async def get(r: Reader, folder: int) -> Folder:
    """Errors: NotFound."""
    found = next((one for one in await mine(r) if one.id == folder), None)
    if found is None:
        raise NotFound
    return found


async def kept_in(r: Reader, folder: int, page: Page) -> list[tuple[int, int]]:
    """As `reads.marked`: (mark id, post id) of the bookmarks in a folder of the viewer's. Errors: NotFound."""
    await get(r, folder)
    rows = await r.fetch(KEPT_IN, r.digest, folder, page.limit, page.max_id, page.min_id)
    return sorted(((m, p) for m, p in rows if page.since_id is None or m > page.since_id), reverse=True)


async def create(w: Writer, name: str) -> Folder:
    """Errors: Invalid (blank or too long a name, one folder too many)."""
    owner = await actor(w)
    made = Folder(new_id(cell_of(owner)), named(name, "name", LONGEST_NAME))
    if await w.value(COUNT, owner) >= MOST_FOLDERS:
        raise Invalid(message=f"Validation failed: You have {MOST_FOLDERS} folders, which is the most there can be")

    await w.execute(INSERT, made.id, owner, await _sealed(owner, made.name))

    w.record("posts.folder.created", made.id)

    return made


async def rename(w: Writer, folder: int, name: str) -> Folder:
    """Errors: NotFound, Invalid."""
    owner = await actor(w)
    new = Folder(folder, named(name, "name", LONGEST_NAME))
    if not await w.execute(RENAME, folder, owner, await _sealed(owner, new.name)):
        raise NotFound

    w.record("posts.folder.changed", folder)

    return new


async def delete(w: Writer, folder: int) -> None:
    """The bookmarks in it stay, in none. Errors: NotFound."""
    owner = await actor(w)
    if not await w.execute(DELETE, folder, owner):
        raise NotFound
    await w.execute(EMPTY, owner, folder)

    w.record("posts.folder.deleted", folder)


async def put(w: Writer, folder: int, posts: Sequence[int]) -> None:
    """Out of the folder where they were. All of them or none.
    Errors: NotFound (the folder, or a post that the actor has not bookmarked)."""
    owner = await actor(w)
    wanted = sorted(set(posts))
    if not await w.fetch(LOCK, folder, owner):
        raise NotFound
    moved = [row[0] for row in await w.change(PUT, owner, wanted, folder)]
    if len(moved) < len(wanted):
        raise NotFound

    if moved:
        w.record("posts.bookmark.moved", folder, refs=moved)


async def take(w: Writer, folder: int, posts: Sequence[int]) -> None:
    """They stay bookmarked. Posts that are not in it are passed over. Errors: NotFound (the folder)."""
    owner = await actor(w)
    if not await w.fetch(LOCK, folder, owner):
        raise NotFound

    if gone := [row[0] for row in await w.change(TAKE, owner, sorted(set(posts)), folder)]:
        w.record("posts.bookmark.moved", folder, refs=gone)
