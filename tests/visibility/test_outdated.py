"""A program older than the policy in force: everything it can ask yields what is public, and it changes nothing.

The policy of this module's database is raised beyond what this program knows, so this program is the old one.
"""

import itertools
from collections.abc import Iterator
from types import SimpleNamespace

import asyncpg
import pytest

from petrel import app
from petrel.api import statuses, timelines  # noqa: F401 (their routes)
from petrel.core import doors, seal
from petrel.core.doors import writing
from petrel.core.errors import Unavailable
from petrel.core.policy import OLDER, POLICY
from petrel.features import lists, relationships
from petrel.features.posts import Audience, Mark
from petrel.ops import policy
from petrel.ops.doctor.policy import check_policy
from petrel.ops.policy import jobs
from petrel.storage import migrate
from petrel.storage.pools import Addresses
from tests.api.plain import Client
from tests.conftest import loop
from tests.people import follow, mark, people, publish, signed_in, tell

BEYOND = POLICY + 1


@pytest.fixture(scope="module")
def town(site: doors.Doors) -> Iterator[SimpleNamespace]:
    """Bob may see everything of ann and of pro, who is protected; then the policy is raised."""
    async def build() -> SimpleNamespace:
        (bob, token), (eve, _) = await signed_in("bob", "eve")
        [ann], [pro] = await people("ann"), await people("pro", protected=True)
        await follow(bob, ann)
        async with writing(bob, cause="t") as w:
            await relationships.follow(w, pro.account)
        async with writing(pro, cause="t") as w:
            await relationships.accept(w, bob.account)
        for blocker, other in ((eve, bob),):
            async with writing(blocker, cause="t") as w:
                await relationships.block(w, other.account)
        made = SimpleNamespace(bob=bob, eve=eve, ann=ann, pro=pro, token=token, addresses=site)
        made.open = await publish(ann, "in the open")
        made.followers = await publish(ann, "for followers", audience=Audience.FOLLOWERS)
        made.protected = await publish(pro, "behind the door")
        made.own = await publish(bob, "my own, for followers", audience=Audience.FOLLOWERS)
        made.message = await tell(ann, "@bob between us")
        made.of_eve = await publish(eve, "of somebody who blocks")
        for post in (made.open, made.followers):
            await mark(bob, post.id, Mark.BOOKMARK)
        async with writing(bob, cause="t") as w:
            made.list = (await lists.create(w, "secret circle")).id
            await lists.add(w, made.list, [ann.account])
        await site.pools["writer"].execute("select law.raise_policy('t', $1, 'a test')", BEYOND)
        return made
    yield loop().run_until_complete(build())


async def test_every_function_the_web_may_call_yields_what_is_public(site, addresses, town):
    hidden = await _hidden(addresses, town)
    asked, rows_seen, answered = 0, 0, set()
    reader = site.pools["reader"]
    functions = await reader.fetch(FUNCTIONS)
    for function in functions:
        for args in _arguments(function["types"], function["names"], town):
            marks = ", ".join(f"${n}::{kind}" for n, kind in enumerate(function["types"], 1))
            try:
                found = await reader.fetch(f"select * from {function['name']}({marks})", *args)
            except asyncpg.PostgresError:
                continue                                    # an error is no answer
            asked, rows_seen = asked + 1, rows_seen + len(found)
            answered.add(function["name"])
            said = repr([tuple(row) for row in found])
            for what, trace in hidden.items():
                if what == "number" and function["name"] in PROPOSING:
                    continue
                for one in trace:
                    assert one not in said, f"{function['name']}{args}: {what}"
    print(f"{asked} calls, {rows_seen} rows")
    assert asked > 300 and rows_seen > 50
    # Their own refusal, by PT503, is all that these give.
    assert {function["name"] for function in functions} - answered == {"posts.writers"}


# They propose numbers, and whoever shows one asks law.page for it.
PROPOSING = {"posts.public", "timelines.own_candidates", "search.tagged", "search.tags", "search.posts"}

FUNCTIONS = """
select n.nspname || '.' || p.proname as name, p.proargnames[1:p.pronargs] as names,
       array(select format_type(t.oid, null) from unnest(p.proargtypes) with ordinality a(oid, ord)
               join pg_type t on t.oid = a.oid order by a.ord) as types
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname = any ('{law,accounts,relationships,posts,lists,notifications,timelines,search,messages,deletions,
                          privacy,archives,access,ops,journal}')
   and has_function_privilege('petrel_reader', p.oid, 'execute') and p.proargnames[1] in ('p_digest', 'p_digests')
 order by 1
"""


def _arguments(types, names, town):
    """What somebody who is curious would try: every number there is, and each surface."""
    numbers = [getattr(town, n).id for n in ("open", "followers", "protected", "own", "message", "of_eve")]
    accounts = [getattr(town, n).account for n in ("ann", "pro", "bob", "eve")]
    ids = [*numbers, *accounts, town.list]

    def some(kind, name):
        if name == "p_digest":
            return [town.bob.digest]
        if name == "p_digests":
            return [[town.bob.digest] * len(ids) if "judge" in str(names) else [town.bob.digest]]
        if name == "p_whose":
            return [[1] * len(ids)]
        if name == "p_surface":
            return [0, 1, 2, 3, 5, 6, 7, 8, 13, 15]
        return {"bigint[]": [ids], "integer[]": [[0] * len(ids)], "smallint[]": [[1, 2, 3, 4, 5, 6]],
                "text[]": [["bob", "pro"]], "bytea[]": [[town.bob.digest]], "bytea": [town.bob.digest],
                "bigint": [None] if name in ("p_max", "p_min", "p_since") else ids,
                "integer": [1, 2, 8, 100], "smallint": [1], "boolean": [True, False],
                "text": ["requests", "following", "followers"], "timestamp with time zone": [None],
                "interval": [None]}[kind]

    choices = [some(kind, name) for kind, name in zip(types, names, strict=True)]
    return list(itertools.islice(itertools.product(*choices), 200))


