"""Tags that a member follows, and tags shown on their profile.

The database knows a tag by its keyed hash only, the one under which the search index keeps the term `#tag`; the
name as typed is sealed under the account's key.
"""

from petrel.core import ids, seal
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Invalid, NotFound
from petrel.core.ids import cell_of, new_id
from petrel.core.pages import Page
from petrel.core.text import Hashtag, WordKey, parse
from petrel.features.accounts import key_of
from petrel.features.relationships.rows import actor
from petrel.features.relationships.shapes import FeaturedTag, FollowedTag

__all__ = ["FeaturedTag", "FollowedTag", "feature", "featured", "follow", "followed", "hash_of", "standing", "tag_of",
           "unfeature", "unfollow"]

MOST_FOLLOWED = 1000
MOST_FEATURED = 10
LONGEST_NAME = 100

FOLLOWED = "select * from relationships.followed_tags($1, $2, $3, $4, $5)"
FEATURED = "select * from relationships.featured_tags($1, $2)"
STANDING = "select * from relationships.tag_standing($1, $2)"
COUNT = "select count(*) from relationships.{0}_tag where cell = law.cell($1) and account = $1"
ADD = """
insert into relationships.{0}_tag (cell, account, tag, id, sealed_name) values (law.cell($1), $1, $2, $3, $4)
on conflict do nothing
"""
REMOVE = """
delete from relationships.{0}_tag where cell = law.cell($1) and account = $1 and (tag = $2 or id = $3) returning id
"""

_keys: dict[bytes, WordKey] = {}


def tag_of(typed: str) -> Hashtag:
    """A tag by its name, with or without the sign. Errors: Invalid, for what is no tag."""
    name = typed.strip().removeprefix("#")
    spans = parse(f"#{name}").spans if len(name) <= LONGEST_NAME else ()
    if len(spans) == 1 and isinstance(spans[0], Hashtag) and spans[0].end == len(name) + 1:
        return spans[0]
    raise Invalid("tag", "is invalid")


async def hash_of(tag: Hashtag) -> int:
    secret = await seal.secret("words")
    if secret not in _keys:
        _keys.clear()
        _keys[secret] = WordKey(secret)
    return _keys[secret].hash(f"#{tag.key}")


async def standing(r: Reader, typed: str) -> tuple[str, bool, bool]:
    """(name, does the viewer follow it, feature it). Errors: NotFound, for what is no tag."""
    try:
        tag = tag_of(typed)
    except Invalid as e:
        raise NotFound from e
    row = await r.row(STANDING, r.digest, await hash_of(tag)) if r.digest else None
    return tag.name, bool(row and row["is_followed"]), bool(row and row["is_featured"])


async def followed(r: Reader, page: Page) -> list[FollowedTag]:
    """Newest first."""
    found = await r.fetch(FOLLOWED, r.digest, page.limit, page.max_id, page.since_id, page.min_id)
    key = await key_of(found[0]["account"]) if found else b""
    tags = [FollowedTag(row["id"], _name(key, row)) for row in found]
    return tags if page.min_id is None else tags[::-1]


async def featured(r: Reader, account: int) -> list[FeaturedTag]:
    """Oldest first; none where the viewer may not see the whole profile."""
    found = await r.fetch(FEATURED, r.digest, account)
    key = await key_of(account) if found else b""
    return [FeaturedTag(row["id"], _name(key, row), row["posts"],
                        ids.at_of(row["last_post"]) if row["last_post"] else None) for row in found]


def _name(key: bytes, row: Row) -> str:
    return seal.open_sealed(key, row["account"], row["sealed_name"]).decode()


async def follow(w: Writer, typed: str) -> str:
    """Returns the name. Again: nothing happens. Errors: Invalid (no tag, or one too many)."""
    return await _add(w, typed, "followed", MOST_FOLLOWED)


async def unfollow(w: Writer, typed: str) -> str:
    """Returns the name. Errors: Invalid."""
    tag = tag_of(typed)
    await _remove(w, "followed", await hash_of(tag), None)
    return tag.name


async def feature(w: Writer, typed: str) -> FeaturedTag:
    """Shows a tag on the actor's profile; again: nothing happens. Errors: Invalid (no tag, or one too many)."""
    name = await _add(w, typed, "featured", MOST_FEATURED)
    key = tag_of(name).key
    return next(t for t in await featured(w, await actor(w)) if tag_of(t.name).key == key)


async def unfeature(w: Writer, *, typed: str | None = None, tag_id: int | None = None) -> None:
    """By name, or by the id it was featured under. Errors: NotFound, for an id; Invalid, for what is no tag."""
    tag = None if typed is None else await hash_of(tag_of(typed))
    if not await _remove(w, "featured", tag, tag_id) and tag_id is not None:
        raise NotFound


async def _add(w: Writer, typed: str, how: str, most: int) -> str:
    account, tag = await actor(w), tag_of(typed)
    sealed = seal.seal(await key_of(account), account, tag.name.encode())

    tag_id = new_id(cell_of(account))
    if await w.execute(ADD.format(how), account, await hash_of(tag), tag_id, sealed):
        if await w.value(COUNT.format(how), account) > most:
            raise Invalid(message=f"Validation failed: At most {most} tags can be {how}")
        w.record(f"relationships.tag.{how}", tag_id)
    return tag.name


async def _remove(w: Writer, how: str, tag: int | None, tag_id: int | None) -> bool:
    gone = await w.change(REMOVE.format(how), await actor(w), tag, tag_id)
    for row in gone:
        w.record(f"relationships.tag.un{how}", row["id"])
    return bool(gone)
