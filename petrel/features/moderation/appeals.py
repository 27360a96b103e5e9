"""What somebody is told of decisions about them, and their appeal, which somebody else decides.

source: DSA articles 17 and 20; for counter-notices 17 U.S.C. 512 (g).
"""

from datetime import datetime, timedelta

import msgspec

from petrel.core import clock, ids, seal
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Conflict, NotFound
from petrel.features.moderation import cases, deciding, letters, rules
from petrel.features.moderation.shapes import Appeal, OwnDecision, OwnReport, Plea, Statement

OWN = "select * from moderation.own($1, $2)"
LOOKS = "select kind, looks from moderation.looks_at_own($1)"
REPORTS = "select * from moderation.own_reports($1)"
APPEALS = "select * from moderation.appeals($1, $2)"
INSERT = """
insert into moderation.appeal (cell, id, decision, account, is_counter, not_before, sealed)
values (law.cell($1), $1, $2, $3, $4, $5, $6) on conflict (cell, decision) do nothing
"""
ANSWER = """
update moderation.appeal set state = $2, decided_by = $3, decided_at = now(), sealed_answer = $4
 where cell = law.cell($1) and id = $1 and state = 'waiting'
"""


async def own(r: Reader, only: int | None = None) -> list[OwnDecision]:
    """What was decided about the viewer, newest first, with the reasons. For who is suspended as well."""
    rows = await r.fetch(OWN, r.digest, only)
    keys = await seal.keys([row["id"] for row in rows] + [row["appeal"] for row in rows if row["appeal"]])
    return [_own(row, keys) for row in rows]


async def looks_at_own(r: Reader) -> dict[str, int]:
    """How often the crew looked at what the viewer had not shown to everybody, by kind of case; after 30 days."""
    return {row["kind"]: row["looks"] for row in await r.fetch(LOOKS, r.digest)}


async def own_reports(r: Reader) -> list[OwnReport]:
    return [OwnReport(*row) for row in await r.fetch(REPORTS, r.digest)]


async def appeal(w: Writer, decision: int, plea: Plea) -> int:
    """Asks somebody else of the crew to look again; once, within six months. Against a decision on a notice about
    copyright it is a counter-notice, and goes to who sent the notice. Errors: NotFound, Conflict, Invalid."""
    found = await own(w, decision)
    if not found or w.account is None:
        raise NotFound
    [one] = found
    if not one.may_appeal:
        raise Conflict("This was appealed already, taken back, or decided more than six months ago.")
    is_counter = one.ground == "copyright"
    plea = rules.plea(plea, is_counter=is_counter)

    number = ids.new_id(ids.cell_of(w.account))
    key = (await seal.new_keys([number]))[number]
    not_before = rules.business_days_after(clock.now(), rules.COUNTER_DAYS) if is_counter else None
    sealed = seal.seal(key, number, msgspec.json.encode(plea))
    if not await w.execute(INSERT, number, decision, w.account, is_counter, not_before, sealed):
        raise Conflict("This was appealed already.")

    w.record("moderation.appeal.made", number, refs=[decision], body=msgspec.json.encode(plea))
    if is_counter:
        case = await w.value(deciding.CASE_OF, decision)
        await letters.counter_notice(w, case, plea, not_before)
    return number


async def waiting(r: Reader) -> list[Appeal]:
    """Oldest first, for the crew."""
    return await _appeals(r, None)


async def find(r: Reader, number: int) -> Appeal:
    """Errors: NotFound."""
    found = await _appeals(r, number)
    if not found:
        raise NotFound
    return found[0]


async def answer(w: Writer, number: int, *, granted: bool, text: str) -> None:
    """Decides an appeal: never whoever decided what it is against, or is close to whom it is about.

    Granted takes the decision back. Errors: NotCrew, NotFound, NotForYou, Invalid, Conflict.
    """
    me, _ = await cases.crew(w, cases.WRITE_SCOPES)
    one = await find(w, number)
    rules.may_answer(one.conflict)
    text = rules.answer(text)

    key = (await seal.keys([number])).get(number)
    if key is None:
        raise NotFound
    state = "granted" if granted else "refused"
    if not await w.execute(ANSWER, number, state, me, seal.seal(key, number, text.encode())):
        raise Conflict("Somebody else has decided this appeal a moment ago.")

    w.record("moderation.appeal.granted" if granted else "moderation.appeal.refused", number, refs=[one.decision],
             body=text.encode())
    if not granted or not await deciding.take_back(w, one.decision, me):
        w.later("moderation.tell", {"decision": str(one.decision)})


async def _appeals(r: Reader, only: int | None) -> list[Appeal]:
    rows = await r.fetch(APPEALS, r.digest, only)
    keys = await seal.keys(row["id"] for row in rows)
    return [Appeal(row["id"], row["decision"], row["is_counter"], row["made_at"], row["not_before"], row["state"],
                   row["decided_at"], row["about"], row["handle"], row["conflict"],
                   *_opened(keys.get(row["id"]), row["id"], row["sealed"], row["sealed_answer"])) for row in rows]


def _opened(key: bytes | None, number: int, sealed: bytes | None, answer: bytes | None) -> tuple[Plea | None, str]:
    if key is None:
        return None, ""
    plea = msgspec.json.decode(seal.open_sealed(key, number, sealed), type=Plea) if sealed else None
    return plea, seal.open_sealed(key, number, answer).decode() if answer else ""


def _own(row: Row, keys: dict[int, bytes]) -> OwnDecision:
    key = keys.get(row["id"])
    statement = Statement("The reasons are no longer kept.")
    if key is not None and row["sealed"]:
        statement = msgspec.json.decode(seal.open_sealed(key, row["id"], row["sealed"]), type=Statement)
    text = rules.statement_text(row["what"], row["ground"], statement, is_of_notice=row["is_of_notice"])
    plea, answer = None, ""
    if row["appeal"]:
        plea, answer = _opened(keys.get(row["appeal"]), row["appeal"], row["sealed_appeal"], row["sealed_answer"])
    return OwnDecision(row["id"], row["post"], row["what"], row["ground"], row["decided_at"], row["undone_at"], text,
                       _may_appeal(row, clock.now()), row["appeal_state"] or "", plea, answer, row["not_before"],
                       row["appeal_state"] == "waiting" and rules.is_unheard(row["appealed_at"], clock.now()))


def _may_appeal(row: Row, now: datetime) -> bool:
    """source: DSA article 20 (1), six months."""
    return row["appeal"] is None and row["undone_at"] is None and row["decided_at"] > now - timedelta(
        days=rules.APPEALED_FOR_DAYS)


