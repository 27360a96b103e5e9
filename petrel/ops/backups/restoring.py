"""What the crew's rooms record takes nothing away from anybody (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({
    "ops.drill.finished": "a verdict; DATA/drills has it too",
    "ops.job.retried": "work that is tried again",
    "ops.job.dropped": "work that no release can do",
    "ops.backup.made": "a copy that was made",
    "ops.backup.rehearsed": "that a backup was tried; the note in the data directory has it too",
    "ops.backup.expired": "a copy of keys that was removed; the next schedule looks again",
    "ops.site.restored": "that the site went back to a backup; the witness has it",
})
