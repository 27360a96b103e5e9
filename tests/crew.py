"""People of the crew for tests, signed in this moment: `ann, bob = await crew(ann="admin", bob="moderator")`."""

from typing import Any

import asyncpg

from petrel.core.doors import reading, writing
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts
from petrel.features.accounts import tokens
from petrel.ops import access
from petrel.storage.pools import Addresses


async def crew(**roles: accounts.Role) -> list[Member]:
    new = [accounts.NewAccount(handle=handle, role=role) for handle, role in roles.items()]
    async with writing(System("tests"), cause="tests") as w:
        numbers = await accounts.create_many(w, new)
    return [await session_of(number) for number in numbers]


async def session_of(account: int) -> Member:
    async with writing(System("tests"), cause="tests") as w:
        issued = await tokens.open_session(w, account)
    async with reading(Anonymous()) as r:
        member = await accounts.resolve(r, accounts.digest_of(issued.token))
    assert isinstance(member, Member) and member.is_session
    return member


async def ask(who: Member, kind: str = "surface.open", reason: str = "the probe was wrong",
              **what: str) -> access.Request:
    async with writing(who, cause="tests") as w:
        return await access.ask(w, kind, what or {"surface": "home"}, reason)


async def approve(who: Member, request: access.Request) -> access.Request:
    async with writing(who, cause="tests") as w:
        return await access.approve(w, request.id)


async def refuse(who: Member, request: access.Request) -> access.Request:
    async with writing(who, cause="tests") as w:
        return await access.refuse(w, request.id)


async def use(request: access.Request, who: Member | System = System("tests"), kind: str | None = None,
              **what: str) -> access.Request:
    async with writing(who, cause="tests") as w:
        return await access.use(w, request.id, kind or request.kind, what or request.what)


async def as_owner(addresses: Addresses, sql: str, *args: Any) -> list[Any]:
    """What no part of Petrel may do: turning clocks, putting rows in by hand."""
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        return list(await connection.fetch(sql, *args))
    finally:
        await connection.close()
