"""Checks of what guards privacy: the stranger, the files of breaches, what is closed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from petrel.ops.doctor.shapes import Check, bad, fine

SILENT_MAX = timedelta(seconds=60)
CLEAN_MAX = timedelta(minutes=5)
WARN_BEFORE = timedelta(hours=24)
"""Of the 72 hours, so that the warning comes at 48."""

OFF = "switched off"
LOOK = """
select now() as now, p.asked_at, p.clean_at, p.blind_since, p.said,
       (select string_agg(c, ', ') from ops.closed('') c) as closed,
       (select min(b.due_at) from ops.breach b where b.state in ('open', 'assessed')) as due_at,
       (select string_agg(b.id::text, ', ' order by b.due_at) from ops.breach b where b.state = 'open') as open_ones,
       (select count(*) from ops.breach b where b.state = 'assessed') as assessed
  from (select 1) one left join ops.probe p on true
"""


def check_leaks(row: Any, started_at: str) -> list[Check]:
    """`row`: of LOOK."""
    return [_check_stranger(row, datetime.fromisoformat(started_at)), _check_breaches(row), _check_closed(row)]


def _check_stranger(row: Any, started_at: datetime) -> Check:
    now, cure = row["now"], "See whether the jobs' process runs, and what its log says."
    if row["said"] == OFF:
        return fine("stranger", "switched off (PETREL_STRANGER): nobody looks whether anything leaks")
    if row["blind_since"] is not None:
        return bad("stranger", f"BLIND since {row['blind_since']:%H:%M:%S} UTC: {row['said']}",
                   "Nobody looks whether anything leaks. Its log lines say what it cannot find or reach.")
    asked_at = max(filter(None, (row["asked_at"], started_at.astimezone(UTC))))
    if now - asked_at > SILENT_MAX:
        return bad("stranger", f"has not asked since {asked_at:%Y-%m-%d %H:%M:%S} UTC", cure)
    if row["clean_at"] is None:
        return fine("stranger", "has not asked everything yet")
    if now - max(row["clean_at"], started_at) > CLEAN_MAX:
        return bad("stranger", f"not all well since {row['clean_at']:%Y-%m-%d %H:%M:%S} UTC: {row['said']}", cure)
    return fine("stranger", f"had asked everything and found nothing at {row['clean_at']:%H:%M:%S} UTC")


def _check_breaches(row: Any) -> Check:
    due_at = row["due_at"]
    left_h = (due_at - row["now"]).total_seconds() / 3600 if due_at else 0.0
    if row["open_ones"]:
        return bad("breaches", f"open: {row['open_ones']}; {left_h:.0f} hours left to tell the authority",
                   "petrel privacy breach show NUMBER")
    if due_at and due_at - row["now"] < WARN_BEFORE:
        return bad("breaches", f"assessed, and the authority not told; {left_h:.0f} hours left",
                   "petrel privacy breach show NUMBER has the draft; then: note NUMBER ... --state notified")
    return fine("breaches", f"{row['assessed']} assessed, none waits for anybody")


def _check_closed(row: Any) -> Check:
    if row["closed"]:
        return bad("surfaces", f"closed: {row['closed']}",
                   "Whoever asks there gets 503. When the cause is mended, two people open it: petrel surfaces open")
    return fine("surfaces", "all open")
