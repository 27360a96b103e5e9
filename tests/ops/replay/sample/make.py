"""Makes the small recording beside it, from seeded random numbers: `python tests/ops/replay/sample/make.py`.

80 people, 700 events within an hour from 2012-07-04T06:00:00Z. The first few are popular.
"""

import gzip
import random
from pathlib import Path

HERE = Path(__file__).parent
START = 1341381600


def main() -> None:
    rng = random.Random(7)  # noqa: S311
    people = rng.sample(range(1, 1000), 80)
    popularity = [1 / (place + 1) for place in range(len(people))]
    times = sorted(rng.randrange(3600) for _ in range(700))
    events, boosted = [], {}
    for at in times:
        actor = rng.choice(people)
        target = rng.choices(people, popularity)[0]
        kind = rng.choices(["RT", "MT", "RE"], [63, 30, 7])[0]
        if kind == "RT" and actor == target:
            kind = "RE"
        if kind == "RT":
            boosted[actor, target] = boosted.get((actor, target), 0) + 1
        events.append(f"{actor} {target} {START + at} {kind}\n")
    edges = [f"{actor} {target} {count}\n" for (actor, target), count in boosted.items()]
    for name, lines in (("activity_time.txt", events), ("retweet_network.edgelist", edges)):
        (HERE / f"small-{name}.gz").write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


if __name__ == "__main__":
    main()
