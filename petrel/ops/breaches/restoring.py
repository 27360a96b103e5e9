"""What of breaches is done again after a restore (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

_LOST = "a record of the crew's; nobody sees more without it"

harmless(dict.fromkeys((
    "ops.breach.opened", "ops.breach.grown", "ops.breach.shut", "ops.breach.noted", "ops.breach.closed"), _LOST))
