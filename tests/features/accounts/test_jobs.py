"""What is thrown away when its time is over, and what is not."""

import asyncpg
import pytest

from petrel.core import jobs, seal
from petrel.core.doors import reading, writing
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts
from petrel.features.accounts import NewAccount
from petrel.features.accounts import jobs as room_jobs
from petrel.storage.pools import Addresses

pytestmark = pytest.mark.usefixtures("site")
CLI = System("test")


async def test_what_can_never_be_used_again_goes_and_the_rest_stays(addresses: Addresses) -> None:
    async with writing(CLI, cause="test") as w:
        stays = await accounts.create(w, NewAccount("stays", email="s@example.org"))
        fresh = await accounts.create(w, NewAccount("fresh", email="f@example.org"), way=accounts.Way(confirms=True))
        stale = await accounts.create(w, NewAccount("stale", email="o@example.org"), way=accounts.Way(confirms=True))
    async with writing(CLI, cause="test") as w:
        good, ended, _ = [await accounts.issue(w, stays.id, None, ["read"]) for _ in range(2)] + [
            await accounts.issue(w, stale.id, None, ["read"])]
        await accounts.invites.make_invite(w)
    async with writing(CLI, cause="test") as w:
        await accounts.revoke(w, ended.id)
    connection = await asyncpg.connect(**addresses.main["owner"])
    try:
        await connection.execute("update accounts.token set revoked_at = now() - interval '31 days' "
                                 "where revoked_at is not null")
        await connection.execute("update accounts.account set joined_at = now() - interval '8 days' "
                                 "where handle in ('stale', 'stays')")

        said = await room_jobs.sweep()

        assert said == "1 old codes, tokens and invitations, 1 unconfirmed accounts"
        assert await connection.fetchval("select count(*) from accounts.token") == 1
        assert await connection.fetchval("select count(*) from accounts.invite") == 1
    finally:
        await connection.close()
    async with reading(CLI) as r:
        assert await accounts.ids_by_handle(r, ["stays", "fresh", "stale"]) == {"stays": stays.id, "fresh": fresh.id}
    assert set(await seal.keys([stays.id, fresh.id, stale.id])) == {stays.id, fresh.id}
    async with reading(Anonymous()) as r:
        assert await accounts.resolve(r, accounts.digest_of(good.token)) is not None
    async with writing(CLI, cause="test") as w:
        assert await accounts.create(w, NewAccount("stale"))
    assert await room_jobs.sweep() is None


def test_the_sweep_is_scheduled() -> None:
    assert "accounts.sweep" in jobs.SCHEDULES
