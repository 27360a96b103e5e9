"""Lays out the kept old site as it stood: two databases, and the rest of its directory."""

import json
import tarfile
from pathlib import Path
from typing import Any

import asyncpg

from petrel.storage import migrate
from petrel.storage.pools import Addresses
from tests.conftest import Server

# Of pg_dump for psql, and of newer servers than some that this is laid out on.
NOT_FOR_ALL = ("\\restrict", "\\unrestrict", "SET transaction_timeout")
# Whoever is no superuser may give a function away only to who may make functions there.
FIRST = ("ALTER SCHEMA messages OWNER TO petrel_owner;", "GRANT USAGE, CREATE ON SCHEMA messages TO petrel_messages;")
# The journal says in which transaction an entry was written, and a new server begins to count anew.
COUNT_ON = """
do $$ begin
  while pg_snapshot_xmax(pg_current_snapshot())::text::bigint < {} loop perform pg_current_xact_id(); commit; end loop;
end $$
"""
# A dump gives functions other numbers, and 0.1.0 knew those of its migrations by number.
NUMBERS = """
with known as (select unnest($1::text[])::regprocedure::oid as oid union all
               select unnest($2::text[])::regtype::oid),
     gone as (delete from petrel_migrations.kept)
insert into petrel_migrations.kept select oid from known where oid not in (select oid from petrel_migrations.kept)
"""


def unpack(archive: Path, folder: Path) -> dict[str, Any]:
    """Into `folder`; returns what people saw."""
    with tarfile.open(archive) as files:
        files.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    expected: dict[str, Any] = json.loads((folder / "expected.json").read_text())
    return expected


async def lay_out(server: Server, name: str, folder: Path) -> Addresses:
    """Both databases, named after `name`, as the old release left them."""
    addresses = await server.copy(name, None)
    for cluster, logins in (("main", addresses.main), ("keyring", addresses.keyring)):
        facts = json.loads((folder / f"{cluster}.json").read_text())
        text = "\n".join(line for line in (folder / f"{cluster}.sql").read_text().split("\n")
                         if not line.startswith(NOT_FOR_ALL))
        connection = await asyncpg.connect(**logins["owner"])
        try:
            await connection.execute("set synchronous_commit = off")
            await connection.execute((migrate.STORAGE / "roles.sql").read_text())
            await connection.execute(text.replace(FIRST[0], "\n".join(FIRST)))
            await connection.execute("reset all; set synchronous_commit = off")
            await connection.execute("delete from petrel_migrations.kept")
            await connection.execute(NUMBERS, facts["kept"], facts["kept_types"])
            await connection.execute(COUNT_ON.format(facts["xid"]))
        finally:
            await connection.close()
    return addresses
