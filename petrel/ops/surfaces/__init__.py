"""Surfaces: closing one through which something may leak, and opening it again.

Words: surface (of docs/law/visibility.md), closed (everything asked there is answered 503, never guessed at).
Invariants: closing takes one person and a reason, and holds in every web process within a second, in the database at
once; opening takes an approved request "surface.open", used in the same transaction; both are in the journal.
Read next: core/closing.py, `law.close_surface` in features/posts/visibility.sql.
"""

from petrel.ops.surfaces.commands import close, close_door, open_again
from petrel.ops.surfaces.reads import State, listed

__all__ = ["State", "close", "close_door", "listed", "open_again"]
