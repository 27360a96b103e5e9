"""The keyring's tables behind the words of `core.seal.KeyStore`. Whatever is asked may be asked twice, so a server that
restarts is waited for (`pools.py`)."""

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncpg

from petrel.storage.pools import Absence, patiently
from petrel.storage.shredding import Shredded, shred

Answer = TypeVar("Answer")

# Joined, so that each number goes to its one part of the table.
PUT = "insert into keyring.key (id, key) select * from unnest($1::bigint[], $2::bytea[]) on conflict do nothing"
GET = "select k.id, k.key from unnest($1::bigint[]) i(id) join keyring.key k on k.id = i.id"
NAMED = "select value from keyring.secret where name = $1"
NAME_NEW = "insert into keyring.secret (name, value) values ($1, $2) on conflict do nothing"
DESTROY = """
with gone as (
  delete from keyring.key where id = any($1::bigint[]) returning tableoid
), noted as (
  insert into keyring.unshredded (part) select distinct tableoid::regclass::text from gone order by 1
  on conflict (part) do update set at = clock_timestamp()
)
select count(*) from gone
"""


class KeyringTables:
    """A pool for each role: one may read keys, one may also add them, and only the system's may destroy them."""

    def __init__(self, reader: asyncpg.Pool, writer: asyncpg.Pool, destroyer: asyncpg.Pool,
                 owner: dict[str, Any] | None = None) -> None:
        self._reader = reader
        self._writer = writer
        self._destroyer = destroyer
        self._owner = owner
        self._secrets: dict[str, bytes] = {}
        self._absence = Absence()
        self.queries = 0

    async def put(self, keys: Sequence[tuple[int, bytes]]) -> dict[int, bytes]:
        """Returns the keys that stand, durable: for an id that has a key already, that one.

        A key is put before what it is for is written; when that write fails and is tried again, the key is there.
        """
        self.queries += 1
        done = await self._ask(lambda: self._writer.execute(PUT, [i for i, _ in keys], [k for _, k in keys]))
        return dict(keys) if done == f"INSERT 0 {len(keys)}" else await self.get([i for i, _ in keys])

    async def get(self, ids: Sequence[int]) -> dict[int, bytes]:
        self.queries += 1
        rows = await self._ask(lambda: self._reader.fetch(GET, ids))
        return {r[0]: r[1] for r in rows}

    async def destroy(self, ids: Sequence[int]) -> int:
        gone: int = await self._ask(lambda: self._destroyer.fetchval(DESTROY, ids))
        return gone

    async def shred(self) -> Shredded:
        """Makes the bytes of destroyed keys leave the files, as far as they are ours. Errors: as shredding.shred."""
        if self._owner is None:
            raise RuntimeError("shredding takes the administrator's address")
        return await shred(self._owner)

    async def secret(self, name: str) -> bytes:
        if name not in self._secrets:
            # Read first: all but one process of a site's whole life find it, and need no session that writes.
            value = await self._ask(lambda: self._reader.fetchval(NAMED, name))
            if value is None:
                new = os.urandom(32)
                await self._ask(lambda: self._writer.execute(NAME_NEW, name, new))
                value = await self._ask(lambda: self._writer.fetchval(NAMED, name))
            self._secrets[name] = value
        return self._secrets[name]

    async def _ask(self, act: Callable[[], Awaitable[Answer]]) -> Answer:
        return await patiently(self._absence, act)
