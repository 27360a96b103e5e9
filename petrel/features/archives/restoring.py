"""Imports after a restore (`core/restrictions.py`): what they made has kinds of its own."""

from petrel.core.restrictions import harmless

harmless({
    "archives.import.begun": "bookkeeping; what an import makes is recorded by itself",
    "archives.import.ended": "bookkeeping; what an import makes is recorded by itself",
    "archives.item.taken": "bookkeeping; a restore that loses it takes the thing again, which changes nothing",
    "archives.item.forgotten": "bookkeeping; posts taken back are deleted by entries of their own",
    "archives.list.brought": "a restore loses it; it is brought in again",
    "archives.list.begun": "what it makes is recorded by itself",
    "archives.list.dropped": "somebody's own file, which nobody else can read; it goes after a week",
    "archives.account.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
})
