"""What the pages that are asked for most may ask of the database: home, a thread, a profile, notifications."""

from typing import Any

import pytest

from petrel.core.doors import current
from tests.api.town import settled


@pytest.mark.parametrize(("target", "most"), [
    ("/api/v1/timelines/home", 2),
    ("/api/v1/statuses/{own}/context", 3),
    ("/api/v1/accounts/{ben}/statuses", 2),
    ("/api/v1/accounts/{ben}", 2),
    ("/api/v1/notifications", 3),       # what there is, who did it, and the posts that it is about
    ("/api/v2/notifications", 3),
])
async def test_what_a_page_asks_of_the_database(api: Any, site: Any, target: str, most: int) -> None:
    """Asked twice before: what is rendered is kept, and the token is known."""
    town = await settled(api)
    for _ in range(2):
        await town.ann.good("GET", town.filled(target))
    before = current().queries
    assert await town.ann.good("GET", town.filled(target))
    assert current().queries - before <= most
