"""The keyring's tables behind the words of `core.seal.KeyStore`."""

import os
from collections.abc import Sequence

import asyncpg


class KeyringTables:
    """A pool for each role: one may read keys, one may also add them, and only the system's may destroy them."""

    def __init__(self, reader: asyncpg.Pool, writer: asyncpg.Pool, destroyer: asyncpg.Pool) -> None:
        self._reader = reader
        self._writer = writer
        self._destroyer = destroyer
        self._secrets: dict[str, bytes] = {}
        self.queries = 0

    async def put(self, keys: Sequence[tuple[int, bytes]]) -> dict[int, bytes]:
        """Returns the keys that stand, durable: for an id that has a key already, that one.

        A key is put before what it is for is written; when that write fails and is tried again, the key is there.
        """
        self.queries += 1
        done = await self._writer.execute(
            "insert into keyring.key (id, key) select * from unnest($1::bigint[], $2::bytea[]) on conflict do nothing",
            [i for i, _ in keys], [k for _, k in keys])
        return dict(keys) if done == f"INSERT 0 {len(keys)}" else await self.get([i for i, _ in keys])

    async def get(self, ids: Sequence[int]) -> dict[int, bytes]:
        self.queries += 1
        rows = await self._reader.fetch("select id, key from keyring.key where id = any($1::bigint[])", ids)
        return {r[0]: r[1] for r in rows}

    async def destroy(self, ids: Sequence[int]) -> int:
        rows = await self._destroyer.fetch("delete from keyring.key where id = any($1::bigint[]) returning 1", ids)
        return len(rows)

    async def secret(self, name: str) -> bytes:
        if name not in self._secrets:
            await self._writer.execute(
                "insert into keyring.secret (name, value) values ($1, $2) on conflict do nothing", name, os.urandom(32))
            self._secrets[name] = await self._writer.fetchval("select value from keyring.secret where name = $1", name)
        return self._secrets[name]
