"""Asking, approving, refusing, using. Each looks, decides, writes and records, in the transaction of its writer; the
row changes only if the database comes to the same decision."""

import hmac
from collections.abc import Mapping
from datetime import datetime

from petrel.core import ids, seal
from petrel.core.doors import Writer
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.ops.access import rows, rules
from petrel.ops.access.kinds import KINDS
from petrel.ops.access.shapes import Case, Decision, NotAllowed, Request

WHO_SAW = "privacy.who-saw"
FASTER = "Somebody was faster, or something changed this moment. Look again: petrel access list"


async def ask(w: Writer, kind: str, what: Mapping[str, str], reason: str) -> Request:
    """Asks for one exact thing, as the person whose session this writer has.

    Errors: Invalid (no such kind, particulars, reason), NotAllowed (no session, or not the role).
    """
    if kind not in KINDS:
        raise Invalid(None, f"There is no {kind} to ask for. Known are: {', '.join(sorted(KINDS))}")
    known, person = KINDS[kind], await rows.person_of(w)

    rules.check_what(known, what)
    reason = rules.check_reason(reason)
    _permit(rules.may_ask(known, person))
    assert person is not None

    number = ids.new_id(ids.cell_of(person.account))
    key = (await seal.new_keys([number]))[number]
    sealed = seal.seal(key, number, rows.Written(dict(what), reason).encode())
    await _change(w, rows.ASK, w.digest, number, kind, await rows.bound_of(kind, what, reason), sealed, known.least,
                  known.wants_other_role, known.request_minutes, known.approval_minutes, known.uses)

    _record(w, "access.request.made", number, person.account, 0, rows.canonical(kind, what, reason))
    w.later("access.announce", {"number": str(number)}, lane="urgent")

    return (await _case(w, number, person.account)).request


async def approve(w: Writer, number: int) -> Request:
    """The second person's yes, to exactly what was asked. Errors: NotFound, NotAllowed, Conflict."""
    person = await rows.person_of(w)
    case = await _case(w, number, person.account if person else 0)

    _permit(rules.may_approve(case, person))
    assert person is not None

    await _change(w, rows.APPROVE, w.digest, number, case.bound)

    _record(w, "access.request.approved", number, case.request.asker, person.account, case.bound)

    return (await _case(w, number, person.account)).request


async def refuse(w: Writer, number: int) -> Request:
    """Stops a request, approved or not; anybody of the crew may. Errors: NotFound, NotAllowed, Conflict."""
    person = await rows.person_of(w)
    case = await _case(w, number, person.account if person else 0)

    _permit(rules.may_refuse(case, person))

    await _change(w, rows.REFUSE, w.digest, number)

    _record(w, "access.request.refused", number, case.request.asker, person.account if person else 0, case.bound)

    return (await _case(w, number, 0)).request


async def use(w: Writer, number: int, kind: str, what: Mapping[str, str]) -> Request:
    """Uses an approval, in the transaction of the very thing that it allows: both happen or neither.

    A writer with a session has to be the asker's; the system's uses it for whoever is at the command line.
    Errors: NotFound, NotAllowed (not approved, something else, run out, used, or one of the two has left the crew),
    Conflict (another use was first).
    """
    case = await _case(w, number, 0)
    request = case.request

    bound = await rows.bound_of(kind, what, request.reason)
    is_same = kind == request.kind and hmac.compare_digest(bound, case.bound)
    _permit(rules.may_use(case, is_same=is_same, user=w.account))

    await _change(w, rows.USE, number, kind, bound, w.digest)

    _record(w, "access.request.used", number, request.asker, request.approver or 0,
            rows.canonical(kind, what, request.reason))

    return request


async def open_seen(w: Writer, number: int, what: Mapping[str, str], since: datetime,
                    until: datetime) -> dict[int, bytes]:
    """Uses an approval of the kind privacy.who-saw, as its asker: the private halves, sealed, of the keys that reads of
    these times were sealed for. Errors: as of `use`."""
    case = await _case(w, number, 0)
    request = case.request

    bound = await rows.bound_of(WHO_SAW, what, request.reason)
    is_same = request.kind == WHO_SAW and hmac.compare_digest(bound, case.bound)
    _permit(rules.may_use(case, is_same=is_same, user=w.account or 0))

    found = await w.change(rows.OPEN_SEEN, w.digest, number, bound, since, until)
    if not found:
        raise Conflict(FASTER)

    _record(w, "access.request.used", number, request.asker, request.approver or 0,
            rows.canonical(WHO_SAW, what, request.reason))

    return {row["number"]: row["sealed_private"] for row in found if row["number"]}


async def turn(w: Writer) -> tuple[list[int], list[int]]:
    """What time alone brings: requests of a crew of one that have waited long enough, and those that ran out."""
    alone = await w.change(rows.APPROVE_ALONE)
    expired = await w.change(rows.EXPIRE)

    for row in alone:
        _record(w, "access.request.approved", row["id"], row["asker"], 0, b"alone")
    for row in expired:
        _record(w, "access.request.expired", row["id"], row["asker"], 0, b"")

    return [row["id"] for row in alone], [row["id"] for row in expired]


async def _case(w: Writer, number: int, viewer: int) -> Case:
    row = await w.row(rows.LOOK, number, viewer)
    if row is None:
        raise NotFound(f"There is no request {number}. `petrel access list` shows those that wait.")
    return rows.case_of(row, await seal.keys([number]))


def _permit(decision: Decision) -> None:
    if not decision.allowed:
        raise NotAllowed(decision.reason, decision.cure)


async def _change(w: Writer, sql: str, *args: object) -> None:
    """The rules have said yes a moment ago: when the database says no, something came between."""
    if not (await w.change(sql, *args))[0][0]:
        raise Conflict(FASTER)


def _record(w: Writer, kind: str, number: int, asker: int, other: int, body: bytes) -> None:
    """refs: asker, and who else has a part in it (0: nobody)."""
    w.record(kind, number, refs=[asker, other], body=body)
