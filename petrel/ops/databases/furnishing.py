"""What Petrel needs inside a server: its login, its database, its rights. Runs as a superuser, as often as one likes.

The login is no superuser: it owns its database, makes the roles of Petrel's parts, copies for backups, sees every row
when databases move (row policies would hide messages), and renews the log of the keyring after keys were destroyed.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg

from petrel.ops.databases.shapes import LOGIN, Finding, Unfit
from petrel.ops.databases.tuning import judge, wishes
from petrel.storage.postgres import DATABASES, OLDEST, ClusterName, Machine, scram_verifier

ABOUT = """
select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
       pg_is_in_recovery() as standby, (select rolsuper from pg_roles where rolname = current_user) as superuser,
       (select system_identifier from pg_control_system()) as identifier
"""
DATABASE = "select pg_encoding_to_char(encoding) as encoding from pg_database where datname = $1"
LOCALES = ("C.UTF-8", "C.utf8", "C")
SETTLE_S = 10.0


async def check_server(admin: Any, cluster: ClusterName) -> int:
    """The server's identifier. Errors: Unfit."""
    row = await admin.fetchrow(ABOUT)
    if row["number"] < OLDEST * 10_000:
        raise Unfit(f"The server for {cluster} is Postgres {row['version']}; Petrel needs {OLDEST} or newer.",
                    "Install a newer one beside it and prepare that: Debian 12 has 15.")
    if row["standby"]:
        raise Unfit(f"The server for {cluster} is a read-only standby.", "Name the primary server.")
    if not row["superuser"]:
        raise Unfit(f"The login for {cluster} is no superuser, and the first set-up needs one.",
                    "Name a superuser; Petrel keeps its address nowhere, and makes a login of its own.")
    return int(row["identifier"])


async def has_password(admin: Any) -> bool:
    """Whether our login was given one before."""
    return bool(await admin.fetchval("select rolpassword is not null from pg_authid where rolname = $1", LOGIN))


async def furnish(admin: Any, cluster: ClusterName, password: str,
                  inside: Callable[[str], Any]) -> None:
    """`admin`: a superuser's connection to any database there; `inside(database)`: makes one to that database. An empty
    password leaves the one of before.

    Errors: Unfit; asyncpg's.
    """
    database = DATABASES[cluster]
    known_by = f" password '{scram_verifier(password)}'" if password else ""
    if not await admin.fetchval("select true from pg_roles where rolname = $1", LOGIN):
        await admin.execute(f"create role {LOGIN}")
    await admin.execute(f"alter role {LOGIN} login createrole createdb replication bypassrls nosuperuser{known_by}")
    await admin.execute(f"grant pg_checkpoint, pg_read_all_settings to {LOGIN}")
    await admin.execute(f"grant pg_read_all_stats to {LOGIN} with admin option")
    await _database(admin, database)
    own = await inside(database)
    try:
        if not await own.fetchval("select true from pg_language where lanname = 'plpgsql'"):
            raise Unfit(f"Database {database} lacks the extension plpgsql, which every Postgres brings.",
                        "In that database, as a superuser: create extension plpgsql; then run this again.")
        await own.execute(f"revoke all on database {database} from public; alter database {database} owner to {LOGIN}; "
                          "revoke create on schema public from public; "
                          f"grant execute on function pg_catalog.pg_switch_wal() to {LOGIN}; "
                          # The archive of the log reads it by SQL.
                          f"grant execute on function pg_catalog.pg_read_binary_file(text, bigint, bigint) to {LOGIN}")
    finally:
        await own.close()


async def _database(admin: Any, database: str) -> None:
    row = await admin.fetchrow(DATABASE, database)
    if row is None:
        for locale in LOCALES:
            try:
                await admin.execute(f"create database {database} encoding 'UTF8' template template0 "
                                    f"lc_collate '{locale}' lc_ctype '{locale}'")
                return
            except (asyncpg.WrongObjectTypeError, asyncpg.InvalidParameterValueError) as problem:
                if locale == LOCALES[-1]:
                    raise Unfit(f"Database {database} cannot be made: {problem}", "Make it by hand.") from problem
    elif row["encoding"] != "UTF8":
        raise Unfit(f"Database {database} has the encoding {row['encoding']}; Petrel needs UTF8.",
                    f"If nothing in it is needed: drop database {database}; and run this again. Otherwise rename it.")


async def tune(admin: Any, cluster: ClusterName, machine: Machine | None) -> list[Finding]:
    """Sets in a running server what can be set there, and returns what stays wrong or waits for a restart.

    `machine`: None for one that runs elsewhere; its sizes are left alone.
    """
    settable = {one.name: one.value for one in wishes(cluster, machine or Machine(2, 1024))
                if one.rule != "not" and one.name != "data_checksums"}
    await _reload(admin)                        # what somebody wrote and the server has not read yet counts too
    for finding in await judge(admin, cluster, machine):
        if finding.name in settable:
            await admin.execute(f"alter system set {finding.name} = '{settable[finding.name]}'")
    await _reload(admin)
    return await judge(admin, cluster, machine)


async def _reload(admin: Any) -> None:
    """Returns when what this connection sees is what the files say now."""
    before = await admin.fetchval("select pg_conf_load_time()")
    await admin.fetch("select pg_reload_conf()")
    async with asyncio.timeout(SETTLE_S):
        while await admin.fetchval("select pg_conf_load_time()") == before:  # noqa: ASYNC110 (the server tells nobody)
            await asyncio.sleep(0.02)
