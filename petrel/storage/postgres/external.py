"""Postgres servers that somebody else runs, named by URL. Nothing is started or stopped; the version is checked."""

from typing import Any

import asyncpg

from petrel.storage.postgres.errors import PostgresTooOld, StorageError
from petrel.storage.postgres.logins import password_for

OLDEST = 15


def external_args(url: str, user: str, database: str | None = None) -> dict[str, Any]:
    """asyncpg connect arguments: `user` signs in itself, with a password that follows from the URL's.

    A URL without a password (trust, peer) means that its own login takes the role instead, which a session could
    leave again; give it a password where others may reach the server.
    """
    args: dict[str, Any] = {"dsn": url}
    password = password_for(url, user) if user else None
    if password:
        args |= {"user": user, "password": password}
    elif user:
        args["server_settings"] = {"role": user} | ({"default_transaction_read_only": "on"} if "reader" in user else {})
    if database:
        args["database"] = database
    return args


async def check_external(variable: str, url: str) -> str:
    """The server's version as text. `variable` names the setting in messages; the URL holds a password, never shown."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (
        OSError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        ValueError,
        TimeoutError,
    ) as problem:
        raise StorageError(
            f"The Postgres server of {variable} cannot be used: {problem or type(problem).__name__}",
            f"Check host, port, user, password and database in {variable}, and that the server runs.",
        ) from problem
    try:
        number = int(await connection.fetchval("SHOW server_version_num"))
        version: str = await connection.fetchval("SHOW server_version")
        encoding = await connection.fetchval("SHOW server_encoding")
    finally:
        await connection.close()
    if number < OLDEST * 10000:
        raise PostgresTooOld(
            f"The server of {variable} is Postgres {version}; Petrel needs {OLDEST} or newer.",
            f"Point {variable} at a newer server, or remove it to use the embedded one.",
        )
    if encoding != "UTF8":
        raise StorageError(
            f"The database of {variable} has the encoding {encoding}; Petrel needs UTF8.",
            "Create it anew with ENCODING 'UTF8' TEMPLATE template0.",
        )
    return version
