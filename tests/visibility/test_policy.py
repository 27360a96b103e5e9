"""The policy only moves forward; an outdated program reads what is public and widens nothing; surfaces close."""

from collections.abc import Iterator

import asyncpg
import pytest

from petrel.core import doors, policy
from petrel.core.doors import reading, writing
from petrel.core.errors import PetrelError, Unavailable
from petrel.core.viewer import Anonymous, System
from petrel.features import posts
from petrel.features.posts import Audience, Surface
from petrel.storage.pools import Addresses
from tests.conftest import loop
from tests.people import follow, open_up, people, publish, tell


async def connected(args: dict, number: str | None = None) -> asyncpg.Connection:
    """A session of a program that knows policy `number`; None: of the time before programs said one."""
    settings = {k: v for k, v in args["server_settings"].items() if k != "petrel.policy"}
    if number is not None:
        settings["petrel.policy"] = number
    return await asyncpg.connect(**{**args, "server_settings": settings})


@pytest.fixture(params=["owner", "writer", "system", "reader"])
def role(addresses: Addresses, request: pytest.FixtureRequest) -> Iterator[asyncpg.Connection]:
    connection = loop().run_until_complete(asyncpg.connect(**addresses.main[request.param]))
    yield connection
    loop().run_until_complete(connection.close())


@pytest.mark.parametrize("statement", [
    "update law.policy set version = 1", "delete from law.policy", "truncate law.policy",
    "insert into law.policy (version, reason) values (2, 'again')",
    "insert into law.policy (version, reason) values (0, 'back')",
    "insert into law.policy (version, reason) values (1, 'back') on conflict (version) do nothing",
    "insert into law.policy (version, reason) values (7, 'on'), (6, 'and back')",
    "set session_replication_role = replica; delete from law.policy",
])
async def test_no_role_lowers_the_policy(role, statement):
    with pytest.raises(asyncpg.PostgresError):
        await role.execute(statement)
    assert await role.fetchval("select max(version) from law.policy") == policy.POLICY
    assert await role.fetchval("select count(*) from law.policy") == 2


async def test_every_connection_of_the_program_says_which_policy_it_knows(addresses):
    for logins in (addresses.main, addresses.keyring):
        for args in logins.values():
            connection = await asyncpg.connect(**args)
            said = await connection.fetchrow("select current_setting('petrel.policy'), "
                                             "current_setting('application_name')")
            await connection.close()
            assert said[0] == str(policy.POLICY) and f"policy={policy.POLICY}" in said[1]


@pytest.mark.parametrize("number", ["1", None])
async def test_a_session_of_an_older_program_is_nobody_in_particular(site, addresses, number):
    name = number or "none"
    ada, bob = await people(f"old_a{name}", f"old_b{name}")
    reader = await connected(addresses.main["reader"], number)
    try:
        row = await reader.fetchrow("select * from law.viewer($1)", bob.digest)
        assert (row["kind"], row["scopes"], row["role"], row["account"]) == ("outdated", [], "member", bob.account)
        assert (await reader.fetchrow("select * from law.viewer($1)", bytes(32)))["kind"] is None
    finally:
        await reader.close()
    assert ada


WIDENINGS = [
    ("update accounts.account set is_protected = false where id = $1", "protected"),
    ("update accounts.account set state = 0 where id = $1", "protected"),
    ("update posts.post set audience = 1 where id = $1", "followers"),
    ("update posts.post set audience = 0, flags = flags where id = $1", "followers"),
    ("update posts.post set flags = flags & ~65536 where id = $1", "written"),
    ("update posts.post set flags = flags & ~64 where id = $1", "removed"),
    ("update posts.post set flags = 0 where id = $1", "deleted"),
]


@pytest.fixture(scope="module")
def things(site: doors.Doors) -> dict[str, int]:
    """Something of each kind that could be opened."""
    async def make() -> dict[str, int]:
        [pro], [ada] = await people("wid_pro", protected=True), await people("wid_ada")
        writer = site.pools["writer"]
        made = {"protected": pro.account, "written": (await publish(pro, "while protected")).id}
        for name, flag in (("followers", 0), ("removed", 64), ("deleted", 512)):
            made[name] = (await publish(ada, name, audience=Audience.FOLLOWERS)).id
            await writer.execute("update posts.post set flags = flags | $2 where id = $1", made[name], flag)
        await writer.execute("update accounts.account set state = 128 where id = $1", pro.account)
        return made
    return loop().run_until_complete(make())


