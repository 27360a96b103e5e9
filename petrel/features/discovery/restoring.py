"""What of discovery is taken away again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts
from petrel.features.discovery import people, rows
from petrel.features.discovery.shapes import Kind

BOTH = "select count(*) = 2 from accounts.account where (cell, id) in ((law.cell($1), $1), (law.cell($2), $2))"
AUTHOR = "select author from posts.post where cell = law.cell($1) and id = $1"

harmless({
    "discovery.tag.approved": "opens; the crew is asked again",
    "discovery.post.approved": "opens; the crew is asked again",
    "discovery.link.approved": "opens; the crew is asked again",
    "discovery.publisher.approved": "opens; the crew is asked again",
    "discovery.account.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
})


@restricts("discovery.suggestion.dismissed")
async def dismissed(w: Writer, entry: Kept) -> bool:
    """Unless one of the two is gone."""
    me, other = entry.subject, entry.refs[0]
    return bool(await w.value(BOTH, me, other) and await w.execute(people.DISMISS, me, other))


@restricts("discovery.tag.rejected")
async def tag_rejected(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(rows.SAY, int(Kind.TAG), entry.refs[0], False, None))


@restricts("discovery.link.rejected")
async def link_rejected(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(rows.SAY, int(Kind.LINK), entry.refs[0], False, None))


@restricts("discovery.publisher.rejected")
async def publisher_rejected(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(rows.SAY, int(Kind.PUBLISHER), entry.refs[0], False, None))


@restricts("discovery.post.rejected")
async def post_rejected(w: Writer, entry: Kept) -> bool:
    author = await w.value(AUTHOR, entry.subject)
    return author is not None and bool(await w.execute(rows.SAY, int(Kind.POST), entry.subject, False, author))
