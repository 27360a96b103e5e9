"""What else holds the site's data: a physical replica, fed by its log, and a backup."""

import asyncio
import os
import shutil
from pathlib import Path

import asyncpg

from petrel.ops.drills import Broken, Site
from petrel.storage.postgres import Cluster, Storage, binaries, config
from petrel.storage.postgres.owner import owner_of

CAUGHT_UP_S = 60.0


class Replica:
    """A standby of the main database in a directory of its own."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site = site
        self.folder = folder / "main"
        self._data = folder
        self._cluster: Cluster | None = None

    async def make(self) -> None:
        """A base copy, as it is now; from now on the site keeps its log for the replica. Errors: Broken."""
        async with self._site.database() as primary:
            await primary.execute("select pg_create_physical_replication_slot($$drill$$, true)")
        self._data.mkdir(mode=0o700)
        (self._data / "run").mkdir(mode=0o700)
        (self._data / "log").mkdir(mode=0o700)
        await base_copy(self._site, self.folder)
        (self.folder / "standby.signal").touch()

    async def catch_up(self) -> None:
        """Brings it the log that was written since, starts it, and waits until it has replayed all of it."""
        async with self._site.database() as primary:
            until = await primary.fetchval("select pg_switch_wal()::text")
        for segment in sorted((self._site.data / "main" / "pg_wal").iterdir()):
            if segment.is_file() and len(segment.name) == 24:
                shutil.copy2(segment, self.folder / "pg_wal" / segment.name)
        owner = owner_of(self._site.data / "main")
        if owner.borrowed:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
        usable = binaries.usable_by(owner, binaries.find(), lambda _text: None)
        self._cluster = Cluster("main", self._data, "petrel", config.MAIN, usable, lambda _text: None)
        self._cluster.start()
        self._cluster.wait_ready()
        await self._replayed(until)
        async with self._site.database() as primary:
            await primary.execute("select pg_drop_replication_slot($$drill$$)")

    async def _replayed(self, until: str) -> None:
        connection = await self.connected()
        try:
            async with asyncio.timeout(CAUGHT_UP_S):
                while True:
                    if await connection.fetchval("select pg_last_wal_replay_lsn() >= $1::text::pg_lsn", until):
                        break
                    await asyncio.sleep(0.2)
            await connection.execute("checkpoint")
        except TimeoutError:
            raise Broken("the replica does not catch up") from None
        finally:
            await connection.close()

    async def connected(self) -> asyncpg.Connection:
        return await asyncpg.connect(**Storage(self._data).connect_args("main"))

    async def rows_of(self, ids: set[int]) -> int:
        """Rows of content that it holds of these."""
        connection = await self.connected()
        try:
            return int(await connection.fetchval(
                "select (select count(*) from posts.content where id = any ($1::bigint[])) + (select count(*) "
                "from posts.edit where post = any ($1::bigint[])) + (select count(*) from messages.message "
                "where id = any ($1::bigint[]) and length(sealed) > 0)", list(ids)))
        finally:
            await connection.close()

    def stop(self) -> None:
        if self._cluster is not None:
            self._cluster.stop()


async def base_copy(site: Site, folder: Path) -> None:
    """`pg_basebackup` of the main cluster. Errors: Broken."""
    args = Storage(site.data).connect_args("main")
    process = await asyncio.create_subprocess_exec(
        binaries.find().program("pg_basebackup"), "--host", args["host"], "--port", str(args["port"]), "--username",
        args["user"], "--pgdata", str(folder), "--wal-method", "stream", "--checkpoint", "fast", "--no-sync",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    out, _ = await process.communicate()
    if process.returncode:
        raise Broken(f"pg_basebackup: {out.decode(errors='replace')[-400:]}")
