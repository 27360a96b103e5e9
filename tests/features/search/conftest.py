"""For tests that run twice: once found by reading the newest posts, once by the index."""

import pytest

from petrel.features.search import reads


@pytest.fixture(params=["newest posts", "index"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(reads, "WINDOW", 1000 if request.param == "newest posts" else 0)
    return str(request.param)
