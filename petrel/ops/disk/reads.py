"""How the disk stands: sizes, growth by place over days, when it will be full."""

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from petrel.core.doors import Reader
from petrel.ops.disk.forecasting import per_day
from petrel.ops.disk.places import Size, sizes

SAMPLES = """
select place, extract(epoch from at - now())::float8 / 86400 as days, bytes from ops.disk_sample
 where at > now() - interval '30 days' order by at
"""


NEWEST = """
select distinct on (place) place, bytes from ops.disk_sample where at > now() - interval '2 days'
 order by place, at desc
"""


class Growth(Struct, frozen=True):
    """`per_day`: bytes, None while it is too early to say."""

    size: Size
    per_day: float | None


class Standing(Struct, frozen=True):
    """`full_in_days`: at the growth of the last month; None when it does not grow, or it is too early to say."""

    free_bytes: int
    full_in_days: float | None
    places: tuple[Growth, ...]


async def newest(r: Reader) -> list[Size]:
    """How large each place was when it was last measured, largest first; nothing is measured now, and what was not
    measured within two days is left out. For System readers."""
    found = [Size(row["place"], int(row["bytes"])) for row in await r.fetch(NEWEST)]
    return sorted(found, key=lambda one: -one.bytes)


async def standing(r: Reader, data: Path, now: Sequence[Size] = ()) -> Standing:
    """Fastest growers first. For System readers."""
    seen: dict[str, list[tuple[float, int]]] = {}
    for row in await r.fetch(SAMPLES):
        seen.setdefault(row["place"], []).append((row["days"], row["bytes"]))
    state = os.statvfs(data)
    free = state.f_bavail * state.f_frsize
    found = [Growth(one, per_day(seen.get(one.place, []))) for one in now or sizes(data)]
    whole = sum(one.per_day or 0.0 for one in found)
    return Standing(free, free / whole if whole > 0 else None,
                    tuple(sorted(found, key=lambda one: (-(one.per_day or 0.0), -one.size.bytes))))
