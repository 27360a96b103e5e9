from collections.abc import Iterator

import asyncpg
import pytest

from petrel.storage.pools import Addresses
from tests.conftest import loop


@pytest.fixture(scope="module")
def owner(addresses: Addresses) -> Iterator[asyncpg.Connection]:
    """To the database itself, past the doors."""
    connection = loop().run_until_complete(asyncpg.connect(**addresses.main["owner"]))
    yield connection
    loop().run_until_complete(connection.close())
