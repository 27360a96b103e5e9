"""Deciding a case, and taking a decision back. Each decision is one row with its statement of reasons, sealed; what it
does is the law's: states of posts and accounts, which hold everywhere at once."""

from collections.abc import Sequence

import msgspec

from petrel.core import clock, ids, seal
from petrel.core.doors import Reader, Row, Writer
from petrel.core.errors import Conflict, NotFound
from petrel.features import accounts, collections, posts
from petrel.features.moderation import cases, rules
from petrel.features.moderation.shapes import Act, Decision, Statement, Verdict, What

DECISIONS = "select * from moderation.decisions($1, $2, $3, $4)"
FACTS = """
select c.about, c.state, a.role, a.handle,
       coalesce((select bool_or(r.is_notice) from moderation.report r where r.cell = c.cell and r.case_file = c.id),
                false) as is_of_notice
  from moderation.case_file c left join accounts.account a on a.cell = law.cell(c.about) and a.id = c.about
 where c.cell = law.cell($1) and c.id = $1 for update of c
"""
REPORTED = """
select distinct post, author from moderation.evidence
 where cell = law.cell($1) and case_file = $1 and is_reported and post <> 0
"""
INSERT = """
insert into moderation.decision (cell, id, case_file, about, post, what, ground, is_of_notice, decided_by, sealed)
values (law.cell($1), $1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
UNDO = """
update moderation.decision set undone_by = $2, undone_at = now()
 where cell = law.cell($1) and id = $1 and undone_at is null
returning about, post, what, case_file
"""
CASE_OF = "select case_file from moderation.decision where cell = law.cell($1) and id = $1"
SUSPENDED = """
select max(d.decided_at) as at, coalesce(bool_or(p.state = 'waiting'), false) as is_appealed
  from moderation.decision d left join moderation.appeal p on p.cell = d.cell and p.decision = d.id
 where d.cell = law.cell($1) and d.about = $1 and d.what = 'suspend' and d.undone_at is null
"""
WITHOUT_DECISION = """
select max(e.at) from accounts.account a join journal.entry e on e.cell = a.cell and e.subject = a.id
 where a.cell = law.cell($1) and a.id = $1 and a.state & 128 <> 0 and e.kind = 'accounts.account.suspended'
"""
STANDING = """
select id from moderation.decision where cell = law.cell($1) and about = $1 and what = $2 and undone_at is null
"""
STILL = """
select 1 from moderation.decision
 where cell = law.cell($1) and about = $1 and what = $2 and post is not distinct from $3 and undone_at is null limit 1
