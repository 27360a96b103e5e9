"""What of attendance is done again after a restore (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({"ops.attendance.changed": "follows from what waits, and is found again within a minute"})
