"""When cards are fetched, and when they go."""

import random

from petrel.core import ids as numbers
from petrel.core import limits, seal
from petrel.core.doors import Writer, deriving
from petrel.core.jobs import every, job
from petrel.core.journal import Entry, follow
from petrel.features import posts
from petrel.features.cards import fetching, rows

FETCH = "cards.fetch"
DELAY_S = 8.0
SWEPT = "posts.account.swept"
"""Refs: posts of an account that is being erased."""


@follow("cards", "posts.post.created", "posts.post.edited", "posts.post.deleted", SWEPT, surface="none",
        why_none="what posts link to; a card is shown with its post, as the law shows that")
async def link(w: Writer, entries: list[Entry]) -> None:
    """Twice: the same rows again. Late: posts are without their card meanwhile. Never: for good; of a deleted post a
    number stays, which the sweep of the room `deletions` names."""
    last: dict[int, str] = {}
    for entry in entries:
        last |= dict.fromkeys(entry.refs if entry.kind == SWEPT else (entry.subject,), entry.kind)
    before = [post for post, kind in last.items() if kind != "posts.post.created"]
    loose = await rows.unlink(w, before) if before else []
    if limits.current().link_cards:
        await _link(w, [post for post, kind in last.items() if kind in ("posts.post.created", "posts.post.edited")])
    await rows.drop(w, loose)       # an edit may have kept the link


async def _link(w: Writer, made: list[int]) -> None:
    found = await w.fetch(rows.CARRYING, [numbers.cell_of(post) for post in made], made) if made else []
    if not found:
        return
    sealed = await w.fetch(rows.SEALED, await fetching.public_of([row["id"] for row in found]))
    keys = await seal.keys(row["id"] for row in sealed)
    contents = {row["id"]: posts.decode_content(seal.open_sealed(keys[row["id"]], row["id"], row["sealed"]))
                for row in sealed if row["id"] in keys}
    links = [(post, url) for post, content in contents.items()
             if (url := posts.linked(content.text, limits.current().domain))]
    for card in await rows.want(w, links) if links else ():
        # A moment of its own: the page's server is not to see by the second who wrote just then.
        w.later(FETCH, {"card": card}, lane="bulk", run_in_s=random.uniform(0, DELAY_S),     # noqa: S311
                once=f"{FETCH} {card}")


@job(FETCH)
async def fetch(card: int) -> None:
    """Twice: the second finds it done, or asks again. Late: posts are without their card meanwhile. Never: as late,
    until a post a day later links there."""
    if again_s := await fetching.fetch(card):
        async with deriving("cards") as w:
            w.later(FETCH, {"card": card}, lane="bulk", run_in_s=again_s)


@every(6 * 3600, "cards.sweep")
async def sweep() -> str | None:
    """Cards that nobody links to any more. Twice: finds nothing. Late or never: they take room."""
    async with deriving("cards") as w:
        gone = await w.execute(rows.SWEEP)
    return f"{gone} cards of links that nobody has any more removed" if gone else None
