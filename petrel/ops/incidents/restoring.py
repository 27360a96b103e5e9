"""What of incidents is done again after a restore (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({"ops.incident.taken": "who looked at what; it opens again if it is still so",
          "ops.incident.noted": "what the crew said meanwhile",
          "ops.incident.ended": "it opens again if it is still so"})
