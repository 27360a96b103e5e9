"""The walls inside the database: what each role may not do, whoever holds its connection."""

import asyncpg
import pytest

from tests.people import people


@pytest.mark.parametrize("role", ["reader", "writer"])
async def test_no_role_of_the_web_may_list_the_digests_that_reading_as_somebody_takes(site, role):
    await people(f"ann_{role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await site.pools[role].fetch("select digest from accounts.token")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await site.pools[role].fetch("select * from accounts.token")
