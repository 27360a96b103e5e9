"""People for these tests: accounts with a token each, made directly, since this room stands on rows only."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from petrel.core import ids, seal
from petrel.core.doors import Doors, writing
from petrel.core.viewer import Member, System

Make = Callable[..., Any]


async def people(count: int, **columns: object) -> list[Member]:
    """New accounts, spread over the cells, with these columns set."""
    made = [ids.new_id(ids.any_cell()) for _ in range(count)]
    await seal.new_keys(made)
    names = ", ".join(columns)
    async with writing(System("test"), cause="test") as w:
        for account in made:
            await w.execute(
                f"insert into accounts.account (cell, id, handle{', ' + names if names else ''}) "
                f"values ($1, $2, $3{''.join(f', ${n + 4}' for n in range(len(columns)))})",
                ids.cell_of(account), account, f"u{account}", *columns.values())
            await w.execute("insert into accounts.token (digest, kind, id, account, scopes) "
                            "values ($1, 'access', $2, $2, '{read,write}')", digest_of(account), account)
            w.record("accounts.account.created", account)
    return [Member(account, digest_of(account), frozenset(("read", "write"))) for account in made]


def digest_of(account: int) -> bytes:
    return hashlib.sha256(str(account).encode()).digest()


@pytest.fixture
def make(site: Doors) -> Make:
    return people
