"""On somebody else's server each part of Petrel signs in as a role of its own."""

import asyncpg
import pytest

from petrel.storage.pools import Addresses
from petrel.storage.postgres.external import external_args
from petrel.storage.postgres.logins import give_passwords, password_for, scram_verifier

URL = "postgresql://admin:s%40fe@db.example/petrel?sslmode=verify-full&sslrootcert=/etc/petrel/database/ca.crt"


def test_passwords_follow_from_the_url_and_differ_by_role() -> None:
    reader, writer = password_for(URL, "petrel_reader"), password_for(URL, "petrel_writer")
    assert reader != writer and reader == password_for("postgresql://x:s%40fe@elsewhere/other", "petrel_reader")
    assert password_for("postgresql://admin@/petrel?host=/run", "petrel_reader") is None


def test_who_signs_in() -> None:
    args = external_args(URL, "petrel_reader", "other")
    assert (args["user"], args["database"]) == ("petrel_reader", "other") and "s@fe" not in args["password"]
    assert external_args(URL, "") == {"dsn": URL}
    args = external_args("postgresql://admin@/petrel?host=/run", "petrel_reader")
    assert args["server_settings"] == {"role": "petrel_reader", "default_transaction_read_only": "on"}


def test_the_verifier_is_that_of_the_rfc() -> None:
    """RFC 7677 section 3: user "user", password "pencil"."""
    import base64
    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    assert scram_verifier("pencil", salt) == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")


async def test_the_reader_is_read_only_and_cannot_become_anybody_else(addresses: Addresses) -> None:
    connection = await asyncpg.connect(**addresses.main["reader"])
    try:
        assert await connection.fetchval("select session_user") == "petrel_reader"
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("create temporary table x (a int)")
        for role in ("petrel_writer", "petrel_owner", "petrel_messages"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"set role {role}")
        await connection.execute("set default_transaction_read_only = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("select * from accounts.account")
    finally:
        await connection.close()


async def test_a_password_that_no_longer_holds_is_made_anew(addresses: Addresses) -> None:
    args = addresses.main["system"]
    if "password" not in args:
        pytest.skip("the embedded servers know who is at the other end of the socket")
    admin = await asyncpg.connect(**addresses.main["owner"])
    try:
        await admin.execute("alter role petrel_system password 'changed by hand'")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(**args)
        await give_passwords(admin, {"petrel_system": args})
        await (await asyncpg.connect(**args)).close()
    finally:
        await admin.close()
