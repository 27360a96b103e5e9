"""The API as a client meets it, on this module's database: whole requests through the front gate, without a socket.

    answer = await api("POST", "/api/v1/apps", json={...})         # or form={...}, or body=b"..."
    answer = await api("GET", "/api/v1/preferences", token=bearer)

Only routes of modules that the test file (or another before it) has imported are there.
"""

import pytest

from petrel.core.doors import Doors
from tests.api.plain import Client


@pytest.fixture
def api(site: Doors) -> Client:
    return Client()
