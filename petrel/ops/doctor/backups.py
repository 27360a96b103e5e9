"""Check of backups: is there one, is it new, has it been proven, is it elsewhere?"""

from pathlib import Path

from petrel.core.amounts import lasting
from petrel.ops.backups import newest
from petrel.ops.doctor.shapes import Check, bad, fine

AGE_MAX_S = 36 * 3600
PROVEN_MAX_S = 72 * 3600
ARCHIVED_MAX_S = 900


def check_backups(data: Path) -> Check:
    """By the note that backups leave: works when nothing runs."""
    last = newest(data)
    if last is None:
        return bad("backups", "there is none: when this disk dies, everything is gone",
                   "petrel backups --help; handbook: restore.")
    age = lasting(last.age_s())
    if last.problem:
        return bad("backups", f"the last one failed: {last.problem}; the newest whole one is {age} old",
                   f"Mend what it says at {last.place}; it is tried again by itself.")
    if last.age_s() > AGE_MAX_S:
        return bad("backups", f"the newest is {age} old, at {last.place}",
                   "See whether the jobs' process runs, and `petrel jobs dead`.")
    proven_s, archived_s = last.proven_age_s(), last.archived_age_s()
    if proven_s is None or proven_s > PROVEN_MAX_S:
        told = "never" if proven_s is None else f"for {lasting(proven_s)} not"
        return bad("backups", f"the newest is {age} old, and was {told} restored to prove it",
                   "One that was never restored is a hope: see what the nightly rehearsal says in the log.")
    if archived_s is not None and archived_s > ARCHIVED_MAX_S:
        return bad("backups", f"the archive of the log is {lasting(archived_s)} behind: so much would be lost",
                   f"See whether {last.place} can be reached.")
    return fine("backups", f"the newest is {age} old, at {last.place}; proven {lasting(proven_s)} ago; "
                           f"going back takes about {lasting(last.restore_s)}")
