"""What registers itself to be run later; how it is run: tests/worker/test_jobs.py."""

import pytest

from petrel.core import jobs


def test_jobs_and_schedules_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HANDLERS", {})
    monkeypatch.setattr(jobs, "SCHEDULES", {})

    @jobs.job("c")
    async def j(): ...

    @jobs.every(5, "d")
    async def s(): ...

    assert jobs.HANDLERS["c"] is j and jobs.SCHEDULES["d"].every_s == 5


def test_delays_grow_and_end_within_an_hour() -> None:
    delays = [jobs.backoff_s(n) for n in range(1, jobs.MAX_ATTEMPTS)]
    assert delays == sorted(delays) and delays[0] == 2 and sum(delays) < 3600
