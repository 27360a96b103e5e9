"""Imports after a restore (`core/restrictions.py`): what they made has kinds of its own."""

from petrel.core.restrictions import harmless

harmless({
    "archives.import.begun": "bookkeeping; what an import makes is recorded by itself",
    "archives.import.ended": "bookkeeping; what an import makes is recorded by itself",
    "archives.item.taken": "bookkeeping; a restore that loses it takes the thing again, which changes nothing",
    "archives.item.forgotten": "bookkeeping; posts taken back are deleted by entries of their own",
    "archives.account.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
})
