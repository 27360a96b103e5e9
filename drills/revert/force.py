"""Pushed through by force: what an operator or an older program could do to the database itself."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import asyncpg

from drills.revert.town import Town
from petrel.ops.drills import Site
from petrel.ops.drills.site import environment
from petrel.storage.postgres import Storage

LOWER = (
    "insert into law.policy (version, reason) values (1, 'back')", "update law.policy set version = 1",
    "delete from law.policy where version > 1", "truncate law.policy",
    "set session_replication_role = replica; delete from law.policy where version > 1",
)
OPEN = (
    "update accounts.account set is_protected = false where id = {account}",
    "begin; select set_config('petrel.widening', '{account}', true); "
    "update accounts.account set is_protected = false where id = {account}; commit",
    "update posts.post set audience = 0 where id = {private}",
    "update posts.post set flags = flags & ~65536 where id = {post}",
)
FUNCTIONS = """
select md5(string_agg(p.oid::regprocedure::text || p.prosrc, '' order by p.oid::regprocedure::text))
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname in ('law', 'posts', 'accounts', 'messages', 'relationships')
"""
RATCHET_OFF = """
drop trigger refuse_older on petrel_migrations.done;
drop trigger refuse_older on journal.entry;
drop trigger only_forward on law.policy;
delete from law.policy where version > 1;
"""


async def push(site: Site, town: Town, unasked: Path) -> tuple[int, list[str]]:
    """Tries it all on the running site: (how many ways were tried, those that went through).

    `unasked`: root of an older build that migrates without asking.
    """
    post = next(iter(town.shy))
    private = next(p for p, written in town.shy.items() if written.audience == "private")
    names = {"account": town.shy[post].author.id, "post": post, "private": private}
    through = []
    for role, statements in (("petrel_admin", LOWER), ("petrel_writer", LOWER), ("petrel_writer", OPEN),
                             ("petrel_admin", OPEN)):
        for statement in statements:
            if await _goes_through(site, role, statement.format_map(names)):
                through.append(f"{role}: {statement}")
    before = await functions(site)
    code, said = await _migrate(site, unasked)
    if code == 0 or await functions(site) != before:
        through.append(f"an older program migrated: {said[-200:]}")
    return 2 * len(LOWER) + 2 * len(OPEN) + 1, through


async def _goes_through(site: Site, role: str, statement: str) -> bool:
    """As a session of the older build: it says that it knows policy 1."""
    args = Storage(site.data).connect_args("main", role)
    connection = await asyncpg.connect(**{**args, "server_settings": {"petrel.policy": "1"}})
    try:
        await connection.execute(statement)
    except asyncpg.PostgresError:
        return False
    finally:
        await connection.close()
    return True


async def functions(site: Site) -> Any:
    """A digest of the functions that decide."""
    async with site.database() as owner:
        return await owner.fetchval(FUNCTIONS)


async def _migrate(site: Site, root: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "petrel", "migrate", "--data", str(site.data), cwd=root, env=environment(root=root),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode(errors="replace")