@pytest.mark.parametrize(("statement", "what"), WIDENINGS)
async def test_nothing_widens_by_the_way(site, addresses, things, statement, what):
    subject = things[what]
    for role in ("writer", "owner"):
        connection = await asyncpg.connect(**addresses.main[role])
        with pytest.raises(asyncpg.PostgresError, match="would become visible to more people"):
            await connection.execute(statement.replace("$1", str(subject)))
        with pytest.raises(asyncpg.PostgresError, match="would become visible"):        # another one was meant
            await connection.execute(f"begin; select set_config('petrel.widening', '{subject + 1}', true); "
                                     + statement.replace("$1", str(subject)))
        await connection.close()
    older = await connected(addresses.main["writer"], "1")
    with pytest.raises(asyncpg.PostgresError, match="older than the site's privacy policy"):
        await older.execute(f"begin; select set_config('petrel.widening', '{subject}', true); "
                            + statement.replace("$1", str(subject)))
    await older.close()
    with pytest.raises(PetrelError):
        async with writing(System("t"), cause="t") as w:
            await policy.widens(w, subject)
            assert await w.execute(statement, subject) == 1
            raise PetrelError("enough seen")
    with pytest.raises(PetrelError):                # what was said ends with its transaction
        async with writing(System("t"), cause="t") as w:
            await w.execute(statement, subject)


async def test_what_an_older_program_writes_does_not_stay(site, addresses):
    [ada] = await people("old_writes")
    older = await connected(addresses.main["writer"], "1")
    try:
        for sql in ("select * from posts.writers(array[$1]::bytea[])", "select posts.rewrite($1, 1, '', 0, '', '{}')",
                    "select messages.send($1, 1, 1, null, null, '{}', 0, '', null, '')",
                    f"select relationships.hold({ada.account}, $1, {ada.account + 1}, true)"):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await older.fetch(sql, ada.digest)
            assert refused.value.sqlstate == "PT503"
            assert isinstance(doors.meaning_of(refused.value), Unavailable)
        with pytest.raises(asyncpg.PostgresError, match="older than"):
            await older.execute("insert into journal.entry (cell, id, epoch, kind, subject, cause, digest) "
                                "values (1, 1, 1, 'a.b.c', 1, 't', 'x')")
    finally:
        await older.close()


async def test_a_closed_surface_answers_that_it_is_closed_and_others_go_on(site):
    ada, bob = await people("shut_a", "shut_b")
    post, note = await publish(ada, "hello"), await tell(ada, "@shut_b hello")
    system = site.pools["system"]
    for surface in (Surface.API, Surface.HOME):
        assert await system.fetchval("select law.close_surface('t', $1, 'a test')", surface) is True
        assert await system.fetchval("select law.close_surface('t', $1, 'a test')", surface) is False
    try:
        for viewer, number in ((bob, post.id), (bob, note.id), (Anonymous(), post.id)):
            async with reading(viewer) as r:
                with pytest.raises(Unavailable):
                    await posts.shown(r, Surface.API, [number])
                assert len(await posts.shown(r, Surface.THRD, [number])) == 1
        async with reading(bob) as r:
            for surface in (Surface.HOME, Surface.LIST):
                with pytest.raises(Unavailable):
                    await posts.shown(r, surface, [post.id])
        for sql in ("select * from law.judge(array[$1]::bytea[], array[$2::bigint])",
                    "select * from messages.judge(array[$1]::bytea[], array[$2::bigint])",
                    "select * from messages.entries($1, 1::smallint, array[$2::bigint], '{0}')"):
            with pytest.raises(asyncpg.PostgresError) as closed:
                await site.pools["writer"].fetch(sql, bob.digest, note.id)
            assert closed.value.sqlstate == "PT503"
    finally:
        for surface in (Surface.API, Surface.HOME):
            assert await system.fetchval("select law.open_surface('t', $1, 'tested')", surface) is True
    async with reading(bob) as r:
        assert len(await posts.shown(r, Surface.API, [note.id])) == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await site.pools["reader"].fetchval("select law.close_surface('t', 1::smallint, 'a stranger')")


async def test_its_owner_opens_an_account_on_purpose(site):
    [pro], [eve] = await people("purpose", protected=True), await people("purpose_eve")
    await follow(eve, pro)
    await open_up(pro)
    async with reading(eve) as r:
        card = await r.row("select * from accounts.cards($1, array[$2::bigint], $3)", r.digest, pro.account, [0])
    assert (card["is_protected"], card["shell"]) == (False, 2)
