"""How fast a change of who sees what holds: a real site, two web processes, every view of every process asked again
and again from before the change on.

    python bench/how_fast.py [--repetitions 25] [--change narrow]

Prints, for each change and group of surfaces, how long after the acknowledged write a read began that still showed
what was taken away: n (repetitions x views x processes), p50, p99, worst, and the limit of docs/law/visibility.md
section 11. Ends with 1 when a 99th percentile is over its limit.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.stories.fast import LIMIT_S, Fleet, measured, percentile, table
from tests.stories.fast_cases import Cases
from tests.stories.running import RunningSite


async def main(repetitions: int, changes: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as folder:
        site = RunningSite(Path(folder), rate_limits="off", signups_an_hour="0", newcomer_hours="0",
                           registrations="open", web_workers="2")
        try:
            fleet = await Fleet(site).open()
            cases = await Cases(fleet).gather()
            wanted = {name: prepare for name, prepare in cases.items() if not changes or name in changes}
            figures = await measured(fleet, wanted, repetitions)
        finally:
            site.end()
    print("\n".join([*table(figures), f"{repetitions} repetitions of each, {fleet.reads} reads"]))
    return int(any(percentile(seconds, 0.99) > LIMIT_S[group] for (_, group), seconds in figures.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--repetitions", type=int, default=25)
    parser.add_argument("--change", action="append", default=[])
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.repetitions, given.change)))
