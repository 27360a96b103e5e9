"""What a web process counts, and how it comes into the tables: once a minute, added to what is there."""

import asyncio
import random
from collections.abc import Mapping, Sequence

import structlog

from petrel.core.doors import Writer, deriving
from petrel.core.errors import PetrelError
from petrel.core.metrics import ANSWERS, Histograms
from petrel.ops.speed.rules import read
from petrel.ops.speed.shapes import Beacon, Counted
from petrel.storage.build import VERSION

log = structlog.get_logger("petrel.speed")

FLUSH_S = 60.0
MOST_A_MINUTE = 1_200
"""Beacons that one process counts between two flushes. More tell nothing new."""

ADD_FIELD = """
insert into ops.field_measure as f (day, release, page, measure, cell, counts)
select (now() at time zone 'utc')::date, u.release, u.page, u.measure, u.cell, u.counts::bigint[]
  from unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[]) u(release, page, measure, cell, counts)
on conflict (day, release, page, measure, cell) do update set counts =
  (select array_agg(a + b order by o) from unnest(f.counts, excluded.counts) with ordinality x(a, b, o))
"""
ADD_ANSWERS = """
insert into ops.answer_time as f (day, release, endpoint, counts)
select (now() at time zone 'utc')::date, $1, u.endpoint, u.counts::bigint[]
  from unnest($2::text[], $3::text[]) u(endpoint, counts)
on conflict (day, release, endpoint) do update set counts =
  (select array_agg(a + b order by o) from unnest(f.counts, excluded.counts) with ordinality x(a, b, o))
"""
RELEASES = "select distinct release from ops.answer_time where day > now() - interval '3 days'"

_field: Histograms[Counted] = Histograms(most=2_000)
_releases = frozenset((VERSION,))
_taken = 0


def take(beacon: Beacon) -> bool:
    """Counts it; False when this minute has had its share. Errors: Invalid."""
    global _taken
    found = read(beacon, _releases)
    if _taken >= MOST_A_MINUTE:
        return False
    _taken += 1
    for measure, value in found:
        _field.count(Counted(beacon.release, beacon.page, measure, beacon.cell), value)
    return True


async def flush() -> None:
    """Errors: Unavailable; then nothing is lost but what does not fit."""
    global _releases, _taken
    _taken = 0
    field, answers = _field.take(), ANSWERS.take()
    if not (field or answers):
        return
    try:
        async with deriving("speed") as w:
            await _add(w, field, answers)
            # A page that was loaded before a change of release says the older one.
            _releases = frozenset((VERSION, *(row[0] for row in await w.fetch(RELEASES))))
    except PetrelError:
        _field.give_back(field)
        ANSWERS.give_back(answers)
        raise


async def _add(w: Writer, field: Mapping[Counted, Sequence[int]], answers: Mapping[str, Sequence[int]]) -> None:
    """In one order in all processes, so that none waits for another in a ring."""
    if field:
        rows = sorted(field, key=lambda c: (c.release, c.page, c.measure, c.cell))
        await w.execute(ADD_FIELD, [c.release for c in rows], [c.page for c in rows], [c.measure for c in rows],
                        [c.cell for c in rows], [_array(field[c]) for c in rows])
    if answers:
        names = sorted(answers)
        await w.execute(ADD_ANSWERS, VERSION, names, [_array(answers[name]) for name in names])


def _array(counts: Sequence[int]) -> str:
    return "{" + ",".join(map(str, counts)) + "}"


async def run() -> None:
    """Until it is cancelled. Processes do not flush at the same moment."""
    while True:
        await asyncio.sleep(FLUSH_S * random.uniform(0.8, 1.2))     # noqa: S311 (only spreads work)
        try:
            await flush()
        except PetrelError as e:
            log.warning("numbers of speed could not be kept, trying again", error=str(e.detail or e))


