"""What is taken from somebody is gone for them in time, in every web process: docs/law/visibility.md section 11."""

import asyncio
from pathlib import Path

from tests.conftest import LONG
from tests.stories.fast import LIMIT_S, Case, Fleet, measured, table
from tests.stories.fast_cases import Cases
from tests.stories.running import RunningSite

REPETITIONS = 4 if LONG else 1


async def test_changes_hold_in_time_in_both_web_processes(tmp_path: Path) -> None:
    """The slowest of all repetitions, views and processes; `bench/how_fast.py` takes the percentiles of many."""
    site = RunningSite(tmp_path, rate_limits="off", signups_an_hour="0", newcomer_hours="0",
                       registrations="open", web_workers="2")
    try:
        fleet = await Fleet(site).open()
        cases = await Cases(fleet).gather()
        nothing = Case(lambda: asyncio.sleep(0), (await cases["narrow"]()).views)
        still_seen = await fleet.measure(nothing, give_up_s=0.4)
        assert {last_s for _, last_s in still_seen} == {0.4}, "it sees what was not taken away"

        figures = await measured(fleet, cases, REPETITIONS)

        print("\n".join([*table(figures), f"{fleet.reads} reads"]))
        late = {key: max(seconds) for key, seconds in figures.items() if max(seconds) > LIMIT_S[key[1]]}
        assert late == {}
        assert fleet.reads > 500 * REPETITIONS
    finally:
        site.end()
