"""What of the stranger is done again after a restore (`core/restrictions.py`)."""

from petrel.core.restrictions import harmless

harmless({
    "ops.decoy.planted": "what the site planted for itself; it plants again",
    "ops.leak.found": "a record; the surface that it closed has an entry of its own",
})
