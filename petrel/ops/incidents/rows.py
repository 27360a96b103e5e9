"""Rows of incidents. Nothing is decided."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import NotFound
from petrel.ops.changes import Span
from petrel.ops.incidents.shapes import Event, Incident, Moving, Page
from petrel.ops.incidents.suspecting import Exposed

COLUMNS = ("id, opened_at, began_at, root, severity, alerts, quiet_at, taken_by, taken_at, joined, ended_at, why")
OPEN = f"select {COLUMNS} from ops.incident where ended_at is null order by severity, opened_at"
FIND = f"select {COLUMNS} from ops.incident where id = $1"
FIND_OPEN = f"select {COLUMNS} from ops.incident where root = $1 and ended_at is null"
LISTED = f"select {COLUMNS} from ops.incident order by ended_at is not null, opened_at desc limit $1"
INSERT = """
insert into ops.incident (began_at, root, severity, alerts, opened_at) values ($1, $2, $3, $4, coalesce($5, now()))
on conflict (root) where ended_at is null do nothing returning id
"""
PUT = """
update ops.incident set root = $2, severity = least(severity, $3), alerts = $4, began_at = least(began_at, $5),
       quiet_at = null
 where id = $1 and ended_at is null
"""
QUIET = "update ops.incident set quiet_at = coalesce(quiet_at, now()) where id = $1 and ended_at is null"
END = """
update ops.incident set ended_at = now(), why = $2, joined = $3 where id = $1 and ended_at is null returning id
"""
TAKE = """
update ops.incident set taken_by = $2, taken_at = $3
 where id = $1 and ended_at is null and (taken_at is null or taken_at < $3) returning id
"""
HELD = "select id from ops.incident where id = $1 for update"
NOTE = """
insert into ops.incident_note (incident, at, who, said) select $1, $2, $3, $4
 where not exists (select from ops.incident_note where (incident, at, who, said) = ($1, $2, $3, $4)) returning id
"""
NOTES = "select at, who, said from ops.incident_note where incident = $1 order by at, id"
FIRED = """
select id, rule, target, fired_at, cleared_at, quiet_until from ops.alert where id = any($1::bigint[])
"""
CALL = """
insert into ops.page (incident, step, who, way) values ($1, $2, $3, '')
on conflict (incident, step, who) do nothing returning id
"""
CALLED_BEFORE = """
insert into ops.page (incident, step, who, way, at, taken_at, why) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (incident, step, who) do nothing
"""
CALLED = "update ops.page set way = $2, taken_at = case when $3 then now() end, why = $4 where id = $1"
CALLS = "select step, who, way, at, taken_at, why from ops.page where incident = $1 order by at, id"
EXPOSED = """
select c.id, c.kind, c.what::text, c.state, c.risk, min(e.since) as since, array_agg(e.cell) as cells,
       array_agg(extract(epoch from e.since)::float8) as since_s,
       array_agg(extract(epoch from e.until)::float8) as until_s
  from ops.exposure e join ops.change c on c.id = e.change
 where coalesce(e.until, now()) > $1
 group by c.id having min(e.since) < $2 order by min(e.since) desc limit 1000
"""
MOVING = """
select c.id, c.kind, c.what::text, c.state, c.visiting[1:c.reach] as cells, c.why, c.reason,
       coalesce(c.ended_at, c.wave_at, c.made_at) as at
  from ops.change c where c.state <> 'planned' and c.state <> 'dropped'
 order by c.state in ('going', 'paused') desc, coalesce(c.ended_at, c.wave_at) desc limit $1
"""
CHECKS = "select checks::text from ops.examination"
STALE = "select coalesce(max(at) < now() - interval '2 minutes', true) from ops.examination"
# Of the journal what the crew and the site did, as it is committed: nothing of it comes later with a lower number. Not
# what the canary plants: every minute of it, and a brief would soon hold nothing else.
DONE = """
select at, kind, subject, cause, xid from journal.entry
 where (epoch, xid) > ((select max(epoch) from journal.entry), $1) and kind like 'ops.%' and kind <> 'ops.decoy.planted'
   and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
 order by epoch, xid, id limit 500
