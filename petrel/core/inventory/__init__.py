"""The data inventory: what every column of both clusters is, whose, why, how long, how it goes, where it may be.

It is written as comments on the columns (`petrel/storage/inventory.sql`), so it is in the database beside what it
describes. Words: line (the inventory of one column), subject (whose it is). Export, erasure, retention and residency
are to be derived from it. Read next: rules.py, which is the grammar.
"""

from petrel.core.inventory.reads import Found, read
from petrel.core.inventory.rules import by_subject, faults, parse
from petrel.core.inventory.shapes import (
    LEAVES,
    PURPOSES,
    SUBJECTS,
    WAYS,
    Erasure,
    Line,
    Term,
    Unreadable,
    Whose,
)

__all__ = ["LEAVES", "PURPOSES", "SUBJECTS", "WAYS", "Erasure", "Found", "Line", "Term", "Unreadable", "Whose",
           "by_subject", "faults", "parse", "read"]
