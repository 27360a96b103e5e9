"""Postgres servers of somebody else, named by URL. Nothing is started or stopped; line and version are checked."""

import asyncio
from typing import Any

import asyncpg

from petrel.storage.postgres.errors import PostgresTooOld, StorageError
from petrel.storage.postgres.links import LinkRefused, check_authority, check_link, greet
from petrel.storage.postgres.logins import password_for

OLDEST = 15


def external_args(url: str, user: str, database: str | None = None) -> dict[str, Any]:
    """asyncpg connect arguments: `user` signs in itself, with a password that follows from the URL's.

    A URL without a password (trust, peer) means that its own login takes the role instead, which a session could
    leave again; give it a password where others may reach the server. Errors: LinkRefused.
    """
    check_link(url)
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
    """The server's version as text. `variable` names the setting in messages; the URL holds a password, never shown.

    Errors: StorageError; LinkRefused before anything secret was sent.
    """
    await check_asks(variable, url)
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError) as problem:
        raise StorageError(f"The Postgres server of {variable} cannot be used: {problem or type(problem).__name__}",
                           _cure(problem, variable)) from problem
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


async def check_asks(variable: str, url: str) -> None:
    """Whether the line is safe and the server asks for a password with SCRAM. Errors: LinkRefused, StorageError."""
    link = check_link(url, variable)
    check_authority(link, variable)
    if link.is_local:
        return
    try:
        greeting = await asyncio.to_thread(greet, link)
    except OSError as problem:
        raise StorageError(f"The Postgres server of {variable} cannot be used: {problem or type(problem).__name__}",
                           _cure(problem, variable)) from problem
    if greeting.asks not in ("scram", "refused"):
        raise LinkRefused(f"The server of {variable} asks for {greeting.asks} where it should ask with scram-sha-256.",
                          "Write `hostssl all all all scram-sha-256` into its pg_hba.conf, set password_encryption = "
                          "'scram-sha-256', give the login its password anew, and reload that server.")


def _cure(problem: Exception, variable: str) -> str:
    said = str(problem)
    if isinstance(problem, asyncpg.InvalidPasswordError):
        return (f"The password in {variable} is not the one of that login. On that server: alter role NAME password "
                "'...'; or run `petrel database prepare` there again, which makes a new one.")
    if isinstance(problem, asyncpg.InvalidCatalogNameError):
        return "Make the database there: `petrel database prepare`, or create database NAME encoding 'UTF8'."
    if isinstance(problem, asyncpg.InvalidAuthorizationSpecificationError):
        return "Let that login in: a line `hostssl all NAME ADDRESS scram-sha-256` in pg_hba.conf of that server."
    if "certificate" in said.lower() or "CERTIFICATE" in said:
        return ("The server shows a certificate that the file in sslrootcert did not sign, or one for another name. "
                "Use the name it was made for, and the ca.crt of the machine that runs it.")
    if "does not offer TLS" in said:
        return "Set ssl = on there, with a certificate: `petrel database prepare --listen` does both."
    return f"Check host, port, user, password and database in {variable}, and that the server runs."