"""
NOW = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"
BOARD = """
insert into ops.board (at, board) values ($1, $2::text::jsonb)
on conflict (is_one) do update set at = excluded.at, board = excluded.board
"""


async def open_now(r: Reader) -> list[Incident]:
    """The gravest first."""
    return [_incident(row) for row in await r.fetch(OPEN)]


async def find(r: Reader, number: int) -> Incident:
    """Errors: NotFound."""
    row = await r.row(FIND, number)
    if row is None:
        raise NotFound(f"There is no incident {number}. `petrel ops list` shows them.")
    return _incident(row)


async def find_open(r: Reader, root: str) -> Incident:
    """Errors: NotFound."""
    row = await r.row(FIND_OPEN, root)
    if row is None:
        raise NotFound(f"Nothing that is called {root!r} is wrong now. `petrel ops list` shows what is.")
    return _incident(row)


async def listed(r: Reader, most: int) -> list[Incident]:
    """Open ones first, then the newest."""
    return [_incident(row) for row in await r.fetch(LISTED, most)]


async def exposed(r: Reader, since: datetime, until: datetime) -> list[tuple[Exposed, list[Span]]]:
    """Changes that began before `until` and were in force after `since`, and the cells that had them, with times."""
    return [(Exposed(row["id"], row["kind"], plain(row["what"]), row["state"], row["risk"], row["since"]),
             list(zip(row["cells"], row["since_s"], row["until_s"], strict=True)))
            for row in await r.fetch(EXPOSED, since, until)]


async def moving(r: Reader, most: int) -> list[Moving]:
    return [Moving(row["id"], row["kind"], plain(row["what"]), row["state"], tuple(row["cells"] or ()),
                   plain(row["why"]), plain(row["reason"]), row["at"]) for row in await r.fetch(MOVING, most)]


async def calls(r: Reader, number: int) -> list[Page]:
    return [Page(*row) for row in await r.fetch(CALLS, number)]


async def events(r: Reader, one: Incident) -> list[Event]:
    """The timeline: alerts and calls from their own rows, what was done and said from the notes."""
    found = [Event(one.opened_at, "incident", f"opened: {one.root}")]
    for row in await r.fetch(FIRED, list(one.alerts)):
        name = plain(f"{row['rule']} {row['target']}".strip())
        found.append(Event(row["fired_at"], "alert", f"{name} fired"))
        if row["cleared_at"] is not None:
            found.append(Event(row["cleared_at"], "alert", f"{name} is well again"))
    for call in await calls(r, one.id):
        how = f"taken by {call.way}" if call.taken_at else "NOT taken" if call.why else "on its way"
        found.append(Event(call.at, "call", f"{call.who}: {how}{f' ({call.why})' if call.why else ''}"))
    for row in await r.fetch(NOTES, one.id):
        found.append(Event(row["at"], "note" if row["who"] else "done", f"{row['who']}: {row['said']}" if row["who"]
                           else row["said"]))
    if one.taken_at is not None:
        found.append(Event(one.taken_at, "command", f"{one.taken_by} is on it"))
    if one.ended_at is not None:
        found.append(Event(one.ended_at, "incident", f"ended: {one.why}"))
    return sorted(found, key=lambda event: event.at)


async def note_done(w: Writer, incidents: Iterable[int], done: Sequence[Event]) -> None:
    """What the journal says was done, into the timelines of these incidents."""
    for number in incidents:
        for event in done:
            await w.execute(NOTE, number, event.at, "", event.says)


async def remember(w: Writer, one: Incident, called: Sequence[Page]) -> None:
    """An incident that was opened, and calls that were made, while the databases were away."""
    if number := one.id or await w.value(INSERT, one.began_at, one.root, one.severity, [], one.opened_at):
        for page in called:
            await w.execute(CALLED_BEFORE, number, page.step, page.who, page.way, page.at, page.taken_at, page.why)


def plain(text: str, most: int = 200) -> str:
    """One line that a terminal and a page can show, whatever somebody put in."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:most]


def _incident(row: Row) -> Incident:
    values = dict(row)
    return Incident(**values | {"alerts": tuple(values["alerts"])})
