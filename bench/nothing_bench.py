"""Can hidden be told from never existing by the clock? On a real site, with and without the fixed time of answers.

    python bench/nothing_bench.py [--count 400] [--sharp-us 250]

A site of its own in a scratch directory, twice: as it ships, then with `nothing_after_ms` 0 (the control: how much
the work itself tells). A stranger asks for hidden and never existing things in random order, by the API and as pages.
Prints medians, both p-values, and the power: how often this very test would find answers that come so much later.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from petrel.ops.drills import apart, oracle
from petrel.ops.drills.site import private_site
from petrel.program import Program


async def measure(folder: Path, step_ms: int, count: int, sharp_s: float) -> None:
    async with private_site(folder, settings={"PETREL_NOTHING_AFTER_MS": str(step_ms)}) as site:
        async with Program().opened(site.data):
            asked = await oracle.plant(site.address)
        print(f"nothing_after_ms = {step_ms}; {count} of each kind")
        for name, pair in asked.items():
            a, b = await oracle.ask(site.address, pair, count)
            found = apart.compare(a, b)
            verdict = "TOLD APART" if found.told_apart else "alike"
            print(f"  {name:<34} hidden {found.median_a_ms:7.3f} ms  never {found.median_b_ms:7.3f} ms  "
                  f"p {found.p_rank:.2g} (ranks) {found.p_median:.2g} (medians)  {verdict}; "
                  f"power at {sharp_s * 1e6:.0f} us: {apart.power(a, b, sharp_s):.2f}")


async def main(count: int, sharp_s: float) -> None:
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as folder:
        await measure(Path(folder) / "shipped", 50, count, sharp_s)
        await measure(Path(folder) / "control", 0, count, sharp_s)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--sharp-us", type=float, default=250)
    given = parser.parse_args()
    asyncio.run(main(given.count, given.sharp_us / 1e6))
