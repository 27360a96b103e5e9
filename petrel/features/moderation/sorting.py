"""What a report is of, put right by the crew after it came: a reporter may have chosen another word."""

from collections.abc import Sequence

from petrel.core.doors import Writer
from petrel.core.errors import Invalid, NotFound
from petrel.features import about
from petrel.features.moderation import rules
from petrel.features.moderation.cases import must_handle
from petrel.features.moderation.shapes import ReportKind

REPORT = """
select case_file, kind, rules, is_notice from moderation.report where cell = law.cell($1) and id = $1 for update
"""
SORT = "update moderation.report set kind = $2, rules = $3 where cell = law.cell($1) and id = $1"
KINDS = "select kind from moderation.report where cell = law.cell($1) and case_file = $1"
CASE = "update moderation.case_file set kind = $2, harm = $3 where cell = law.cell($1) and id = $1"


async def sort(w: Writer, number: int, kind: ReportKind | None, broken: Sequence[str] | None) -> None:
    """Says what a report is of, and which rules (their numbers) were broken; None leaves it. The case takes its worst.

    Notices of something illegal stay what they are, and no report becomes one: each owes its sender an answer with
    reasons (DSA article 16). Errors: as of `cases.must_handle`; Invalid.
    """
    found = await w.row(REPORT, number)
    if found is None:
        raise NotFound
    await must_handle(w, found["case_file"])
    kind = kind or found["kind"]
    if kind != found["kind"] and (found["is_notice"] or kind in ("legal", "copyright")):
        raise Invalid("category", "of a notice of something illegal stays, and no report becomes one")
    chosen = list(found["rules"] if broken is None else dict.fromkeys(broken)) if kind == "violation" else []
    if not {str(rule.id) for rule in await about.rules(w)}.issuperset(chosen):
        raise Invalid("rule_ids", "must be rules of this site")
    if (kind, chosen) == (found["kind"], list(found["rules"])):
        return

    await w.execute(SORT, number, kind, chosen)
    kinds = [row["kind"] for row in await w.fetch(KINDS, found["case_file"])]
    await w.execute(CASE, found["case_file"], rules.worst(kinds), rules.harm(kinds, len(kinds)))

    w.record("moderation.report.sorted", number, refs=[found["case_file"]])
