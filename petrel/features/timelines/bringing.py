"""What of the viewer's own brings one post before them; the other way round than a timeline asks."""

from msgspec import Struct

from petrel.core.doors import Reader

BROUGHT_BY = "select * from timelines.brought_by($1, $2)"


class BroughtBy(Struct, frozen=True):
    """`follows`: its author. `answered`: whom it answers, where the viewer follows them. `boosts`: (who, the boost) of
    whom the viewer follows, the newest first, not judged yet. `lists`: of the viewer's, with its author."""

    follows: bool
    answered: int | None
    boosts: tuple[tuple[int, int], ...]
    lists: tuple[int, ...]


async def brought_by(r: Reader, post: int) -> BroughtBy:
    """Nothing of it for who is not signed in."""
    rows = await r.fetch(BROUGHT_BY, r.digest, post) if r.digest else []

    def of(kind: str) -> list[tuple[int, int]]:
        return [(row["account"], row["number"]) for row in rows if row["kind"] == kind]

    answered = of("answers")
    return BroughtBy(bool(of("follows")), answered[0][0] if answered else None, tuple(of("boost")),
                     tuple(number for _, number in of("list")))
