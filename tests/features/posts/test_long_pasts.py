"""A page costs what it shows, however much there is behind it."""

import pytest

from petrel.core.doors import Reader, reading
from petrel.core.pages import Page
from petrel.features import posts
from petrel.features.posts import Mark
from tests.people import mark, people, publish
from tests.plans import pages_read

MANY = 20_000
MARKED = """
insert into posts.mark (cell, account, post, bits, like_id, bookmark_id)
select law.cell($1), $1, g, 3, g, 50000 - g from generate_series(1, $2::int) g
"""
LIKED = """
insert into posts.reaction (cell, post, kind, id, account)
select law.cell($1), $1, 1, g, g from generate_series(1, $2::int) g
"""


@pytest.mark.parametrize(("max_id", "min_id"), [(None, None), (9_000, None), (None, 9_000)])
async def test_a_page_of_likes_does_not_read_them_all(site, max_id, min_id):
    [ann] = await people(f"marks{max_id}{min_id}".lower())
    await site.pools["writer"].execute(MARKED, ann.account, MANY)
    for kind in (Mark.LIKE, Mark.BOOKMARK):
        pages = await pages_read(site.pools["reader"], "select * from posts.marked($1, $2, null, 20, $3, $4)",
                                 ann.digest, int(kind), max_id, min_id)
        assert pages < 40


async def test_marked_posts_come_by_the_time_of_the_mark(site):
    ben, cat = await people("marksben", "markscat")
    made = [await publish(ben, f"number {n}") for n in range(5)]
    for n in (2, 0, 4, 1):
        await mark(cat, made[n].id, Mark.LIKE)
    for n in (1, 2):
        await mark(cat, made[n].id, Mark.BOOKMARK)
    await mark(ben, made[3].id, Mark.PIN)
    async with reading(cat) as r:
        likes = await posts.marked(r, Mark.LIKE, Page(20))
        assert [post for _, post in likes] == [made[n].id for n in (1, 4, 0, 2)]
        assert await posts.marked(r, Mark.LIKE, Page(2, max_id=likes[1][0])) == likes[2:]
        assert await posts.marked(r, Mark.LIKE, Page(2, min_id=likes[3][0])) == likes[1:3], "the next ones upwards"
        assert [post for _, post in await posts.marked(r, Mark.BOOKMARK, Page(20))] == [made[n].id for n in (2, 1)]
        assert [post for _, post in await posts.marked(r, Mark.PIN, Page(20), account=ben.account)] == [made[3].id]


@pytest.mark.parametrize("max_id", [None, 9_000])
async def test_a_page_of_who_liked_does_not_sort_all_of_them(site, max_id):
    [dee] = await people(f"liked{max_id}".lower())
    post = await publish(dee, "known to everybody")
    await site.pools["writer"].execute(LIKED, post.id, MANY)
    pages = await pages_read(site.pools["reader"], "select * from posts.reactions($1, $2, 1, 40, $3)",
                             dee.digest, post.id, max_id)
    assert pages < 120


class Chain(Reader):
    """A reader to whom one thread of this length is shown, in which each post answers the one before."""

    def __init__(self, length: int) -> None:
        self.digest = b""
        self.length = length

    async def fetch(self, sql, *_args):
        if "law.page" in sql:
            return [{"ord": 1, "depth": 0, "boost_of": None, "code": 6, "conversation": None, "id": self.length}]
        return [{"id": n, "reply_to": n - 1 or None} for n in range(1, self.length + 1)]

    async def value(self, sql, *_args):
        return 1


async def test_a_thread_that_only_goes_down_is_followed_step_by_step():
    class Post(int):
        compared = 0

        def __eq__(self, other):
            Post.compared += 1
            return int(self) == int(other)

        __hash__ = int.__hash__

    class Counted(Chain):
        async def fetch(self, sql, *args):
            rows = await super().fetch(sql, *args)
            return [{**row, "reply_to": row["reply_to"] and Post(row["reply_to"])} if "reply_to" in row else row
                    for row in rows]

    ancestors, below = await posts.thread(Counted(1_000), 1_000)
    assert ancestors == list(range(1, 1_000)) and below == []
    Post.compared -= len(ancestors)
    assert Post.compared < 20_000
