"""Posts from before: quiet, back-dated, for nobody whom they were not for."""

from datetime import UTC, datetime, timedelta

import pytest

from petrel.core import ids
from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, Unauthenticated
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts, posts
from petrel.features.posts import Audience, Past, Surface
from petrel.features.posts.shapes import Empty, TooLong
from tests.drain import drain
from tests.people import follow, open_up, people, publish

NOBODY = Anonymous()
LONG_AGO = datetime(2019, 3, 4, 5, 6, 7, 8000, UTC)


async def taken(member: Member, *texts: str, at: datetime = LONG_AGO, **more: object) -> list[int]:
    async with writing(System("tests"), cause="tests") as w:
        numbers = await posts.ids_at(w, member.account, [at] * len(texts))
        asked = [Past(n, text, **more) for n, text in zip(numbers, texts, strict=True)]  # type: ignore[arg-type]
        done = await posts.import_many(w, member, asked)
        assert done == numbers
    return numbers


async def seen(viewer: Member | Anonymous, post: int, surface: Surface = Surface.API) -> bool:
    async with reading(viewer) as r:
        return any(s.row["code"] > 3 for s in await posts.shown(r, surface, [post]))


async def test_a_post_stands_where_its_time_puts_it_and_nobody_is_told(site):
    ada, fan, named = await people("past_a", "past_f", "past_n", indexable=True)
    await follow(fan, ada)
    new = await publish(ada, "new")
    await drain()
    [old] = await taken(ada, "@past_n said #zugvoegel")
    assert ids.at_of(old) == LONG_AGO and ids.cell_of(old) == ids.cell_of(ada.account)
    await drain()
    async with reading(NOBODY) as r:
        assert await posts.by_author(r, ada.account, Page(10)) == [new.id, old]
        assert (await posts.public(r, Page(40)))[0] == new.id
    async with reading(System("tests")) as r:
        told = await r.value("select count(*) from notifications.notification where account = any($1::bigint[])",
                             [fan.account, named.account])
        row = await r.row("select posts_count, last_post_on from accounts.account where id = $1", ada.account)
        assert await r.value("select is_indexable from search.post_words where post = $1", old)
    assert told == 0 and row["posts_count"] == 2 and row["last_post_on"] == ids.at_of(new.id).date()


async def test_nobody_is_named_by_an_old_text(site):
    ada, bob = await people("unnamed_a", "unnamed_b")
    [old] = await taken(ada, "@unnamed_b only for friends", audience=Audience.FOLLOWERS)
    assert not await seen(bob, old) and await seen(ada, old)


async def test_the_narrowest_of_what_it_was_and_what_the_account_is_holds(site):
    [ada] = await people("narrowest")
    [shut] = await people("narrowest_p", protected=True)
    async with writing(ada, cause="tests") as w:
        await accounts.update(w, accounts.Changes(default_audience=1))
    [open_one] = await taken(ada, "was public")
    [hidden] = await taken(shut, "was public there")
    async with reading(ada) as r:
        assert (await posts.standing(r, open_one)).wrote == Audience.UNLISTED
    assert not await seen(NOBODY, hidden)
    await open_up(shut)
    assert not await seen(NOBODY, hidden), "it was written while protected"


async def test_an_answer_to_oneself_stands_in_its_thread_and_is_no_wider(site):
    [ada] = await people("threads")
    [first] = await taken(ada, "one", audience=Audience.FOLLOWERS)
    [second] = await taken(ada, "two", at=LONG_AGO + timedelta(hours=1), reply_to=first)
    [stray] = await taken(ada, "to somebody else's", at=LONG_AGO + timedelta(hours=2), reply_to=4711)
    assert not await seen(NOBODY, second)
    async with reading(ada) as r:
        assert await posts.thread(r, first) == ([], [second])
        assert (await posts.standing(r, second)).wrote == Audience.FOLLOWERS
        assert (await posts.standing(r, stray)).reply_to == 0


async def test_many_of_one_moment_have_numbers_of_their_own(site):
    [ada] = await people("moment")
    numbers = await taken(ada, *(f"n{i}" for i in range(50)))
    more = await taken(ada, "again")
    assert len({*numbers, *more}) == 51


async def test_what_no_post_can_be_is_refused_alone(site):
    [ada] = await people("refused_i")
    async with writing(System("tests"), cause="tests") as w:
        numbers = await posts.ids_at(w, ada.account, [LONG_AGO] * 5)
        done = await posts.import_many(w, ada, [
            Past(numbers[0], "good"), Past(numbers[1], "\x00 \n"), Past(numbers[2], "x" * 20_001),
            Past(numbers[3], "x", audience=Audience.DIRECT), Past(numbers[4], "\ud800")])
    assert done[0] == numbers[0] and [type(d) for d in done[1:]] == [Empty, TooLong, Invalid, Invalid]


async def test_whoever_may_not_act_imports_nothing(site):
    [ada] = await people("suspended_i")
    await site.pools["writer"].execute("update accounts.account set state = 128 where id = $1", ada.account)
    async with writing(System("tests"), cause="tests") as w:
        with pytest.raises(Unauthenticated):
            await posts.import_many(w, ada, [Past(1 << 40, "x")])


async def test_taking_it_back_deletes_and_counts_back(site):
    [ada] = await people("taken_back")
    numbers = await taken(ada, "one", "two")
    async with writing(System("tests"), cause="tests") as w:
        assert await posts.delete_imported(w, ada.account, [*numbers, 4711]) == 2
    await drain()
    async with reading(ada) as r:
        assert await posts.by_author(r, ada.account, Page(10)) == []
    async with reading(System("tests")) as r:
        assert await r.value("select posts_count from accounts.account where id = $1", ada.account) == 0
        assert await r.value("select count(*) from search.post_words where post = any($1::bigint[])", numbers) == 0
