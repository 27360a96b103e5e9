"""The crew says what of that which is talked about may be shown to everybody."""

from petrel.core.doors import Writer
from petrel.core.errors import Invalid, NotFound
from petrel.core.ids import cell_of
from petrel.features import posts
from petrel.features.discovery import rows
from petrel.features.discovery.shapes import WRITE_SCOPES, Kind
from petrel.features.moderation import crew
from petrel.features.posts import Surface
from petrel.features.relationships import tags

LINKS = "select exists (select from discovery.link_trend where link = $1)"
PUBLISHERS = "select exists (select from discovery.link_trend where publisher = $1)"
RISING = {Kind.LINK: LINKS, Kind.PUBLISHER: PUBLISHERS}


async def review(w: Writer, kind: Kind, thing: str | int, *, approved: bool) -> None:
    """Approves or rejects a tag, by its name, or a post, link or publisher: the last word counts. Of posts only those
    that whoever says it sees in public timelines; of links those that rise. Errors: NotCrew, NotFound."""
    me, _ = await crew(w, WRITE_SCOPES)
    number, author = await _meant(w, kind, thing)
    if await w.execute(rows.SAY, int(kind), number, approved, author):
        past = f"discovery.{kind.name.lower()}.{'approved' if approved else 'rejected'}"
        # Hashes are no numbers of things, and may be negative.
        w.record(past, number if kind == Kind.POST else 0, cell=cell_of(me), refs=(number,))


async def _meant(w: Writer, kind: Kind, thing: str | int) -> tuple[int, int | None]:
    """The number under which the crew's word is kept, and of a post its author. Errors: NotFound."""
    if kind == Kind.TAG:
        try:
            return await tags.hash_of(tags.tag_of(str(thing))), None
        except Invalid as e:
            raise NotFound from e
    number = int(thing)
    if kind in RISING:
        if not await w.value(RISING[kind], number):
            raise NotFound
        return number, None
    found = await posts.judged(w, Surface.PUB, [number])
    if not found:
        raise NotFound
    return number, found[0].row["author"]
