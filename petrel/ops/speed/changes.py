"""What became of speed with the release that runs: looked at again and again, kept for the page and the watch."""

from collections.abc import Sequence

import msgspec

from petrel.core.doors import Reader, Row, Writer
from petrel.ops.speed.comparing import SURE, Comparison, compare
from petrel.ops.speed.rules import MEASURES, Measure
from petrel.ops.speed.shapes import Change
from petrel.storage.build import VERSION

DAYS = 7
"""Of each release the last so many days, of those that it was in use."""

BEFORE = """
select release from ops.field_measure where release <> $1 group by release
 order by max(day) desc, min(day) desc, release desc limit 1
"""
# Summed by element over days; cells stay apart.
NUMBERS = """
select s.release, s.page, s.measure, s.cell, array_agg(s.n order by s.o)::bigint[] as counts from (
  select f.release, f.page, f.measure, f.cell, c.o, sum(c.n) as n
    from ops.field_measure f cross join lateral unnest(f.counts) with ordinality c(n, o)
   where f.release = any($1::text[]) and f.day > (select max(x.day) from ops.field_measure x
                                                   where x.release = f.release) - $2::integer
   group by 1, 2, 3, 4, 5) s
 group by 1, 2, 3, 4
"""
KEEP = """
insert into ops.speed_change as c (release, page, measure, before, counted, was, is_now, weight, since, said)
select u.release, u.page, u.measure, u.before, u.counted, u.was, u.is_now, u.weight,
       case when u.said <> '' then now() end, u.said
  from jsonb_to_recordset($1::text::jsonb) u(release text, page text, measure text, before text, counted bigint,
                                             was float8, is_now float8, weight float8, said text)
on conflict (release, page, measure) do update set
  before = excluded.before, counted = excluded.counted, was = excluded.was, is_now = excluded.is_now,
  weight = excluded.weight,
  since = case when c.since is null then excluded.since when excluded.weight >= $2 then c.since end,
  said = case when c.since is null then excluded.said when excluded.weight >= $2 then c.said else '' end
"""


async def look(w: Writer) -> None:
    """Compares with the release before, and keeps what came of it. What was said of a page first stays said as long as
    it is half true, or whoever is told would be told anew with each number that comes."""
    if before := await w.fetch(BEFORE, VERSION):
        found = _compared(await w.fetch(NUMBERS, [VERSION, before[0][0]], DAYS), before[0][0])
        await w.execute(KEEP, msgspec.json.encode(found).decode(), SURE / 2)
    await w.execute("delete from ops.speed_change where release <> $1", VERSION)


def _compared(rows: Sequence[Row], before: str) -> list[Change]:
    by_release: dict[tuple[str, str], dict[str, dict[int, Sequence[int]]]] = {}
    for row in rows:
        releases = by_release.setdefault((row["page"], row["measure"]), {VERSION: {}, before: {}})
        releases[row["release"]][row["cell"]] = row["counts"]
    found = []
    for (page, name), cells in by_release.items():
        measure = MEASURES.get(name)
        one = compare(cells[before], cells[VERSION], measure) if measure else None
        if measure and one:
            said = _said(name, page, one, measure) if one.is_slower(measure) else ""
            found.append(Change(VERSION, page, name, before, one.counted, one.was, one.is_now, one.weight, said=said))
    return found


def _said(name: str, page: str, one: Comparison, measure: Measure) -> str:
    was, is_now = (f"{number:.0f}" if number >= 10 else f"{number:.2g}" for number in (one.was, one.is_now))
    return f"{name} p75 of {page} {was} -> {is_now} {measure.unit}".rstrip() + f" since release {VERSION}"


async def listed(r: Reader) -> tuple[Change, ...]:
    """What is slower first. Nothing for whoever is not of the crew."""
    return tuple(Change(**row) for row in await r.fetch("select * from ops.speed_changes($1)", r.digest))
