"""What follows from cases: people are told, and what was kept as evidence ends."""

from petrel.core import seal
from petrel.core.doors import writing
from petrel.core.jobs import every, job
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.features.moderation import letters, rules

SYSTEM = System("moderation")
COPY, REPORT = 1, 2
AT_ONCE = 500
OVER = "select kind, id from moderation.over('moderation', $1, $2)"
DROP = "delete from moderation.evidence where id = any ($1::bigint[])"
EMPTY = "update moderation.report set sealed = '' where id = any ($1::bigint[])"
ANSWERED = """
update moderation.report set answered_at = now()
 where cell = law.cell($1) and case_file = $1 and answered_at is null returning id
"""

UNHEARD = """
select decision from moderation.appeal
 where state = 'waiting' and not is_counter
   and made_at > now() - make_interval(days => $1 + 1) and made_at <= now() - make_interval(days => $1)
"""
RESTRICTED = """
select 1 from moderation.decision
 where cell = law.cell($1) and case_file = $1 and what <> 'nothing' and undone_at is null limit 1
"""

for _table in ("moderation.evidence", "moderation.report"):
    kept_for(_table, days=rules.RETENTION_DAYS, schedule="moderation.sweep")


@job("moderation.answer")
async def answer(case: str) -> None:
    """Reporters see that their case was decided. Twice: no effect. Late: so are they. Never: the dead letter is
    listed, and they see a case that is closed all the same."""
    async with writing(SYSTEM, cause="moderation.answer") as w:
        rows = await w.change(ANSWERED, int(case))
        for row in rows:
            w.record("moderation.report.answered", row["id"], refs=[int(case)])
        if rows:
            await letters.answered(w, int(case), is_restricted=bool(await w.row(RESTRICTED, int(case))))


@job("moderation.tell")
async def tell(decision: str) -> None:
    """A letter with the reasons. Twice: it is written once. Late, or never: the person has a notification, and reads
    the reasons on their page meanwhile."""
    async with writing(SYSTEM, cause="moderation.tell") as w:
        await letters.decided(w, int(decision))


@every(86_400, "moderation.unheard")
async def tell_unheard() -> str | None:
    """Who appealed a week ago, and to whom nobody else has answered, is told. Twice: it is written once. Never: their
    page says it."""
    async with writing(SYSTEM, cause="schedule") as w:
        found = [row["decision"] for row in await w.fetch(UNHEARD, rules.UNHEARD_DAYS)]
        for decision in found:
            await letters.unheard(w, decision)
        if found:
            w.record("moderation.appeal.unheard", 0, cell=0, refs=found)
    return f"{len(found)} appeals wait for somebody else" if found else None


@every(3600, "moderation.sweep")
async def sweep() -> str | None:
    """Ends what was kept of cases closed 180 days ago: keys first. Twice: no effect. Never: retention shows it."""
    ended = 0
    while True:
        async with writing(SYSTEM, cause="schedule") as w:
            rows = await w.fetch(OVER, rules.RETENTION_DAYS, AT_ONCE)
            if not rows:
                return f"ended {ended} copies and reports of old cases" if ended else None
            copies = [row["id"] for row in rows if row["kind"] == COPY]
            reports = [row["id"] for row in rows if row["kind"] == REPORT]
            await seal.destroy([*copies, *reports])
            await w.execute(DROP, copies)
            await w.execute(EMPTY, reports)
            w.record("moderation.evidence.ended", 0, refs=[len(copies), len(reports)])
        ended += len(rows)
