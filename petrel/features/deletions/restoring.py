"""What of the ledger is taken away again after a restore (`core/restrictions.py`): nothing. Deletions that are done
again by their rooms are recorded again, and get their lines again."""

from petrel.core.restrictions import harmless

harmless({"deletions.remain.found": "a finding; the next sweep finds what is there then"})
