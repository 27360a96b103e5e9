"""How many connections the embedded servers take."""

from petrel.core.doors import KEYRING_MOST
from petrel.settings import Settings
from petrel.storage.postgres.config import KEYRING, MAIN

RESERVED = 3            # for superusers. source: Postgres, superuser_reserved_connections
ROLES = 3


def test_every_process_reaches_the_keyring_at_its_busiest():
    """Web processes on four cores, followers, jobs, the archive, and two commands of an administrator at once."""
    processes = max(4, Settings().web_workers) + 2 + 2
    assert KEYRING.max_connections - RESERVED >= processes * ROLES * KEYRING_MOST + 1
    assert KEYRING.max_connections >= MAIN.max_connections
