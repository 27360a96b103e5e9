"""Faults that do not mend themselves, and that something ends which Petrel says. Which of them a run meets, its seed
says."""

from drills import faults
from drills.faults import Fault
from petrel.core.jobs import MAX_ATTEMPTS

FAULTS = (
    faults.FOLLOWERS_STAND, faults.JOBS_STAND, faults.WEB_STANDS, faults.MAIN_STANDS, faults.KEYRING_STANDS,
    faults.TRANSACTION_OPEN, faults.NO_WORK_FOUND, faults.NO_CONNECTION, faults.NO_RIGHT_TO_FOLLOW,
    faults.NO_RIGHT_TO_SEAL, Fault("posts are locked", "main-database", faults.locked("posts.post")),
    # What it needed is there again.
    Fault("work was given up", "jobs", faults.given_up("watching.examine", MAX_ATTEMPTS, "now()")),
)
