"""Nothing of timelines takes anything away (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({"timelines.marker.set": "where somebody had read to"})
