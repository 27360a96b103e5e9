"""What is talked about, for whoever looks. Posts come as candidates: the law has the last word where they are shown."""

from collections.abc import Sequence

from petrel.core import clock
from petrel.core.doors import Reader
from petrel.core.errors import Invalid, NotFound
from petrel.features import posts as room
from petrel.features import search
from petrel.features.discovery import rules
from petrel.features.discovery.shapes import SCOPES, Day, Kind, Trend
from petrel.features.moderation import crew
from petrel.features.posts import Surface
from petrel.features.relationships import tags

TAGS = "select tag, sealed_name, is_approved, samples from discovery.tags($1, $2, $3, $4, $5, $6)"
POSTS = "select post, is_approved from discovery.posts($1, $2, $3, $4, $5, $6)"
SAID = "select is_approved from discovery.said($1, $2::smallint, $3)"
HISTORY = "select tag, day, uses, accounts from discovery.history($1, $2::bigint[])"


async def trending_tags(r: Reader, limit: int, offset: int = 0, *, for_crew: bool = False) -> list[Trend]:
    """First what rises most. Only tags of which the viewer may see a post in public timelines. `for_crew`: whatever the
    crew has said of them. Errors: NotCrew."""
    if for_crew:
        await crew(r, SCOPES)
    rows = await r.fetch(TAGS, r.digest, SCOPES, for_crew, rules.is_open(), limit, offset) if rules.is_on() else []
    samples = [post for row in rows for post in row["samples"]]
    visible = {s.row["id"] for s in await room.judged(r, Surface.PUB, samples)} if samples else set()
    rows = [row for row in rows if not visible.isdisjoint(row["samples"])]
    names = await search.tag_names(rows) if rows else []
    return [Trend(row["is_approved"], name=name) for row, name in zip(rows, names, strict=True)]


async def said_of_tag(r: Reader, name: str) -> bool | None:
    """What the crew said of it, for the crew; None while it has said nothing. Errors: NotCrew, NotFound."""
    await crew(r, SCOPES)
    try:
        number = await tags.hash_of(tags.tag_of(name))
    except Invalid as e:
        raise NotFound from e
    row = await r.row(SAID, r.digest, int(Kind.TAG), number)
    return row and bool(row["is_approved"])


async def trending_posts(r: Reader, limit: int, offset: int = 0, *, for_crew: bool = False) -> list[Trend]:
    """Candidates, the best of each author, first what gets most attention. Errors: NotCrew."""
    if for_crew:
        await crew(r, SCOPES)
    rows = await r.fetch(POSTS, r.digest, SCOPES, for_crew, rules.is_open(), limit, offset) if rules.is_on() else []
    return [Trend(row["is_approved"], post=row["post"]) for row in rows]


async def history(r: Reader, names: Sequence[str]) -> list[list[Day]]:
    """How each of these tags was used, today first, on the last seven days; the same for everybody."""
    if not names:
        return []
    hashes = [await tags.hash_of(tags.tag_of(name)) for name in names]
    return rules.week(await r.fetch(HISTORY, r.digest, hashes), hashes, clock.now())
