"""Marks that arrive at once: several by one person on one post, and a boost set and taken back at the same time."""

import asyncio

from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.features import posts
from petrel.features.posts import Audience, Mark, MarkAsk, PostNotFound
from tests.people import people, publish

ON_POST = """
select bits, like_id is not null as liked, bookmark_id is not null as kept,
       (select array_agg(r.kind order by r.kind) from posts.reaction r where r.post = m.post) as reactions,
       (select count(*) from posts.post b where b.boost_of = m.post and b.flags & 512 = 0) as boosts
  from posts.mark m where m.cell = law.cell($1) and m.account = $1 and m.post = $2
"""
KINDS = "select kind from journal.entry where subject = $1 and kind like 'posts.%' order by kind"


async def looked_at(account, post):
    async with reading(System("tests")) as r:
        return await r.row(ON_POST, account, post), [row[0] for row in await r.fetch(KINDS, post)]


async def test_one_person_may_do_several_things_to_one_post_in_one_batch(site):
    ann, ben = await people("marks_ann", "marks_ben")
    post = (await publish(ann, "liked, kept and passed on")).id
    asks = [MarkAsk(ben, post, mark, True, "tests") for mark in (Mark.LIKE, Mark.BOOKMARK, Mark.BOOST, Mark.LIKE)]
    done = await posts.mark_together(asks)
    assert [one.changed for one in done] == [True, True, True, False]
    row, kinds = await looked_at(ben.account, post)
    assert (row["bits"], row["liked"], row["kept"], row["reactions"], row["boosts"]) == (7, True, True, [1, 4], 1)
    assert kinds == ["posts.bookmark.created", "posts.like.created", "posts.post.created"]
    off = [MarkAsk(ben, post, mark, False, "tests") for mark in (Mark.LIKE, Mark.BOOKMARK)]
    assert [one.changed for one in await posts.mark_together(off)] == [True, True]
    row, kinds = await looked_at(ben.account, post)
    assert (row["bits"], row["liked"], row["kept"], row["reactions"]) == (4, False, False, [4])
    assert kinds.count("posts.like.removed") == kinds.count("posts.bookmark.removed") == 1


async def test_a_boost_set_and_taken_back_at_once_is_either_there_or_not(site):
    ann, cid = await people("marks_cat", "marks_cid")
    post = (await publish(ann, "on and off")).id

    async def one(number):
        return await posts.mark_together([MarkAsk(cid, post, Mark.BOOST, number % 2 == 0, "tests")])

    for _ in range(12):
        for [answer] in await asyncio.gather(*map(one, range(4))):
            assert not isinstance(answer, Exception)
        row, _ = await looked_at(cid.account, post)
        is_there = bool(row["bits"] & Mark.BOOST)
        assert row["boosts"] == is_there and (row["reactions"] or []) == [4] * is_there


async def test_taking_back_a_mark_tells_nobody_that_a_hidden_post_is_there(site):
    ann, dan = await people("marks_dee", "marks_dan")
    hidden = (await publish(ann, "for followers", audience=Audience.FOLLOWERS)).id
    for post in (hidden, hidden ^ (1 << 16)):
        asks = [MarkAsk(dan, post, mark, False, "tests") for mark in (Mark.LIKE, Mark.BOOKMARK, Mark.BOOST, Mark.PIN)]
        assert [type(answer) for answer in await posts.mark_together(asks)] == [PostNotFound] * 4
