"""The second wall around direct messages: row policies that hold even where a function forgets its own condition."""

from contextlib import asynccontextmanager

import asyncpg
import pytest

from petrel.core.doors import reading
from tests.people import people, publish, tell

TABLES = ("messages.message", "messages.inbox")


@asynccontextmanager
async def acting(addresses, login, account=None):
    """A connection that signs in as this part of Petrel, or becomes the one role that may read messages; with the
    setting that the policies look at. Nothing of it stays."""
    is_messages = login == "messages"
    connection = await asyncpg.connect(**addresses.main["owner" if is_messages else login])
    try:
        transaction = connection.transaction()
        await transaction.start()
        try:
            if is_messages:
                await connection.execute("set local role petrel_messages")
            else:
                await connection.execute("set transaction read write")
            if account is not None:
                await connection.execute("select set_config('petrel.account', $1, true)", str(account))
            yield connection
        finally:
            await transaction.rollback()
    finally:
        await connection.close()


async def talk():
    """Two conversations: ann with ben, cat with dan. The members, and the ids of the messages."""
    talk.count += 1
    ann, ben, cat, dan = await people(*(f"{who}{talk.count}" for who in ("ann", "ben", "cat", "dan")))
    first = (await tell(ann, f"@ben{talk.count} only for ben")).id
    second = (await tell(cat, f"@dan{talk.count} only for dan")).id
    return (ann, ben, cat, dan), first, second


talk.count = 0


async def test_with_an_account_set_the_tables_show_only_what_is_that_account_s(site, addresses):
    (ann, ben, cat, dan), first, second = await talk()
    for member, seen in ((ann, first), (ben, first), (cat, second), (dan, second)):
        async with acting(addresses, "messages", member.account) as c:
            assert [row["id"] for row in await c.fetch("select * from messages.message")] == [seen]
            boxes = await c.fetch("select * from messages.inbox")
            assert [(row["account"], row["last_message"]) for row in boxes] == [(member.account, seen)]


async def test_without_an_account_there_is_nothing(site, addresses):
    await talk()
    async with acting(addresses, "messages") as c:
        for table in TABLES:
            assert await c.fetch(f"select * from {table}") == []
    async with acting(addresses, "messages", "") as c:
        for table in TABLES:
            assert await c.fetch(f"select * from {table}") == []


@pytest.mark.parametrize("role", ["reader", "writer", "system"])
@pytest.mark.parametrize("table", TABLES)
async def test_no_other_role_has_any_right(site, addresses, role, table):
    (ann, *_), _, _ = await talk()
    for statement in (f"select 1 from {table}", f"select count(*) from {table}", f"delete from {table}",
                      f"update {table} set cell = cell", f"insert into {table} default values"):
        async with acting(addresses, role, ann.account) as c:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await c.execute(statement)


@pytest.mark.parametrize("role", ["reader", "writer", "system"])
async def test_no_other_role_can_become_the_one_that_may(site, addresses, role):
    login = await asyncpg.connect(**addresses.main[role])
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await login.execute("set role petrel_messages")
    finally:
        await login.close()


async def test_a_function_that_forgets_its_condition_still_shows_only_the_viewer_s(site, addresses):
    """Sabotage: variants of our functions that select without any condition, entered as ours are."""
    (ann, ben, cat, dan), first, second = await talk()
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        for member, seen in ((ann, first), (ben, first), (cat, second), (dan, second)):
            changes = connection.transaction()
            await changes.start()
            await connection.execute("""
                create function messages.forgetful(p_digest bytea)
                returns table (id bigint, account bigint, place bigint) language plpgsql stable security definer as $$
                begin
                  perform messages.enter(p_digest, array['read']);
                  return query select m.id, i.account, i.last_message from messages.message m, messages.inbox i;
                end $$;
                alter function messages.forgetful owner to petrel_messages;
                set local role petrel_messages""")
            rows = await connection.fetch("select * from messages.forgetful($1)", member.digest)
            await changes.rollback()
            assert [tuple(row) for row in rows] == [(seen, member.account, seen)]
    finally:
        await connection.close()


async def test_without_the_policy_the_forgetful_function_would_leak(site, addresses):
    """The test before this one can fail: it is the policy that hides, not the way the data happens to lie."""
    (ann, *_), _, _ = await talk()
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        changes = connection.transaction()
        await changes.start()
        await connection.execute("alter table messages.message disable row level security; "
                                 "alter table messages.message no force row level security")
        await connection.execute("set local role petrel_messages")
        await connection.execute("select set_config('petrel.account', $1, true)", str(ann.account))
        leaked = await connection.fetch("select * from messages.message")
        await changes.rollback()
        assert len(leaked) > 1
    finally:
        await connection.close()


async def test_naming_somebody_else_s_account_in_the_session_changes_nothing(site, addresses):
    """The web's role may set what it likes: the functions say themselves who has entered."""
    (ann, _, cat, _), first, second = await talk()
    connection = await asyncpg.connect(**addresses.main["reader"])
    try:
        async with connection.transaction():
            await connection.execute("select set_config('petrel.account', $1, false), "
                                     "set_config('petrel.delivering', 'yes', false)", str(cat.account))
            rows = await connection.fetch("select last_message from messages.mailbox($1, 40, null, null, null, null)",
                                          ann.digest)
            assert [row[0] for row in rows] == [first]
            rows = await connection.fetch("select id from messages.entries($1, 1::smallint, $2::bigint[], '{}')",
                                          ann.digest, [first, second])
            assert [row[0] for row in rows] == [first]
            assert await connection.fetch("select * from messages.mailbox('', 40, null, null, null, null)") == []
    finally:
        await connection.close()


async def test_one_viewer_s_visit_leaves_nothing_for_the_next(site):
    (ann, *_), first, _ = await talk()
    async with reading(ann) as r:
        await r.fetch("select * from messages.mailbox($1, 40, null, null, null, null)", r.digest)
        assert await r.value("select coalesce(current_setting('petrel.account', true), '')") == ""
    assert first


async def test_messages_are_no_posts(site):
    """Nothing of a message stands in the tables that timelines and search read."""
    from petrel.core.viewer import System

    (_, *_), first, _ = await talk()
    open_post = (await publish((await people(f"eve{talk.count}"))[0], "an ordinary one")).id
    async with reading(System("test")) as r:
        assert await r.value("select count(*) from posts.post where id = $1", first) == 0
        assert await r.value("select count(*) from posts.post where id = $1", open_post) == 1
