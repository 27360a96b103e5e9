"""What law.decide settles beside the cells of the document: consent to search, boosts and replies at home, numbers, and
what it does not know. Each of these was a fault that no test of the law noticed (petrel gate mutate)."""

import itertools

import pytest

from tests.visibility import test_law
from tests.visibility.test_law import SURFACE_NUMBER, World

SEARCH, HOME, LIST, API = SURFACE_NUMBER["srch"], SURFACE_NUMBER["home"], 15, SURFACE_NUMBER["api"]
ASK = ("select code, replies, boosts, likes, states & 16777216 <> 0 as brings_quotes "
       "from law.decide(array[$1::bigint], '{t}', array[$2::bigint], $3::smallint, array['DE'])")
RELATE = "insert into relationships.relation (cell, owner, other, bits) values (law.cell($1), $1, $2, $3)"
FOLLOWER, PENDING, WITHOUT_BOOSTS = 1, 4, 256


_worlds = itertools.count(1)


async def people(owner, *names):
    """A world with these accounts, of numbers that no other test has."""
    world, number = World(owner), next(_worlds)
    world.next += number << 20
    found = [await world.account(f"{name}{number}") for name in names]
    world.viewers["named"] = found[-1]
    return world, *found


async def code(owner, viewer, post, surface):
    rows = await owner.fetch(ASK, viewer, post, surface)
    return rows[0]["code"] if rows else 0


async def test_search_finds_those_who_agreed_and_for_others_what_is_theirs(owner):
    world, author, stranger, follower, named = await people(owner, "searched", "stranger", "follower", "named")
    await owner.execute(RELATE, follower, author, FOLLOWER)
    post = await world.post(author, "live", "public")
    everybody = (author, named, stranger, follower)
    assert [bool(await code(owner, one, post, SEARCH)) for one in everybody] == [True] * 4
    await owner.execute("update accounts.account set is_indexable = false where id = $1", author)
    assert [bool(await code(owner, one, post, SEARCH)) for one in everybody] == [True, True, False, False]
    assert [bool(await code(owner, one, post, API)) for one in everybody] == [True] * 4


async def test_boosts_come_home_unless_they_are_not_wanted(owner):
    world, author, wanting, not_wanting, _ = await people(owner, "booster", "wanting", "not_wanting", "named")
    await owner.execute(RELATE, wanting, author, FOLLOWER)
    await owner.execute(RELATE, not_wanting, author, FOLLOWER | WITHOUT_BOOSTS)
    boosted = await world.post(wanting, "live", "public")
    boost = await world.post(author, "live", "public")
    await owner.execute("update posts.post set boost_of = $2 where id = $1", boost, boosted)
    for surface in (HOME, LIST):
        assert [bool(await code(owner, one, boost, surface)) for one in (wanting, not_wanting, author)] == [
            True, False, True]
    assert await code(owner, not_wanting, boost, API)


async def test_replies_come_home_when_they_answer_somebody_one_knows(owner):
    world, author, reader, known, asked, unknown = await people(owner, "author", "reader", "known", "asked", "unknown")
    await owner.execute(RELATE, reader, author, FOLLOWER)
    await owner.execute(RELATE, reader, known, FOLLOWER)
    await owner.execute(RELATE, reader, asked, PENDING)
    await owner.execute(RELATE, unknown, known, FOLLOWER)       # another's follow is not the reader's
    await owner.execute(RELATE, author, unknown, FOLLOWER)
    for other, at_home in ((None, True), (author, True), (reader, True), (known, True), (asked, False),
                           (unknown, False)):
        post = await world.post(author, "live", "public")
        await owner.execute("update posts.post set reply_to_account = $2 where id = $1", post, other)
        assert bool(await code(owner, reader, post, HOME)) is at_home
        assert await code(owner, reader, post, LIST) and await code(owner, author, post, HOME)


@pytest.mark.parametrize(("table", "column", "bits"), [
    ("posts.post", "flags", 1), ("posts.post", "flags", 1 << 29), ("accounts.account", "state", 1),
    ("accounts.account", "state", 1 << 14)])
async def test_a_state_that_nobody_knows_shows_nothing_to_anybody(owner, table, column, bits):
    world, author, named = await people(owner, "author", "named")
    post = await world.post(author, "live", "public")
    assert await code(owner, author, post, API) and await code(owner, named, post, API)
    await owner.execute(f"update {table} set {column} = {column} | $2 where id = $1",
                        post if table == "posts.post" else author, bits)
    assert not await code(owner, author, post, API) and not await code(owner, named, post, API)


async def test_numbers_are_for_whoever_may_see_them(owner):
    world = World(owner)
    world.next += next(_worlds) << 20
    world.account = lambda name, *more: test_law.World.account(world, f"n_{name}", *more)
    posts = await world.build()
    unquoted = await owner.fetch(ASK, *posts["live", "public"], API)
    assert not unquoted[0]["brings_quotes"], "what nobody quoted brings no number of quotes"
    await owner.execute("update posts.post set replies = 3, boosts = 4, likes = 5, quotes = 6")
    cells, wrong = test_law.law_codes.cells(), []
    for (state, audience, viewer, surface), letter in cells.items():
        if surface != "cnt" or audience == "direct":
            continue
        author, post = posts[state, audience]
        rows = await owner.fetch(ASK, author if viewer == "author" else world.viewers[viewer], post, API)
        shown = [tuple(row)[1:] for row in rows]
        is_plain = state == "live" and audience not in ("self", "direct")
        seen = is_plain or test_law.law_codes.RANK[letter] > 0
        if shown != [(3, 4, 5, True) if seen else (0, 0, 0, False)]:
            wrong.append(f"{state} {audience} {viewer}: {shown}")
    assert not wrong, f"{len(wrong)}: {wrong[:10]}"
