"""Trends in the matrix: every post is proposed as one, each stands for a link of its own that is proposed, and all of
them have one link in common that has a timeline. The crew has approved all of it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from petrel.core import limits, seal
from petrel.core.ids import any_cell, new_id
from petrel.features import cards
from tests.visibility.asking import NOTHING, Seen, marks_in
from tests.visibility.world import Planted

IN_ALL = "https://birds.example/all"
TIMELINE = f"/api/v1/timelines/link?url={IN_ALL}&limit=40"
POSTS, LINKS = "/api/v1/trends/statuses?limit=40&offset=0", "/api/v1/trends/links?limit=20&offset=0"
CARD = """
insert into cards.card (id, digest, state, expires_at, sealed_card) values ($1, $2, 1, now() + interval '1 day', $3)
"""
TREND = "insert into discovery.link_trend (link, card, score, samples) values ($1, $2, 1, $3)"
APPROVED = "insert into discovery.review (kind, thing, is_approved) select $1, x, true from unnest($2::bigint[]) x"


async def plant(owner: Any, posts: Sequence[Planted]) -> None:
    secret = await seal.secret("cards")
    every = [one.id for one in posts]

    async def trend(link: int, url: str, samples: Sequence[int]) -> int:
        number = new_id(any_cell())
        sealed = seal.seal(secret, number, msgspec.json.encode(cards.Card(url, f"page of {url}")))
        await owner.execute(CARD, number, await cards.digest_of(url), sealed)
        await owner.execute(TREND, link, number, samples)
        return number

    for one in posts:
        await trend(one.number + 2, f"https://birds.example/{one.mark()}", [one.id])
    common = await trend(1, IN_ALL, every)
    await owner.executemany("insert into cards.link (cell, post, card) values (law.cell($1), $1, $2)",
                            [(number, common) for number in every])
    await owner.executemany("insert into discovery.post_trend (post, author, score) values ($1, $2, 9)",
                            [(one.id, one.author.id) for one in posts])
    await owner.execute(APPROVED, 2, every)
    await owner.execute(APPROVED, 3, [1, *(one.number + 2 for one in posts)])
    await owner.execute("update accounts.account set is_discoverable = true")


async def embedded(v: Any, post: Planted) -> Seen:
    """On the pages of other sites: as anybody sees it, whoever asks."""
    answer = await v.ask.get(f"/api/oembed?url={limits.current().base_url}{post.url}", None)
    if answer.status == 404:
        return NOTHING
    marks = marks_in(answer.body.decode(), post.number)
    return Seen("full" if "text" in marks else "gate", "", marks)


async def link(v: Any, post: Planted) -> Seen:
    """Of a post the link alone."""
    marks = frozenset((await v.told(LINKS)).marks.get(post.number, ()))
    return Seen("full" if marks else "nothing", "", marks)
