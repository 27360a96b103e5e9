"""What this room records takes nothing away from anybody (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({"ops.part.restarted": "that processes were begun anew; they are new anyway"})
