"""What of upgrades is done again after a restore (`core/restrictions.py`): nothing."""

from petrel.core.restrictions import harmless

harmless(dict.fromkeys(("ops.release.upgraded", "ops.release.taken_back"),
                       "which release served; a restore is served by the one that restores"))