"""


async def decide(w: Writer, case: int, given: Verdict, *, keep_open: bool = False,
                 scopes: Sequence[str] = cases.WRITE_SCOPES) -> list[int]:
    """Decides, and closes the case unless it is to stay open. Numbers of the decisions: one for each post, else one.

    The person is told with the reasons, reporters that something was decided. Errors: NotCrew, NotFound, NotForYou,
    Refused (of an equal), Invalid, Conflict (closed, or nothing there to decide about).
    """
    me = await cases.must_handle(w, case, scopes)
    facts = await w.row(FACTS, case)
    if facts is None:
        raise NotFound
    if facts["state"] != "open":
        raise Conflict("This case was closed by somebody else a moment ago. Open it again to decide anew.")
    authors = {row["post"]: row["author"] for row in await w.fetch(REPORTED, case)}
    verdict = rules.verdict(given, list(authors))
    if verdict.what != "nothing":
        if facts["about"] is None:
            raise Conflict("This case is about nobody of this site; it can only be closed.")
        rules.may_restrict((await cases.crew(w, scopes))[1], facts["role"] or "member")

    made = []
    if facts["about"] is not None:
        for post in verdict.posts or (None,):
            if await _act(w, verdict.what, facts["about"], post):
                made.append(await _write(w, case, facts, verdict, post, me))
        if not made:
            raise Conflict("It is so already, or gone: nothing is left to decide there.")
    if not keep_open:
        await cases.close(w, case)
    return made


async def _act(w: Writer, what: What, about: int, post: int | None) -> bool:
    match what:
        case "take_down":
            return post is not None and (
                await collections.take_down(w, post, about) or await posts.take_down(w, post, about))
        case "limit":
            return await accounts.restrict(w, about, "limited")
        case "suspend":
            return await accounts.restrict(w, about, "suspended")
    return True


async def _write(w: Writer, case: int, facts: Row, verdict: Verdict, post: int | None, me: int) -> int:
    number = ids.new_id(ids.cell_of(facts["about"]))
    statement = msgspec.json.encode(Statement(verdict.facts, verdict.reference, facts["handle"] or ""))
    key = (await seal.new_keys([number]))[number]
    await w.execute(INSERT, number, case, facts["about"], post, verdict.what, verdict.ground, facts["is_of_notice"], me,
                    seal.seal(key, number, statement))

    w.record("moderation.decision.made", number, body=statement,
             refs=[case, facts["about"], post or 0, int(Act[verdict.what.upper()])])
    if verdict.what != "nothing":
        w.later("moderation.tell", {"decision": str(number)})
    return number


async def undo(w: Writer, decision: int, *, scopes: Sequence[str] = cases.WRITE_SCOPES) -> None:
    """Takes a decision back, and with it what it did, unless another one stands that did the same. Whoever made it may,
    and anybody else who may handle the case. Twice is as once.

    Errors: NotCrew, NotFound, NotForYou, Refused.
    """
    row = await w.row(CASE_OF, decision)
    if row is None:
        await cases.crew(w, scopes)
        raise NotFound
    me = await cases.must_handle(w, row["case_file"], scopes)
    await take_back(w, decision, me)


async def take_back(w: Writer, decision: int, by: int) -> bool:
    """As `undo`, for who has looked whether it may be."""
    gone = await w.change(UNDO, decision, by)
    if not gone:
        return False
    row = gone[0]
    if not await w.row(STILL, row["about"], row["what"], row["post"]):
        match row["what"]:
            case "take_down":
                if not await collections.put_back(w, row["post"], row["about"]):
                    await posts.put_back(w, row["post"], row["about"])
            case "limit":
                await accounts.release(w, row["about"], "limited")
            case "suspend":
                await accounts.release(w, row["about"], "suspended")
    w.record("moderation.decision.undone", decision, refs=[row["case_file"], row["about"], row["post"] or 0])
    w.later("moderation.tell", {"decision": str(decision)})
    return True


async def release(w: Writer, about: int, what: What, *, scopes: Sequence[str] = cases.WRITE_SCOPES) -> int:
    """Takes back every standing decision of a kind about an account; how many."""
    await cases.crew(w, scopes)
    rules.may_handle(await w.value("select moderation.conflict($1, $2)", w.digest, about))
    rows = await w.fetch(STANDING, about, what)
    me = w.account or 0
    return sum([await take_back(w, row["id"], me) for row in rows])


async def may_erase(w: Writer, about: int, *, scopes: Sequence[str] = cases.WRITE_SCOPES) -> None:
    """Whether the crew may have a suspended account erased. Errors: NotCrew, NotForYou, Refused, with the reason."""
    _, role = await cases.crew(w, scopes)
    rules.may_handle(await w.value("select moderation.conflict($1, $2)", w.digest, about))
    row = await w.row(SUSPENDED, about)
    # A wave that was undone is one act about many, without a statement of reasons to each.
    at = (row and row["at"]) or await w.value(WITHOUT_DECISION, about)
    rules.may_erase(role, at, row is not None and row["is_appealed"], clock.now())


async def history(r: Reader, about: int) -> list[Decision]:
    """What was decided about an account, newest first, for the crew."""
    me, role = await cases.crew(r)
    return await _opened(await r.fetch(DECISIONS, r.digest, cases.SCOPES, about, None), me, role)


async def find(r: Reader, decision: int) -> Decision:
    """For the crew. Errors: NotCrew, NotFound."""
    me, role = await cases.crew(r)
    found = await _opened(await r.fetch(DECISIONS, r.digest, cases.SCOPES, None, decision), me, role)
    if not found:
        raise NotFound
    return found[0]


async def _opened(rows: Sequence[Row], me: int, role: str) -> list[Decision]:
    keys = await seal.keys(row["id"] for row in rows if row["sealed"])
    is_senior = role != "moderator"
    return [decision_of(row, keys.get(row["id"]), me, row["by_handle"] if is_senior else
                        rules.initials(row["by_handle"])) for row in rows]


def decision_of(row: Row, key: bytes | None, me: int, by: str) -> Decision:
    statement = None
    if key is not None and row["sealed"]:
        statement = msgspec.json.decode(seal.open_sealed(key, row["id"], row["sealed"]), type=Statement)
    return Decision(row["id"], row["case_file"], row["about"], row["post"], row["what"], row["ground"],
                    row["is_of_notice"], by, row["decided_by"] == me, row["decided_at"], row["undone_at"], statement)
