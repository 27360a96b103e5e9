"""Rows of changes. Nothing is decided."""

from collections.abc import Sequence
from typing import Any

import msgspec

from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Conflict, NotFound
from petrel.ops.changes import rules
from petrel.ops.changes.shapes import Change, Evidence, Freeze

COLUMNS = ("id, kind, what::text, inverse::text, plan, risk, visiting, reach, state, reason, why, turn, "
           "evidence::text, needs, made_at, wave_at, confirm_by, ended_at")
FIND = f"select {COLUMNS} from ops.change where id = $1"
OPEN = f"select {COLUMNS} from ops.change where state in ('going', 'paused') order by id"
LISTED = (f"select {COLUMNS} from ops.change order by state in ('going', 'paused') desc, "
          "coalesce(ended_at, wave_at, made_at) desc limit $1")
INSERT = """
insert into ops.change (id, cell, kind, what, inverse, plan, risk, visiting, reason, needs)
values ($1, law.cell($1), $2, $3::text::jsonb, $4::text::jsonb, $5, $6, $7, $8, $9) returning id
"""
# What has happened by a path of its own, as if it had gone the whole way here; twice is once.
NOTED = """
insert into ops.change (id, cell, kind, what, inverse, plan, risk, visiting, reach, state, reason, why, made_at,
                        wave_at, ended_at)
select $1::bigint, law.cell($1), $2::text, $3::text::jsonb, $4::text::jsonb, $5::bytea, $6::smallint, $7::smallint[],
       cardinality($7::smallint[]), $12::text, $8::text, $9::text, $10::timestamptz, $10,
       coalesce($11::timestamptz, $10)
 where not exists (select from ops.change where kind = $2 and what = $3::text::jsonb and made_at = $10) returning id
"""
HAD = """
insert into ops.exposure (change, cell, since, until)
select $1::bigint, unnest($2::smallint[]), $3::timestamptz, $4::timestamptz
"""
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('changes.noted'))"
# Whoever read another turn than there is now was overtaken: two controllers, or one and a person.
SET = """
update ops.change set state = $3, reach = $4, why = $5, evidence = $6::text::jsonb, turn = turn + 1,
       wave_at = case when $4 <> reach then now() else wave_at end,
       confirm_by = coalesce(confirm_by, now() + $7::interval),
       ended_at = case when $3 in ('confirmed', 'undone', 'dropped') then now() end
 where id = $1 and turn = $2 returning id
"""
WAVES_ANEW = """
update ops.change set wave_at = now(), confirm_by = confirm_by + $1::interval, turn = turn + 1
 where state in ('going', 'paused')
"""
GIVE = "insert into ops.exposure (change, cell) select $1, unnest($2::smallint[])"
TAKE = "update ops.exposure set until = now() where change = $1 and until is null"
GIVEN = """
select count(*) from ops.exposure e
 where since > now() - $1::interval and not exists (select from ops.change c where c.id = e.change and c.risk = 0)
"""
FREEZE = "insert into ops.freeze (why) values ($1) on conflict ((true)) where until is null do nothing returning id"
THAW = "update ops.freeze set until = now() where until is null returning id"
FROZEN = "select since, until, why from ops.freeze where until is null"
SINCE = f"select {COLUMNS} from ops.change where id > $1 and state in ('confirmed', 'going', 'paused') order by id"
# What undoes a change that was confirmed; not what undoes such an undoing.
GOES_BACK = """
select exists (
  select from ops.change c
   where c.kind = $1 and c.inverse = $2::text::jsonb and c.state = 'confirmed' and c.id < $3
     and not exists (select from ops.change b
                      where b.kind = c.kind and b.inverse = c.what and b.state = 'confirmed' and b.id < c.id))
"""
STEPS = "select name from ops.steps_since('changes', $1)"
ROWS = """
select schemaname || '.' || relname as name, n_live_tup as rows from pg_stat_user_tables
 where schemaname || '.' || relname = any($1::text[]) and n_live_tup > 0 order by 1
"""
FIRED = """
select rule, fired_at from ops.alert
 where cleared_at is null and presses and fired_at > now() - interval '2 hours'
"""
EXPOSED = "select change, cell, since, until from ops.exposure where coalesce(until, now()) > $1 and since < $2"

_texts = msgspec.json.Decoder(dict[str, str])
_evidence = msgspec.json.Decoder(Evidence)


async def find(r: Reader, number: int) -> Change:
    """Errors: NotFound."""
    row = await r.row(FIND, number)
    if row is None:
        raise NotFound(f"There is no change {number}. `petrel changes list` shows them.")
    return _change(row)


async def open_now(r: Reader) -> list[Change]:
    """Oldest first."""
    return [_change(row) for row in await r.fetch(OPEN)]


async def listed(r: Reader, most: int) -> list[Change]:
    """Those under way first, then the newest."""
    return [_change(row) for row in await r.fetch(LISTED, most)]


async def in_force_since(r: Reader, change: Change) -> list[Change]:
    """What began later and has not been undone, the oldest first."""
    return [_change(row) for row in await r.fetch(SINCE, change.id)]


async def put(w: Writer, change: Change, *, state: str, why: str, reach: int | None = None,
              evidence: Evidence | None = None) -> None:
    """Errors: Conflict, when somebody else was faster."""
    known = msgspec.json.encode(change.evidence if evidence is None else evidence).decode()
    if not await w.change(SET, change.id, change.turn, state, change.reach if reach is None else reach, why, known,
                          rules.TIME):
        raise Conflict(f"Change {change.id} has gone on this moment. Look again: petrel changes show {change.id}")


async def give(w: Writer, change: Change, cells: Sequence[int]) -> None:
    await w.execute(GIVE, change.id, list(cells))


async def take(w: Writer, change: Change) -> None:
    await w.execute(TAKE, change.id)


async def frozen(r: Reader) -> Freeze | None:
    row = await r.row(FROZEN)
    return None if row is None else Freeze(*row)


async def goes_back(r: Reader, change: Change) -> bool:
    return bool(await r.value(GOES_BACK, change.kind, msgspec.json.encode(change.what).decode(), change.id))


def _change(row: Row) -> Change:
    values: dict[str, Any] = dict(row)
    return Change(**values | {
        "what": _texts.decode(values["what"]), "inverse": _texts.decode(values["inverse"]),
        "evidence": _evidence.decode(values["evidence"]), "visiting": tuple(values["visiting"]),
        "plan": bytes(values["plan"])})
