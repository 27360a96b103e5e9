"""What of watching is done again after a restore (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({"ops.alert.quieted": "what the crew said of an alert; it fires again if it is still true"})
