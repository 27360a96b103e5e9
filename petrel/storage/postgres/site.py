"""Both databases of a site, embedded or given: opened, named, watched, closed."""

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from msgspec import Struct

from petrel.storage.build import build_of
from petrel.storage.policy import POLICY, SETTING
from petrel.storage.postgres import binaries, folders, installed
from petrel.storage.postgres.birth import ADMIN, check_version
from petrel.storage.postgres.cluster import Cluster
from petrel.storage.postgres.config import KEYRING, MAIN
from petrel.storage.postgres.external import check_external, external_args
from petrel.storage.postgres.lock import SiteLock
from petrel.storage.postgres.owner import owner_of
from petrel.storage.postgres.probe import PORT

ClusterName = Literal["main", "keyring"]
DATABASES: dict[ClusterName, str] = {"main": "petrel", "keyring": "keyring"}
VARIABLES: dict[ClusterName, str] = {
    "main": "PETREL_DATABASE_URL",
    "keyring": "PETREL_KEYRING_URL",
}


def hand_over(folder: Path) -> None:
    """Gives unpacked files of a cluster to the user who will run it."""
    owner = owner_of(folder)
    if owner.borrowed:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.uid, owner.gid, follow_symlinks=False)


def one_cluster(data: Path, name: ClusterName, found: binaries.Binaries, say: Callable[[str], None]) -> Cluster:
    """A cluster in DATA by itself, run by the programs given: a copy that is only looked at, say."""
    for folder in (data, data / "run", data / "log"):
        folders.make_private(folder)
    usable = binaries.usable_by(owner_of(data / name), found, say)
    return Cluster(name, data, DATABASES[name], MAIN if name == "main" else KEYRING, usable, say)


def stop_leftovers(data: Path, say: Callable[[str], None] = print) -> None:
    """Ends servers in `data` that nobody supervises any more; the caller holds the site's lock."""
    found = binaries.find()
    for name, database in DATABASES.items():
        if (data / name).exists():
            Cluster(name, data, database, MAIN if name == "main" else KEYRING, found, say).stop_leftovers()


def preview(data: Path, cluster: ClusterName) -> str:
    """What a start would find, without starting. Raises StorageError if it would fail."""
    folder = data / cluster
    found = installed.for_files(folder)
    owner_of(folder)
    if not (folder / "PG_VERSION").exists():
        return f"Postgres {found.version} will make it at the first start"
    check_version(folder, found)
    return f"Postgres {found.version} is ready to start it"


class Held(Struct, frozen=True):
    """What a process holds that took a site over from an older release, which it was itself: the descriptor of the
    site's lock, and the embedded servers' process numbers by cluster."""

    lock: int
    servers: dict[str, int]


@cache
def _build() -> str:
    return build_of()


class Storage:
    """`Storage(...)` only knows addresses (web workers, tools); `Storage.open(...)` also runs the servers."""

    def __init__(
        self,
        data: Path,
        database_url: str | None = None,
        keyring_url: str | None = None,
    ) -> None:
        self.data = data.absolute()
        self.urls: dict[ClusterName, str | None] = {
            "main": database_url,
            "keyring": keyring_url,
        }
        self.clusters: list[Cluster] = []
        self.lock = SiteLock(self.data)

    @classmethod
    def open(
        cls,
        data: Path,
        *,
        database_url: str | None = None,
        keyring_url: str | None = None,
        say: Callable[[str], None] = print,
        held: "Held | None" = None,
    ) -> Self:
        """Takes the site's lock, makes and starts what is embedded, checks what is given, and waits until it answers.
        `held`: this process has the lock and the servers already.

        Blocks; call it from the main thread, outside an event loop. Raises StorageError with a cure.
        """
        storage = cls(data, database_url, keyring_url)
        for folder in (storage.data, storage.data / "run", storage.data / "log"):
            folder.parent.mkdir(parents=True, exist_ok=True)
            folders.make_private(folder)
        if held is None:
            storage.lock.take()
        else:
            storage.lock.adopt(held.lock)
        try:
            storage._start(say, held.servers if held else {})
        except BaseException:
            if held is None:            # else they go back to the release that left them to us
                storage.close()
            raise
        return storage

    def connect_args(self, cluster: ClusterName, user: str = ADMIN, database: str | None = None) -> dict[str, Any]:
        """Keyword arguments for `asyncpg.connect` and `create_pool`.

        With an external server `petrel_admin` means the login in its URL, and any other user signs in itself.
        Each session says which policy its program knows, and who it is to whoever looks at the sessions.
        """
        url = self.urls[cluster]
        if url:
            args = external_args(url, "" if user == ADMIN else user, database)
        else:
            args = {
                "host": str(folders.socket_folder(self.data, f"pg-{cluster}")),
                "port": PORT,
                "user": user,
                "database": database or DATABASES[cluster],
            }
        name = f"petrel {user.removeprefix('petrel_')} policy={POLICY} build={_build()}"
        said = {SETTING: str(POLICY), "application_name": name}
        return {**args, "server_settings": {**args.get("server_settings", {}), **said}}

    def main_dsn(self, role: str = ADMIN) -> dict[str, Any]:
        return self.connect_args("main", role)

    def keyring_dsn(self, role: str = ADMIN) -> dict[str, Any]:
        return self.connect_args("keyring", role)

    def close(self) -> None:
        """Stops our servers cleanly, the keyring last: the main database may still need a key."""
        for cluster in self.clusters:
            cluster.stop()
        self.lock.release()

    def _start(self, say: Callable[[str], None], running: Mapping[str, int]) -> None:
        for name, url in self.urls.items():
            if url:
                asyncio.run(check_external(VARIABLES[name], url))
        embedded: list[ClusterName] = [name for name, url in self.urls.items() if not url]
        if not embedded:
            return
        for name in embedded:
            found = installed.for_files(self.data / name)
            usable = binaries.usable_by(owner_of(self.data / name), found, say)
            profile = MAIN if name == "main" else KEYRING
            self.clusters.append(Cluster(name, self.data, DATABASES[name], profile, usable, say))
        made = [cluster.init() for cluster in self.clusters]
        if any(made):
            say(f"Made the databases in {self.data}.")
        for cluster in self.clusters:
            if cluster.name in running:
                cluster.adopt(running[cluster.name])
            cluster.start()
        for cluster in self.clusters:
            cluster.wait_ready()
