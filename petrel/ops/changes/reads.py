"""What the crew and the command line see of changes."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from petrel.core import flags
from petrel.core.doors import Reader
from petrel.core.ids import CELLS_IN_USE
from petrel.ops.changes.rows import find, frozen, listed


class FlagNow(Struct, frozen=True):
    """A declared flag, and what is in force. `change`: the one under way; `accounts`: how many have it otherwise than
    others; `has_ended`: it was to be gone from the code."""

    name: str
    is_on: bool
    percent: int
    owner: str
    why: str
    until: str
    change: int | None = None
    cells: tuple[int, ...] = ()
    accounts: int = 0
    has_ended: bool = False


async def flags_now(r: Reader) -> list[FlagNow]:
    """Every flag that this program declares, by name."""
    in_force = {row["name"]: row for row in await r.fetch("select name, is_on, percent, change, cells from ops.flag")}
    own = {row["flag"]: row["many"] for row in await r.fetch(
        "select flag, count(*) as many from ops.flag_account where until >= current_date group by flag")}
    today = datetime.now(UTC).date()
    found = []
    for flag in sorted(flags.FLAGS.values(), key=lambda one: one.name):
        row = in_force.get(flag.name)
        is_on, percent = (row["is_on"], row["percent"]) if row else (flag.default, 0)
        found.append(FlagNow(flag.name, is_on, percent, flag.owner, flag.why, flag.until.isoformat(),
                             row["change"] if row else None, tuple(row["cells"]) if row else (),
                             own.get(flag.name, 0), flag.until < today))
    return found


def score(cells: frozenset[int], hurts: Mapping[int, tuple[float, float]]) -> float:
    """Likelihood of what was bad if the cells that had the change have one rate and all others another, against one
    rate for all; of each cell how much was bad, and how much would have been usual (or in proportion to that). 0 for a
    change that everybody has, or whose cells fare better. Pure."""
    inside = [hurts.get(cell, (0.0, 0.0)) for cell in range(CELLS_IN_USE) if cell in cells]
    outside = [hurts.get(cell, (0.0, 0.0)) for cell in range(CELLS_IN_USE) if cell not in cells]
    (bad_in, all_in), (bad_out, all_out) = (tuple(map(sum, zip(*group, strict=True))) if group else (0.0, 0.0)
                                            for group in (inside, outside))
    if not (all_in and all_out) or bad_in / all_in <= bad_out / all_out:
        return 0.0
    return _fits(bad_in, all_in) + _fits(bad_out, all_out) - _fits(bad_in + bad_out, all_in + all_out)


def _fits(bad: float, usual: float) -> float:
    return bad * math.log(bad / usual) if bad else 0.0


__all__ = ["FlagNow", "find", "flags_now", "frozen", "listed", "score"]