async def _hidden(addresses: Addresses, town) -> dict[str, list[str]]:
    """What must not come out: ciphertext, and the numbers of what is nobody's business."""
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        posts = [town.followers.id, town.protected.id, town.own.id]
        sealed = [row[0] for row in await connection.fetch(
            "select sealed from posts.content where id = any($1::bigint[])", posts)]
        sealed += [row[0] for row in await connection.fetch("select sealed_title from lists.list")]
        sealed += [row[0] for row in await connection.fetch(
            "select sealed_email from accounts.credential where sealed_email is not null")]
        await connection.execute("select set_config('petrel.account', $1, false)", str(town.ann.account))
        sealed += [row[0] for row in await connection.fetch("select sealed from messages.message")]
        assert len(sealed) == 5
        marks = [str(row[0]) for row in await connection.fetch("select bookmark_id from posts.mark")]
        told = [str(row[0]) for row in await connection.fetch("select id from notifications.notification")]
        numbers = [str(p) for p in (town.protected.id, town.followers.id, town.message.id)]
        return {"ciphertext": [repr(one) for one in sealed], "bookmark": marks, "notification": told,
                "list": [], "number": numbers}
    finally:
        await connection.close()


async def test_members_read_public_timelines_and_are_told_to_wait_with_the_rest(town):
    api = Client()
    for token in (None, town.token):
        answer = await api("GET", "/api/v1/timelines/public", token=token)
        assert answer.status == 200
        ids = {one["id"] for one in answer.json}
        assert str(town.open.id) in ids and str(town.protected.id) not in ids and str(town.followers.id) not in ids
        assert (str(town.of_eve.id) in ids) is (token is None)         # who blocks stays hidden
        assert (await api("GET", f"/api/v1/statuses/{town.open.id}", token=token)).status == 200
        for post in (town.protected, town.followers, town.own, town.message):
            assert (await api("GET", f"/api/v1/statuses/{post.id}", token=token)).status == 404
    for method, path in (("GET", "/api/v1/timelines/home"), ("POST", "/api/v1/statuses"),
                         ("POST", f"/api/v1/statuses/{town.open.id}/favourite"),
                         ("DELETE", f"/api/v1/statuses/{town.own.id}")):
        answer = await api(method, path, token=town.token, json={"status": "x"} if method == "POST" else None)
        assert (answer.status, answer.json["error"]) == (503, OLDER)
        assert "retry-after" in answer.headers


async def test_nothing_it_writes_stays(site, town):
    with pytest.raises(Unavailable):
        await publish(town.ann, "from the past")
    with pytest.raises(Unavailable):
        await follow(town.eve, town.ann)
    with pytest.raises(Unavailable):
        async with writing(doors.System("old"), cause="t") as w:
            await w.execute("update accounts.account set is_bot = true where id = $1", town.ann.account)
            w.record("accounts.account.changed", town.ann.account)
    assert not await site.pools["writer"].fetchval("select is_bot from accounts.account where id = $1",
                                                   town.ann.account)


async def test_it_migrates_nothing_whether_it_asks_first_or_not(addresses, town, monkeypatch, tmp_path):
    with pytest.raises(migrate.OlderProgram, match=f"number {BEYOND}.*knows {POLICY}"):
        await app.migrate_site(addresses)
    monkeypatch.setattr(app, "POLICY", BEYOND)                          # too old to ask
    (tmp_path / "functions.sql").write_text("select 1;  -- an older law")
    monkeypatch.setattr(app, "function_files", lambda: [tmp_path / "functions.sql"])
    with pytest.raises(asyncpg.PostgresError, match="older than the site's privacy policy"):
        await app.migrate_site(addresses)
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        assert await connection.fetchval("select to_regprocedure('law.pages(bytea[],integer[],smallint[],bigint[],"
                                         "bigint[],bigint[],bigint[])')") is not None
    finally:
        await connection.close()


async def test_it_is_told_of_from_both_sides_and_once(site, addresses, town):
    jobs._told.clear()
    before = await said(site)
    assert "outdated programs are connected: 1" in str(await jobs.watch())
    assert await said(site) == before + 1
    await jobs.watch()
    assert await said(site) == before + 1
    await policy.say_outdated("abc", POLICY, BEYOND)                    # what it does itself, when it starts
    assert await said(site) == before + 2


async def said(site) -> int:
    return int(await site.pools["writer"].fetchval(
        "select count(*) from journal.entry where kind = 'ops.policy.outdated' and refs = $1", [POLICY, BEYOND]))


async def test_the_doctor_says_so_with_the_cure(addresses, town):
    [check] = await check_policy(SimpleNamespace(urls={"main": "given"}, data=None,
                                                 connect_args=lambda _cluster: addresses.main["owner"]))
    assert not check.ok and f"number {BEYOND} is in force, this program knows {POLICY}" in check.found
    assert "release that knows the policy" in check.cure


async def test_it_still_has_the_keys_of_what_is_public(town):
    assert town.open.id in await seal.keys([town.open.id])


async def test_of_a_protected_account_its_followers_get_the_first_line(site, town):
    reader = site.pools["reader"]
    cards = {row["id"]: row["shell"] for row in await reader.fetch(
        "select * from accounts.cards($1, $2, '{}')", town.bob.digest, [town.pro.account, town.ann.account])}
    assert cards == {town.pro.account: 1, town.ann.account: 2}
