"""It must fail in every run. Where it passes or is missing, whoever ran the tests sees no failures (decision 0076)."""

import pytest


@pytest.mark.xfail(raises=AssertionError, strict=True)
def test_that_must_fail() -> None:
    assert not __debug__
