"""Who may ask, approve, stop and use. Pure; functions.sql enforces the same once more.

source: docs/design.md section 8 (two people for what is destructive or wide, one for stopping), decision 0015.
"""

import re
from collections.abc import Mapping

from petrel.core.errors import Invalid
from petrel.features import accounts
from petrel.ops.access.shapes import ALONE, Case, Decision, Kind, Person

SOURCE = "docs/decisions/0015, section 1"
FRESH_S = accounts.rules.FRESH_S
LONGEST_FIELD, LONGEST_REASON, SHORTEST_REASON = 200, 2_000, 5
BARRED = accounts.State.SUSPENDED | accounts.State.DEACTIVATED | accounts.State.UNCONFIRMED

_control = re.compile(r"[\x00-\x1f\x7f]")
YES = Decision(allowed=True, source=SOURCE)


def _no(reason: str, cure: str) -> Decision:
    return Decision(allowed=False, reason=f"deny.{reason}", cure=cure, source=SOURCE)


def check_what(kind: Kind, what: Mapping[str, str]) -> None:
    """Errors: Invalid, naming what is missing or too much."""
    if missing := [name for name in kind.fields if not what.get(name, "").strip()]:
        raise Invalid(None, f"{kind.name} needs {' '.join(f'{name}=...' for name in missing)}")
    if more := sorted(set(what) - set(kind.fields)):
        raise Invalid(None, f"{kind.name} does not take {', '.join(more)}; it takes {', '.join(kind.fields)}")
    for name, value in what.items():
        if len(value) > LONGEST_FIELD or _control.search(value):
            raise Invalid(None, f"{name} is one line of at most {LONGEST_FIELD} characters")


def check_reason(reason: str) -> str:
    """Errors: Invalid."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or "\x00" in reason:
        raise Invalid("reason", "has to say in a sentence why this is needed; the second person decides by it")
    return reason


def may_ask(kind: Kind, person: Person | None) -> Decision:
    if person is None or not person.is_session:
        return _no("not_signed_in", "Sign in with your password: an app's token is not enough.")
    if not _has_role(person, kind.least):
        return _no("role", f"{kind.name} may be asked for by a {kind.least} or higher.")
    return YES


def may_approve(case: Case, person: Person | None) -> Decision:
    request = case.request
    if state := _is_over(case):
        return state
    if request.state == "approved":
        return _no("approved", "It has been approved already. Whoever asked may use it now.")
    if not _is_fresh(person):
        return _no("not_fresh", "Sign in again: approving takes a session of the last five minutes.")
    assert person is not None
    if person.account == request.asker:
        return _no("own", f"You asked for this yourself. {_ask_another(request.id)}")
    if not _has_role(person, case.least):
        return _no("role", f"Approving this takes a {case.least} or higher. {_ask_another(request.id)}")
    if not case.asker_may:
        return _no("asker_left", f"Whoever asked is no longer {case.least}. Ask for it anew.")
    if case.wants_other_role and person.role == case.asker_role:
        return _no("same_role", f"This takes somebody whose role is not {person.role} too. {_ask_another(request.id)}")
    if case.is_puppet:
        return _no("puppet", "Whoever asked gave you your role less than 24 hours ago, so you are no second person "
                             f"yet. {_ask_another(request.id)}")
    return YES


def may_refuse(case: Case, person: Person | None) -> Decision:
    """Also takes back what was approved and not used."""
    if state := _is_over(case):
        return state
    if not _is_fresh(person):
        return _no("not_fresh", "Sign in again: this takes a session of the last five minutes.")
    assert person is not None
    if person.account != case.request.asker and not _has_role(person, "moderator"):
        return _no("role", "Only the crew may stop a request.")
    return YES


def may_use(case: Case, *, is_same: bool, user: int | None) -> Decision:
    """`is_same`: kind and particulars are those that were approved. `user` None is the site's command line."""
    request = case.request
    if not is_same:
        return _no("altered", f"Request {request.id} is for something else. See `petrel access show {request.id}`, "
                              "and ask anew for what you need.")
    if state := _is_over(case):
        return state
    if request.state == "asked":
        return _no("waits", f"Nobody has approved it yet. {_ask_another(request.id)}")
    if user is not None and user != request.asker:
        return _no("not_yours", "Only whoever asked may use it.")
    if not case.asker_may:
        return _no("asker_left", f"Whoever asked is no longer {case.least}. Ask for it anew.")
    if request.is_alone and not case.crew_is_one:
        return _no("no_longer_alone", "There are others in the crew now. Ask anew, and have one of them approve it.")
    if not request.is_alone and not case.approver_may:
        return _no("approver_left", f"Whoever approved it is no longer {case.least}. Ask for it anew.")
    return YES


def approves_itself(case: Case) -> bool:
    """In a crew of one, once it has waited in the open for half an hour. Never when there are two or more."""
    request = case.request
    return (request.state == "asked" and case.crew_is_one and case.asker_may and case.now >= request.asked_at + ALONE
            and case.now < request.expires_at)


def _is_over(case: Case) -> Decision | None:
    request = case.request
    match request.state:
        case "used":
            return _no("used", f"Request {request.id} has been used. Ask anew: petrel access ask {request.kind} ...")
        case "refused":
            return _no("refused", f"Request {request.id} was refused. Talk with whoever refused it before asking anew.")
        case "expired":
            return _no("expired", f"Request {request.id} has run out. Ask anew: petrel access ask {request.kind} ...")
    return None


def _has_role(person: Person, least: accounts.Role) -> bool:
    rank = accounts.rules.RANK
    return rank[person.role] >= rank[least] and not person.state & BARRED


def _is_fresh(person: Person | None) -> bool:
    return person is not None and person.is_session and person.age_s < FRESH_S


def _ask_another(number: int) -> str:
    return f"Ask another person of the crew: petrel access approve {number} --as THEIR-HANDLE"
