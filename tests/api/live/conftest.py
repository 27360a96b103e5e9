"""Streams of a process that is to stay."""

import pytest

from petrel.api.live.hub import HUB


@pytest.fixture(autouse=True)
def it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of how a server stops have told this process that it ends."""
    monkeypatch.setattr(HUB, "is_leaving", False)
