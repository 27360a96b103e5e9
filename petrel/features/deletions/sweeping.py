"""Looking through every store for what remains of deleted things."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from petrel.core import seal
from petrel.core.doors import Reader, current
from petrel.features import timelines
from petrel.features.deletions import rows, rules
from petrel.features.deletions.shapes import Deletion, Kind, Look, Remain, State

NOWHERE_ELSE = "messages.message.id"


async def look(r: Reader, deletions: Sequence[Deletion]) -> tuple[list[Remain], list[Look]]:
    """What remains of these, and every store that was looked through. Reads whole tables: many at once cost no more
    than one. For System readers."""
    found: dict[str, Counter[int]] = {}
    found["keyring"] = Counter(list(await seal.keys(d.id for d in deletions)))
    for table in await r.fetch(rows.TABLES):
        found.setdefault(table[0], Counter())
        for row in await r.fetch(rows.HELD, table[0], [d.id for d in deletions]):
            found.setdefault(row["place"], Counter())[row["id"]] += row["count"]
    found[NOWHERE_ELSE] = await _messages(r, deletions)
    if (run_directory := current().run_directory) is not None:
        ids = [d.id for d in deletions]
        found["rings in memory"] = Counter(await asyncio.to_thread(timelines.held_in_rings, run_directory, ids))
    kinds = {d.id: d.kind for d in deletions}
    remains = [Remain(number, place, count) for place, counts in found.items() for number, count in counts.items()
               if not rules.why_allowed(kinds[number], place)]
    any_kind = deletions[0].kind if deletions else Kind.POST
    looks = [Look(place, counts.total(), rules.why_allowed(any_kind, place)) for place, counts in found.items()]
    return remains, looks


async def _messages(r: Reader, deletions: Sequence[Deletion]) -> Counter[int]:
    """Messages that are no tombstone, or one that holds content."""
    ids = [d.id for d in deletions if d.kind is Kind.MESSAGE and d.state is not State.PURGED]
    stones = {row["id"]: row["content_bytes"] for row in await r.fetch(rows.STONES, ids)} if ids else {}
    return Counter(number for number in ids if stones.get(number, 1))


async def verify(r: Reader, deletion: Deletion) -> tuple[list[Remain], list[Look]]:
    """As `look`, of one."""
    return await look(r, [deletion])
