"""Logins of Petrel's own roles on a Postgres server that somebody else runs.

The parts of Petrel sign in as their own role, so that no session can become another. Their passwords follow from
the one in the URL: every machine of a fleet knows them, none has to be kept, and a new password in the URL makes
new ones at the next migration. They are given to the server as SCRAM verifiers, never in plain text.
"""

import base64
import hashlib
import hmac
import os
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg

from petrel.storage.postgres.errors import StorageError

LOGINS = ("petrel_reader", "petrel_writer", "petrel_system")
SCRAM_ROUNDS = 4096
CONNECT_TIMEOUT_S = 10


def password_for(url: str, role: str) -> str | None:
    """None when the URL has no password: then the server trusts us some other way."""
    secret = urlsplit(url).password
    if not secret:
        return None
    return hmac.digest(unquote(secret).encode(), b"petrel login " + role.encode(), "sha256").hex()


def scram_verifier(password: str, salt: bytes | None = None) -> str:
    """What Postgres stores for a password of ASCII letters. source: RFC 5802 section 3, RFC 7677."""
    salt = salt or os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{salt64}${stored64}:{server64}"


async def give_passwords(admin: Any, logins: dict[str, dict[str, Any]]) -> None:
    """Makes sure that each role can sign in. `admin`: a connection that may alter them; `logins`: role to the
    arguments it will connect with. Those without a password are left alone. Errors: StorageError.
    """
    for role, args in logins.items():
        if args.get("password") is None or await _lets_in(args):
            continue
        await admin.execute(f"alter role {role} password '{scram_verifier(args['password'])}'")
        if (problem := await _why_not(args)) is not None:
            raise StorageError(f"The server does not let {role} in: {problem}",
                               "Allow it in pg_hba.conf, as for the login in the URL, with scram-sha-256.")


async def _lets_in(args: dict[str, Any]) -> bool:
    return await _why_not(args) is None


async def _why_not(args: dict[str, Any]) -> str | None:
    try:
        connection = await asyncpg.connect(**args, timeout=CONNECT_TIMEOUT_S)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as problem:
        return str(problem) or type(problem).__name__
    await connection.close()
    return None
