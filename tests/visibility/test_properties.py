"""The properties that hold for every input: docs/law/visibility.md section 12, over generated cases.

Many cases go to the database in one query, which answers for all surfaces. Property 6 is test_no_side_effects.py, 7 is
test_policy.py, 9 the deadline's own tests, 12 the fence of surfaces. 10, holds: there is no command that places one.
13, late and replayed entries: tests/worker and the restores.
"""


import hashlib
import itertools
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from petrel import app
from petrel.core.doors import Doors
from petrel.core.ids import cell_of, new_id
from petrel.features.posts import Audience
from tests.api.plain import Client
from tests.conftest import loop
from tests.drain import drain
from tests.people import follow, people, publish, signed_in, tell
from tests.visibility.expected import law_codes

STATES = [1 << n for n in range(1, 12)]
LIVE_OR = st.lists(st.sampled_from(STATES), max_size=4).map(lambda bits: sum(set(bits)))
SIGNED_IN, PENDING, FOLLOWER, NAMED, MUTING, BLOCKED, BLOCKING, AUTHOR = (1 << n for n in range(8))
OTHERS = st.one_of(st.just(0), st.lists(st.sampled_from((PENDING, FOLLOWER, NAMED, MUTING, BLOCKED, BLOCKING)),
                                        max_size=4).map(lambda bits: SIGNED_IN | sum(set(bits))))
