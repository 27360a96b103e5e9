"""Letters of moderation: reasons to whom a decision concerns, and to who sent a notice, that it came and what was
decided. Without a relay nothing is written; the pages say the same. source: DSA articles 16 (4), (5) and 17."""

from datetime import datetime

import msgspec

from petrel.core import limits, seal
from petrel.core.doors import Writer
from petrel.features import mail
from petrel.features.moderation import rules
from petrel.features.moderation.shapes import NewReport, Plea, Statement, Written

TO_TELL = "select * from moderation.to_tell('moderation', $1)"
UNHEARD = f"""Nobody else of the crew has looked at it for {rules.UNHEARD_DAYS} days; this may be a site that one person
looks after. Whoever made a decision may take it back, and never answers an appeal against it. So yours stays open, is
counted in the yearly numbers, and you need not wait for it."""
NOTICES = "select * from moderation.notices_of('moderation', $1)"


async def received(w: Writer, new: NewReport, number: int, link: str) -> None:
    """To who sent a notice. Somebody without an account finds its page there."""
    where = f"{limits.current().base_url}/report/{link}" if link else f"{limits.current().base_url}/settings/moderation"
    facts = {"number": str(number), "where": where}
    if w.account is not None:
        await mail.queue(w, w.account, "notice_received", facts)
    elif new.written.email:
        await mail.queue(w, new.written.email, "notice_received", facts, language=new.written.language)


async def decided(w: Writer, decision: int) -> None:
    """To whom a decision concerns: its reasons, that it was taken back, or what came of their appeal."""
    row = await w.row(TO_TELL, decision)
    key = (await seal.keys([decision])).get(decision)
    if row is None or key is None or not row["sealed"]:
        return
    statement = msgspec.json.decode(seal.open_sealed(key, decision, row["sealed"]), type=Statement)
    title, text = _said(row["what"], row["ground"], statement, is_of_notice=row["is_of_notice"],
                        is_undone=row["undone_at"] is not None, appeal=row["appeal_state"] or "")
    once = f"moderation {decision} {row['appeal_state'] or ''} {'undone' if row['undone_at'] else ''}"
    await mail.queue(w, row["about"], "decision", {
        "title": title, "text": text, "where": f"{limits.current().base_url}/settings/moderation"}, once=once)


def _said(what: str, ground: str, statement: Statement, *, is_of_notice: bool, is_undone: bool,
          appeal: str) -> tuple[str, str]:
    title = rules.WORDS[what]       # type: ignore[index]
    if is_undone:
        return f"Taken back: {title}", "This decision was taken back; what it restricted is as it was before."
    if appeal == "refused":
        return f"Your appeal: {title}", "Somebody else of the crew looked again, and left the decision as it is."
    return title, rules.statement_text(what, ground, statement, is_of_notice=is_of_notice)  # type: ignore[arg-type]


async def unheard(w: Writer, decision: int) -> None:
    """To who appealed: that nobody else has looked yet, and may not soon."""
    row = await w.row(TO_TELL, decision)
    if row is None:
        return
    await mail.queue(w, row["about"], "decision", {
        "title": f"Your appeal still waits: {rules.WORDS[row['what']]}", "text": UNHEARD,
        "where": f"{limits.current().base_url}/settings/moderation"}, once=f"moderation {decision} unheard")


async def answered(w: Writer, case: int, *, is_restricted: bool) -> None:
    """To who sent notices that a case came of."""
    for row in await w.fetch(NOTICES, case):
        facts = {"number": str(row["id"]), "is_restricted": "yes" if is_restricted else ""}
        written = await _written(row["id"], row["sealed"])
        if to := row["reporter"] or written.email:
            await mail.queue(w, to, "notice_answered", facts, once=f"moderation answered {row['id']}",
                             language=written.language)


async def counter_notice(w: Writer, case: int, plea: Plea, not_before: datetime | None) -> None:
    """To who sent the notice: who contests it, and until when to tell that a court was asked.

    source: 17 U.S.C. 512 (g) (2) (B)."""
    for row in await w.fetch(NOTICES, case):
        to = row["reporter"] or (await _written(row["id"], row["sealed"])).email
        if row["kind"] == "copyright" and to:
            await mail.queue(w, to, "counter_notice", {
                "number": str(row["id"]), "name": plea.name, "reach": plea.reach, "text": plea.text,
                "day": f"{not_before:%d %B %Y}" if not_before else ""})


async def _written(report: int, sealed: bytes) -> Written:
    key = (await seal.keys([report])).get(report)
    if key is None or not sealed:
        return Written()
    return msgspec.json.decode(seal.open_sealed(key, report, sealed), type=Written)
