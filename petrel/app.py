"""Wiring: the only place that knows every room and the settings. Doors get what they need from here."""

from importlib.resources import files
from pathlib import Path

import asyncpg

from petrel.storage import migrate
from petrel.storage.pools import Addresses
from petrel.storage.postgres import Storage

FEATURES = Path(str(files("petrel.features")))
ROLES = {"reader": "petrel_reader", "writer": "petrel_writer", "system": "petrel_system", "owner": "petrel_admin"}


def function_files() -> list[Path]:
    """The database functions of the rooms, in the order of their dependence: cards, then the law."""
    order = ["accounts/functions.sql", "posts/visibility.sql", "messages/functions.sql", "relationships/functions.sql",
             "posts/functions.sql", "timelines/functions.sql", "lists/functions.sql", "notifications/functions.sql",
             "search/functions.sql"]
    return [FEATURES / name for name in order if (FEATURES / name).exists()]


def addresses_of(storage: Storage) -> Addresses:
    return Addresses(main={r: storage.main_dsn(u) for r, u in ROLES.items()},
                     keyring={r: storage.keyring_dsn(u) for r, u in ROLES.items()})


async def migrate_site(addresses: Addresses, *, contract: bool = False) -> list[str]:
    """Brings both clusters up to date; returns the names of what was run."""
    ran: list[str] = []
    for args, run in ((addresses.keyring["owner"], lambda c: migrate.migrate_keyring(c, contract=contract)),
                      (addresses.main["owner"], lambda c: migrate.migrate_main(c, function_files(), contract=contract))):
        connection = await asyncpg.connect(**args)
        try:
            ran += await run(connection)
        finally:
            await connection.close()
    return ran