UNRELATED = st.sampled_from((0, SIGNED_IN, SIGNED_IN | PENDING, SIGNED_IN | FOLLOWER, SIGNED_IN | FOLLOWER | MUTING))
CASES = st.lists(st.tuples(st.integers(0, 5), LIVE_OR, OTHERS), min_size=50, max_size=200)
PUBLIC, UNLISTED, FOLLOWERS, DIRECT, SELF, PROTECTED = range(6)
LINK, THRD = law_codes.SURFACES.index("link"), law_codes.SURFACES.index("thrd")
VERDICTS = """
select array_agg(law.verdict({codes}, c.audience, c.states, c.who) order by c.ord) from law.surface s
 cross join unnest($1::integer[], $2::integer[], $3::integer[]) with ordinality c(audience, states, who, ord)
 group by s.surface order by s.surface
"""
quick = settings(max_examples=25, deadline=None,
                 suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def verdicts(owner: Any, cases: list[tuple[int, int, int]], codes: str = "s.codes", *more: Any) -> list[list[int]]:
    """By surface, the code of each case (audience, states, who)."""
    columns = [list(column) for column in zip(*cases, strict=True)]
    rows = loop().run_until_complete(owner.fetch(VERDICTS.format(codes=codes), *columns, *more))
    return [row[0] for row in rows]


def nowhere_more(less: list[list[int]], more: list[list[int]]) -> bool:
    return all(a <= b for one, other in zip(less, more, strict=True) for a, b in zip(one, other, strict=True))


@quick
@given(cases=CASES, gone=st.sets(st.integers(0, 647), min_size=1, max_size=40))
def test_1_removing_lines_of_the_tables_shows_nobody_more(owner: Any, cases: Any, gone: set[int]) -> None:
    lacking = "(select string_agg(case when n = any ($4::integer[]) then '\\x00' else substr(s.codes, n + 1, 1) end, " \
              "''::bytea order by n) from generate_series(0, 647) n)"
    assert nowhere_more(verdicts(owner, cases, lacking, sorted(gone)), verdicts(owner, cases))


@pytest.mark.parametrize("statement", [
    "delete from law.surface where surface = 1", "update law.surface set codes = ''::bytea where surface = 1",
    "alter function law.verdict(bytea, integer, integer, integer) rename to lost"])
async def test_1_a_lookup_that_fails_shows_nothing(owner: Any, statement: str) -> None:
    change = owner.transaction()
    await change.start()
    try:
        with pytest.raises(asyncpg.PostgresError):
            await owner.execute(statement)
            await owner.fetch("select * from law.decide('{null}', '{t}', array[1::bigint], 1::smallint)")
    finally:
        await change.rollback()


async def test_1_a_surface_that_nobody_knows_shows_nothing(owner: Any) -> None:
    for surface in (14, 16, 99, -1):
        with pytest.raises(asyncpg.PostgresError):
            await owner.fetch("select * from law.decide('{null}', '{t}', array[1::bigint], $1::smallint)", surface)


@quick
@given(cases=CASES)
def test_2_what_has_no_link_is_nowhere(owner: Any, cases: Any) -> None:
    found = verdicts(owner, cases)
    for n, (audience, states, who) in enumerate(cases):
        if found[LINK][n] == 0:
            # The gap in a thread or quote that says nothing: of what is quarantined.
            seen = [found[s][n] for s in range(14)]
            assert all(code == 0 or (states & 1024 and code == 1 and s in (THRD, THRD + 1))
                       for s, code in enumerate(seen)), (audience, states, who, seen)


@quick
@given(cases=st.lists(st.tuples(LIVE_OR, UNRELATED), min_size=50, max_size=200))
def test_3_a_wider_audience_is_nowhere_less(owner: Any, cases: Any) -> None:
    order = [SELF, DIRECT, FOLLOWERS, UNLISTED, PUBLIC]
    found = [verdicts(owner, [(audience, states, who) for states, who in cases]) for audience in order]
    for less, more in itertools.pairwise(found):
        assert nowhere_more(less, more)
    assert verdicts(owner, [(PROTECTED, *case) for case in cases]) == found[2]


@quick
@given(cases=CASES, more=LIVE_OR)
def test_4_states_only_take_away(owner: Any, cases: Any, more: int) -> None:
    assert nowhere_more(verdicts(owner, [(a, s | more, w) for a, s, w in cases]), verdicts(owner, cases))


@quick
@given(cases=CASES)
def test_5_a_block_wins_over_every_relation(owner: Any, cases: Any) -> None:
    for block in (BLOCKED, BLOCKING, BLOCKED | BLOCKING):
        with_all = verdicts(owner, [(a, s, w | SIGNED_IN | block) for a, s, w in cases])
        alone = verdicts(owner, [(a, s, w & (BLOCKED | BLOCKING) | SIGNED_IN | block) for a, s, w in cases])
        assert with_all == alone
    blocked = verdicts(owner, [(a, s, w | SIGNED_IN | BLOCKED) for a, s, w in cases if a != DIRECT] or [(0, 0, 33)])
    assert not any(itertools.chain.from_iterable(blocked))


@quick
@given(cases=CASES)
def test_a_mute_never_shows_more(owner: Any, cases: Any) -> None:
    assert nowhere_more(verdicts(owner, [(a, s, w | SIGNED_IN | MUTING) for a, s, w in cases]),
                        verdicts(owner, [(a, s, w & ~MUTING | SIGNED_IN) for a, s, w in cases]))


# -- With rows: the functions agree, tokens give less ---------------------------------------------------------------

SCOPES = ("read", "read:statuses", "read:accounts", "read:lists", "write", "write:statuses", "follow", "profile")


@pytest.fixture(scope="module")
def town(site: Doors, owner: Any) -> dict[str, Any]:
    return loop().run_until_complete(_town(owner))


async def _town(owner: Any) -> dict[str, Any]:
    """Five viewers with sessions, and posts of every audience by authors in every relation to them."""
    viewers = await people(*(f"pv{n}" for n in range(5)))
    authors = await people(*(f"pa{n}" for n in range(8)), indexable=True)
    closed = await people("pc0", "pc1", protected=True)
    posts = []
    for n, author in enumerate((*authors, *closed)):
        for audience in (Audience.PUBLIC, Audience.UNLISTED, Audience.FOLLOWERS, Audience.DIRECT):
            made = await publish(author, f"@pv{n % 5} @pv{(n + 1) % 5} says {audience.name}", audience=audience)
            posts.append((made.id, audience == Audience.DIRECT))
        for m, viewer in enumerate(viewers):
            bits = (0, 1, 4, 1 | 64, 16, 32, 48, 1 | 256, 64)[(n * 5 + m * 2) % 9]
            if bits:
                await owner.execute("insert into relationships.relation (cell, owner, other, bits) values "
                                    "(law.cell($1), $1, $2, $3) on conflict (cell, owner, other) do update "
                                    "set bits = excluded.bits", viewer.account, author.account, bits)
    await owner.execute("update posts.post set flags = flags | (1 << (id % 11 + 1)::integer) where id % 3 = 0")
    sessions = {}
    for viewer in viewers:
        digest = hashlib.sha256(b"s%d" % viewer.account).digest()
        await owner.execute("insert into accounts.token (digest, kind, id, account, scopes) "
                            "values ($1, 'session', $2, $3, '{}')", digest, new_id(cell_of(viewer.account)),
                            viewer.account)
        sessions[viewer.account] = digest
    return {"sessions": sessions, "posts": [i for i, d in posts if not d], "direct": [i for i, d in posts if d]}


def _have(ids: list[int]) -> list[int]:
    return [0] * len(ids)


async def test_8_every_function_gives_the_same_answer(owner: Any, town: dict[str, Any]) -> None:
    ids, pairs = town["posts"], 0
    for account, digest in town["sessions"].items():
        why = {}
        for post in ids:
            for row in await owner.fetch("select * from law.why($1, $2, null)", account, post):
                why[post, row["surface"]] = row["code"]
        for number, name in enumerate(law_codes.SURFACES):
            decided = {r["id"]: r["code"] for r in await owner.fetch(
                "select id, code from law.decide($1, $2, $3, $4::smallint)", [account] * len(ids), [True] * len(ids),
                ids, number)}
            shown = {r["id"]: r["code"] for r in await owner.fetch(
                "select id, code from law.page($1, $2::smallint, $3, $4, null, null)", digest, number, ids, _have(ids))}
            assert {i: c for i, c in decided.items() if c} == shown
            assert {(i, name): c for i, c in decided.items()} == {k: v for k, v in why.items() if k[1] == name}
            pairs += len(ids)
            if name == "api":
                judged = {r["id"]: r["code"] for r in await owner.fetch(
                    "select id, code from law.judge($1, $2)", [digest] * len(ids), ids)}
                assert judged == shown
    assert pairs == 5 * 30 * 14


async def test_8_surfaces_asked_at_once_answer_as_each_alone(owner: Any, town: dict[str, Any]) -> None:
    ids, surfaces = [*town["posts"], *town["direct"]], list(range(len(law_codes.SURFACES)))
    shown = 0
    for digest in town["sessions"].values():
        rows = await owner.fetch("select ord, id, code from law.pages($1, $2, $3::smallint[], $4, $5, null, null)",
                                 [digest] * len(surfaces), [n + 1 for n in surfaces for _ in ids], surfaces,
                                 ids * len(surfaces), _have(ids) * len(surfaces))
        at_once = {((row["ord"] - 1) // len(ids), row["id"]): row["code"] for row in rows}
        alone = {(n, row["id"]): row["code"] for n in surfaces for row in await owner.fetch(
            "select id, code from law.page($1, $2::smallint, $3, $4, null, null)", digest, n, ids, _have(ids))}
        assert at_once == alone and len(rows) == len(alone)
        shown += len(alone)
    assert shown > 500


async def test_8_the_row_policy_of_messages_is_no_wider_than_the_law(owner: Any, town: dict[str, Any]) -> None:
    ids = town["direct"]
    seen = 0
    for account, digest in town["sessions"].items():
        shown = {r["id"]: r["code"] for r in await owner.fetch(
            "select id, code from messages.entries($1, 1::smallint, $2, $3)", digest, ids, _have(ids))}
        judged = {r["id"]: r["code"] for r in await owner.fetch(
            "select id, code from messages.judge($1, $2)", [digest] * len(ids), ids)}
        async with owner.transaction():
            await owner.execute("set local role petrel_messages")       # bound by the policies, as its functions are
            await owner.execute("select set_config('petrel.account', $1, true)", str(account))
            rows = {r[0] for r in await owner.fetch("select id from messages.message where id = any ($1)", ids)}
        assert shown == judged and shown.keys() <= rows
        seen += len(shown)
    async with owner.transaction():
        await owner.execute("set local role petrel_messages")
        await owner.execute("select set_config('petrel.account', '', true)")
        assert await owner.fetch("select id from messages.message") == []
    assert 0 < seen < 5 * len(ids)


async def test_11_no_set_of_scopes_gives_more_than_its_user_has(owner: Any, town: dict[str, Any]) -> None:
    sets = [list(some) for n in range(len(SCOPES) + 1) for some in itertools.combinations(SCOPES, n)]
    account, session = next(iter(town["sessions"].items()))
    digests = [hashlib.sha256(b"t%d" % n).digest() for n in range(len(sets))]
    await owner.executemany("insert into accounts.token (digest, kind, id, account, scopes) "
                            "values ($1, 'access', $2, $3, $4)",
                            [(d, new_id(cell_of(account)), account, s) for d, s in zip(digests, sets, strict=True)])
    posts, compared = town["posts"], 0
    for surface in range(14):
        # All tokens and the session in one page of many viewers: the session is the first.
        rows = await owner.fetch("select ord, id, code from law.pages($1, $2, $3::smallint[], $4, $5, null, null)",
                                 [session, *digests], [n for n in range(1, len(sets) + 2) for _ in posts],
                                 [surface] * (len(sets) + 1), posts * (len(sets) + 1), _have(posts) * (len(sets) + 1))
        whole = {r["id"]: r["code"] for r in rows if r["ord"] <= len(posts)}
        assert all(r["code"] <= whole.get(r["id"], 0) for r in rows)
        compared += len(sets) * len(posts)
    assert compared == 14 * 256 * 30
    for digest, scopes in zip(digests, sets, strict=True):
        part = await owner.fetch("select id from law.page($1, 1::smallint, $2, $3, null, null)", digest, town["direct"],
                                 _have(town["direct"]))
        assert bool(part) == bool({"read", "read:statuses"} & set(scopes)), scopes


# -- Counts and suggestions -----------------------------------------------------------------------------------------


async def test_14_nothing_that_somebody_may_not_see_changes_a_number_they_are_shown(site: Doors) -> None:
    ann, ben = await people("cann", "cben", indexable=True)
    [cleo] = await people("ccleo", protected=True)
    [(_, token)] = await signed_in("cstranger")
    await follow(ben, ann)
    shown = await publish(ann, "for all #openthing", audience=Audience.PUBLIC)
    closed = await publish(ann, "before", audience=Audience.FOLLOWERS)
    await drain()
    app.load_api()
    api = Client()
    addresses = [f"/api/v1/statuses/{shown.id}", f"/api/v1/statuses/{shown.id}/context", "/api/v1/timelines/public",
                 "/api/v1/timelines/tag/openthing", "/api/v2/search?q=openthing", "/api/v2/search?q=%23open",
                 "/api/v1/tags/openthing", "/api/v2/search?q=secretword", "/api/v1/notifications", "/api/v2/instance",
                 *(f"/api/v1/accounts/{one.account}" for one in (ann, ben, cleo)),
                 *(f"/api/v1/accounts/{one.account}/{part}" for one in (ann, ben, cleo)
                   for part in ("statuses", "featured_tags", "followers"))]

    async def look() -> list[tuple[int, bytes]]:
        found = []
        for bearer in (None, token):
            for address in addresses:
                answer = await api("GET", address, token=bearer)
                found.append((answer.status, answer.body))
        return found

    before = await look()
    assert b'"name":"openthing"' in before[4][1], "or nothing is compared"
    assert all(status == 200 for status, _ in before[len(addresses):])
    for author in (ann, ben, cleo):
        await publish(author, "hidden #openthing #opensecret secretword", audience=Audience.FOLLOWERS)
        await publish(author, "an answer #openthing secretword", audience=Audience.FOLLOWERS, reply_to=shown.id)
        await tell(author, "@cann @cben secretword #openthing")
        await tell(author, "@cann an answer aside, secretword", reply_to=shown.id)
    await publish(ben, "below what is hidden", reply_to=closed.id)
    await publish(cleo, "what is public for others is not for who is protected #openthing secretword")
    await drain()
    assert await look() == before
