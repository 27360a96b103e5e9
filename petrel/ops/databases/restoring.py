"""What this room records takes nothing away from anybody (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({"ops.database.moved": "that the site lives on other servers since; every row came with it"})
