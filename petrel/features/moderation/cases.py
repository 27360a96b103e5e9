"""What the crew sees of cases: the queue, one case with its reports and evidence, and looking at what is not public."""

from collections.abc import Sequence

import msgspec

from petrel.core import ids, seal, seen
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import NotFound
from petrel.features import accounts
from petrel.features.moderation import rules
from petrel.features.moderation.shapes import Case, Copy, Evidence, NotCrew, Report, Written
from petrel.features.posts import Surface

SCOPES = ["admin:read", "admin:read:reports"]
WRITE_SCOPES = ["admin:write", "admin:write:reports"]

CREW = "select account, role from moderation.crew($1, $2)"
CASES = "select * from moderation.cases($1, $2, $3, $4, $5, $6)"
REPORTS = "select * from moderation.reports($1, $2, $3)"
EVIDENCE = "select * from moderation.evidence_of($1, $2, $3)"
LOOK = """
insert into moderation.look (cell, id, case_file, staff, posts, authors, sealed)
select law.cell($1), $2, $1, $3, array_agg(e.post), array_agg(distinct e.author), $4
  from moderation.evidence e where e.cell = law.cell($1) and e.case_file = $1 having count(*) > 0
returning posts, authors
"""
ASSIGN = """
update moderation.case_file set assigned = $2
 where cell = law.cell($1) and id = $1 and state = 'open' and assigned is distinct from $2
"""
CLOSE = """
update moderation.case_file set state = 'closed', closed_at = now(), closed_by = $2
 where cell = law.cell($1) and id = $1 and state = 'open'
"""
REOPEN = """
update moderation.case_file c set state = 'open', closed_at = null, closed_by = null
 where c.cell = law.cell($1) and c.id = $1 and c.state = 'closed' and not exists (
   select from moderation.case_file o where o.cell = c.cell and o.about = c.about and o.state = 'open')
"""


async def crew(r: Reader, scopes: Sequence[str] = SCOPES) -> tuple[int, accounts.Role]:
    """Account and role of the viewer. Errors: NotCrew, for everybody else: the desk is not there for them."""
    row = await r.row(CREW, r.digest, list(scopes))
    if row is None or row["account"] is None:
        raise NotCrew
    return row["account"], row["role"]


async def queue(r: Reader, *, is_open: bool = True, below: int | None = None, limit: int = 100) -> list[Case]:
    """Open cases, the worst first and among these the oldest; or closed ones, newest first."""
    return [_case(row) for row in await r.fetch(CASES, r.digest, SCOPES, is_open, None, below, limit)]


async def find(r: Reader, case: int) -> Case:
    """Errors: NotFound."""
    row = await r.row(CASES, r.digest, SCOPES, True, case, None, 1)
    if row is None:
        raise NotFound
    return _case(row)


async def reports(r: Reader, case: int) -> list[Report]:
    """Oldest first. Who wrote them, and how to reach whoever has no account, comes for admins and owners only.

    source: visibility.md section 6, "who reported it".
    """
    _, role = await crew(r)
    rows = await r.fetch(REPORTS, r.digest, SCOPES, case)
    keys = await seal.keys(row["id"] for row in rows)
    return [_report(row, keys.get(row["id"]), is_senior=role != "moderator") for row in rows]


def _report(row: Row, key: bytes | None, *, is_senior: bool) -> Report:
    written = Written()
    if key is not None and row["sealed"]:
        written = msgspec.json.decode(seal.open_sealed(key, row["id"], row["sealed"]), type=Written)
    if not is_senior:
        written = Written(comment=written.comment, address=written.address, law=written.law,
                          good_faith=written.good_faith)
    return Report(row["id"], row["kind"], tuple(row["rules"]), tuple(row["posts"]), row["is_notice"], row["made_at"],
                  written, row["has_account"], row["reporter"], row["reporter_handle"])


async def evidence(r: Reader, case: int) -> list[Evidence]:
    """What was reported. Copies of what is not public come to whoever has looked (`look`) within the hour; each such
    page is recorded as a read of the crew's."""
    rows = await r.fetch(EVIDENCE, r.digest, case, rules.LOOK_MINUTES)
    keys = await seal.keys(row["id"] for row in rows if row["sealed"])
    hidden = [row for row in rows if not row["is_public"] and row["id"] in keys and row["post"]]
    if hidden:
        numbers = [row["post"] for row in hidden]
        seen.note(r, Surface.API, numbers, numbers, [row["author"] for row in hidden])
    found: dict[int, Evidence] = {}
    for row in rows:        # of what several people reported, the newest copy
        found[row["post"] or -row["author"]] = _evidence(row, keys.get(row["id"]), found.get(row["post"]))
    return list(found.values())


def _evidence(row: Row, key: bytes | None, before: Evidence | None) -> Evidence:
    copy = None
    if key is not None and row["sealed"]:
        copy = msgspec.json.decode(seal.open_sealed(key, row["id"], row["sealed"]), type=Copy)
    is_reported = row["is_reported"] or (before is not None and before.is_reported)
    return Evidence(row["post"], row["author"], row["handle"], row["audience"], is_reported, row["is_taken_down"],
                    row["is_deleted"], copy)


async def look(w: Writer, case: int, reason: str) -> None:
    """Opens the evidence of a case to the viewer for an hour. Journaled with who, which case and what is shown; why is
    kept sealed. source: visibility.md section 6. Errors: NotFound, NotForYou, Invalid."""
    me = await must_handle(w, case)
    reason = rules.reason(reason)

    number = ids.new_id(ids.cell_of(case))
    key = (await seal.new_keys([number]))[number]
    shown = await w.change(LOOK, case, number, me, seal.seal(key, number, reason.encode()))
    if not shown:
        raise NotFound

    w.record("moderation.case.looked", case, refs=[number, *shown[0]["posts"]], body=reason.encode())


async def must_handle(w: Writer, case: int, scopes: Sequence[str] = WRITE_SCOPES) -> int:
    """The viewer's account, when they may act in this case. Errors: NotCrew, NotFound, NotForYou."""
    me, _ = await crew(w, scopes)
    about = await w.row("select about from moderation.case_file where cell = law.cell($1) and id = $1", case)
    if about is None:
        raise NotFound
    rules.may_handle(await w.value("select moderation.conflict($1, $2)", w.digest, about["about"]))
    return me


async def assign(w: Writer, case: int, *, to_me: bool) -> None:
    """Takes a case, or gives it back. Twice is as once. Errors: as of `must_handle`."""
    me = await must_handle(w, case)
    if await w.execute(ASSIGN, case, me if to_me else None):
        w.record("moderation.case.assigned", case, refs=[me if to_me else 0])


async def close(w: Writer, case: int) -> bool:
    """Nothing more is to be decided in it. False when it was closed. Errors: as of `must_handle`."""
    me = await must_handle(w, case)
    if not await w.execute(CLOSE, case, me):
        return False
    w.record("moderation.case.closed", case)
    w.later("moderation.answer", {"case": str(case)})
    return True


async def reopen(w: Writer, case: int) -> bool:
    """False when it is open, or another is open about the same account."""
    await must_handle(w, case)
    if not await w.execute(REOPEN, case):
        return False
    w.record("moderation.case.reopened", case)
    return True


def _case(row: Row) -> Case:
    return Case(row["id"], row["about"], row["handle"], row["account_state"], row["account_role"],
                row["is_protected"], row["kind"], row["harm"], row["reports"], row["state"], row["assigned"],
                row["assigned_to"], row["opened_at"], row["closed_at"], row["conflict"])


