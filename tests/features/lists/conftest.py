"""People for these tests, made and signed in by the accounts room."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from petrel.core.doors import Doors, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts

_number = itertools.count(1)


async def people(count: int, **named: Any) -> list[Member]:
    async with writing(System("test"), cause="test") as w:
        made = await accounts.create_many(
            w, [accounts.NewAccount(handle=f"lister{next(_number)}", **named) for _ in range(count)])
        tokens = await accounts.issue_many(w, made, ["read", "write"])
    return [Member(a, accounts.digest_of(t), frozenset(("read", "write"))) for a, t in zip(made, tokens, strict=True)]


@pytest.fixture
def make(site: Doors) -> Callable[..., Any]:
    return people
