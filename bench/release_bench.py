#!/usr/bin/env python3
"""What a release as a change takes: how soon its first cell has it, and what a request costs that is handed over.

    bench/release_bench.py [--rounds 7] [--seconds 3]

A site of its own and a copy of this release as the next one. Two members with empty homes, one in the cell that the
next release serves, ask for it over one kept connection each, turn by turn; of the rounds the median is printed, and
the ratio, which others on the machine move less than the figures.
"""

import argparse
import http.client
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.stories.running import until
from tests.stories.test_releases import NEXT, Site, build


def asked(address: str, token: str, seconds: float) -> tuple[int, float]:
    """Requests a second of one connection, and the milliseconds of the middle one."""
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    headers = {"Authorization": f"Bearer {token}"}
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        line.request("GET", "/api/v1/timelines/home", headers=headers)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        took.append(time.monotonic() - began)
    line.close()
    return round(len(took) / seconds), statistics.median(took) * 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--seconds", type=float, default=3.0)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        newer = build(Path(place) / "newer")
        site = Site(Path(place), watched=False, rate_limits="off", stranger="off")
        try:
            site.petrel("releases", "add", newer.root)
            people = site.people()
            planned = site.plan(newer)
            first, began = planned["visiting"][0], time.monotonic()
            site.petrel("changes", "start", planned["id"])
            until(lambda: site.served_by({first: people[first]})[first] == NEXT, within_s=120)
            took_s = time.monotonic() - began
            print(f"from the start of the change to the first answer in its first cell: {took_s:.1f} s")
            other = next(cell for cell in people if cell != first)
            ways: dict[str, list[float]] = {"here": [], "handed over": []}
            for _ in range(given.rounds):
                for way, cell in (("here", other), ("handed over", first)):
                    ways[way].append(asked(site.address, people[cell], given.seconds)[1])
            middle = {way: statistics.median(found) for way, found in ways.items()}
            for way, ms in middle.items():
                print(f"an empty home, {way}: {ms:.2f} ms")
            print(f"ratio {middle['handed over'] / middle['here']:.2f}, "
                  f"{middle['handed over'] - middle['here']:.2f} ms more a request")
        finally:
            site.end()


if __name__ == "__main__":
    main()
