"""The leaks that the drill message-leak plants: each can be planted into today's database, and taken back whole."""

from typing import Any

import asyncpg
import pytest

from drills.leak import mutable, mutants
from petrel.ops.stranger.shapes import Decoys
from tests.ops.stranger.test_stranger import at_work

pytestmark = pytest.mark.usefixtures("site")

PICTURE = """
select md5(string_agg(t, '|' order by t)) from (
  select pg_get_functiondef(p.oid) || p.proowner::regrole || p.proacl::text as t from pg_proc p
   where p.prokind = 'f' and p.pronamespace::regnamespace::text = any (array['law', 'posts', 'messages', 'accounts',
         'relationships', 'lists', 'notifications', 'search', 'ops', 'collections'])
  union all select c.oid::regclass::text || c.relrowsecurity || c.relforcerowsecurity || coalesce(c.relacl::text, '')
    from pg_class c where c.relnamespace::regnamespace::text in ('posts', 'messages', 'accounts')
  union all select attrelid::regclass::text || attname || attacl::text from pg_attribute where attacl is not null
  union all select polname from pg_policy
  union all select member::regrole::text || roleid::regrole from pg_auth_members
  union all select name || md5(codes) from law.surface
  union all select id::text || audience || replies || boosts from posts.post
  union all select id::text || is_protected || hides_network from accounts.account) everything
"""


async def test_each_can_be_planted_and_taken_back(addresses: Any) -> None:
    async with at_work() as one:
        assert await one.cycle() is None
        decoys: Decoys | None = one._found
        assert decoys is not None
    owner = await asyncpg.connect(**addresses.main["owner"])
    try:
        for mutant in mutants.IN_THE_DATABASE:
            before = await owner.fetchval(PICTURE)
            assert mutant.plant is not None
            undo = await mutant.plant(owner, decoys)
            if "search" not in mutant.name:             # of what is indexed nothing stands in the picture
                assert await owner.fetchval(PICTURE) != before, f"nothing changed: {mutant.name}"
            await undo()
            assert await owner.fetchval(PICTURE) == before, f"not taken back: {mutant.name}"
    finally:
        await owner.close()


def test_there_are_enough_and_each_patch_of_the_program_is_there() -> None:
    planted = [*mutants.IN_THE_DATABASE, *mutants.IN_THE_PROGRAM]
    assert len(planted) >= 40 and len({mutant.name for mutant in planted}) == len(planted)
    assert {mutant.program for mutant in planted} - {""} == mutable.PATCHES.keys()
