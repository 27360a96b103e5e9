"""The connections that the processes of a site may take together leave room for the crew."""

import pytest

from petrel.parts import connections_of
from petrel.storage.postgres.config import KEYRING, MAIN

SUPERUSERS = 3          # source: Postgres' default of superuser_reserved_connections
CREW = 10               # a command or two of the crew at once, a backup and its rehearsal


@pytest.mark.parametrize("web_workers", [1, 2, 3, 4, 8])
def test_two_releases_at_once_leave_room_for_the_crew(web_workers: int) -> None:
    """While one takes over from the other. With more web processes than that, one release does."""
    assert_fits(web_workers, releases=2)


def test_sixteen_web_processes_leave_room_for_the_crew() -> None:
    assert_fits(16, releases=1)


def assert_fits(web_workers: int, releases: int) -> None:
    wanted = [("web", web_workers), ("followers", 1), ("jobs", 1), ("brain", 1)]
    of_each = [(connections_of(part, web_workers), number) for part, number in wanted]
    main = sum(number * (c.readers + c.writers + c.systems) for c, number in of_each)
    keyring = sum(number * (2 * c.keys + 1) for c, number in of_each)
    assert releases * main + CREW + SUPERUSERS <= MAIN.max_connections
    assert releases * keyring + CREW + SUPERUSERS <= KEYRING.max_connections
