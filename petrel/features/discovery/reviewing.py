"""The crew says what of that which is talked about may be shown to everybody."""

from enum import IntEnum

from petrel.core.doors import Writer
from petrel.core.errors import Invalid, NotFound
from petrel.core.ids import cell_of
from petrel.features import posts
from petrel.features.discovery import rows
from petrel.features.moderation import crew
from petrel.features.posts import Surface
from petrel.features.relationships import tags

SCOPES = ["admin:write"]


class Kind(IntEnum):
    TAG = 1
    POST = 2


async def review(w: Writer, kind: Kind, thing: str | int, *, approved: bool) -> None:
    """Approves or rejects a tag, by its name, or a post: the last word counts. Of posts only those that whoever says it
    sees in public timelines. Errors: NotCrew, NotFound."""
    me, _ = await crew(w, SCOPES)
    author = None
    if kind == Kind.TAG:
        try:
            number = await tags.hash_of(tags.tag_of(str(thing)))
        except Invalid as e:
            raise NotFound from e
    else:
        number = int(thing)
        found = await posts.judged(w, Surface.PUB, [number])
        if not found:
            raise NotFound
        author = found[0].row["author"]
    if await w.execute(rows.SAY, int(kind), number, approved, author):
        past = f"discovery.{kind.name.lower()}.{'approved' if approved else 'rejected'}"
        # A hash is no number of a thing, and may be negative.
        w.record(past, 0 if kind == Kind.TAG else number, cell=cell_of(me), refs=(number,))
