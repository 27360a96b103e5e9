"""The timeline of a list: its members' posts, in order, each page read from where it begins."""

import pytest

from petrel.core.doors import Doors, reading, writing
from petrel.core.ids import cell_of, ms_of
from petrel.core.pages import Page
from petrel.core.viewer import Member
from petrel.features import lists, relationships, timelines
from tests.people import follow, people, publish
from tests.plans import pages_read

PAST = """
insert into posts.post (cell, id, author, audience, thread)
select $2, n, $1, 0, n
  from (select (($3::bigint - g) << 16) | ($2::bigint << 6) | 63 as n from generate_series(1, $4::int) g) s
"""


async def listed(owner: Member, *members: Member) -> int:
    await follow(owner, *members)
    async with writing(owner, cause="tests") as w:
        made = await lists.create(w, "birds")
    async with writing(owner, cause="tests") as w:
        await lists.add(w, made.id, [m.account for m in members])
    return made.id


@pytest.mark.parametrize("upwards", [False, True])
async def test_a_page_does_not_read_the_whole_past_of_its_members(site: Doors, upwards: bool) -> None:
    owner, *members = await people(*(f"past{upwards}{n}".lower() for n in range(6)))
    number = await listed(owner, *members)
    last = await publish(owner, "now")
    for member in members:
        await site.pools["writer"].execute(PAST, member.account, cell_of(member.account), ms_of(last.id), 5_000)
    low = (ms_of(last.id) - 4_900) << 16
    pages = await pages_read(site.pools["reader"], "select * from timelines.of_list($1, $2, 20, null, $3)",
                             owner.digest, number, low if upwards else None)
    assert pages < 150


async def test_a_list_shows_its_members_posts_up_and_down(site: Doors) -> None:
    owner, ann, ben = await people("lo", "la", "lb")
    number = await listed(owner, ann, ben)
    made = [(await publish((ann, ben)[n % 2], f"number {n}")).id for n in range(7)]
    async with reading(owner) as r:
        async def page(**where: int) -> list[int]:
            return [post for post, _ in await timelines.of_list(r, number, Page(3, **where))]

        assert await page() == made[:3:-1]
        assert await page(max_id=made[4]) == made[3:0:-1]
        assert await page(min_id=made[1]) == made[4:1:-1]


async def test_who_is_no_longer_followed_is_no_longer_in_the_list(site: Doors) -> None:
    owner, ann = await people("leaver", "left")
    number = await listed(owner, ann)
    await publish(ann, "still here")
    async with writing(owner, cause="tests") as w:
        await relationships.unfollow(w, ann.account)
    async with reading(owner) as r:
        assert await timelines.of_list(r, number, Page(20)) == []
