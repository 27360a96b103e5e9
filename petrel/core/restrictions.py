"""What takes something away, and how it is done again: so that going back to a backup gives nothing back.

Every kind of journal entry is either *restricting*, with a function that applies it again to a restored database, or
*harmless*, with a line why losing it opens nothing. Each room says so of its own kinds in its `restoring.py`; a fence
(`tests/fences/test_restrictions.py`) finds a kind that nobody has classified, and the witness takes such a one for
restricting. Restricting entries are kept outside the database (`core/witness.py`).
source: DESIGN section 5; docs/law/visibility.md section 8 (backups), section 12 (late and replayed events).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from petrel.core.doors import Writer


class Kept(Struct, frozen=True):
    """A journal entry as the witness keeps it: ids, never text. `refs` mean what the kind says."""

    cell: int
    id: int
    epoch: int
    xid: int
    at_us: int
    kind: str
    subject: int
    actor: int | None
    refs: list[int]


Again = Callable[["Writer", Kept], Awaitable[bool]]
Close = Callable[["Writer"], Awaitable[int]]

AGAIN: dict[str, Again] = {}
HARMLESS: dict[str, str] = {}
CLOSED: dict[str, Close] = {}


def restricts(*kinds: str) -> Callable[[Again], Again]:
    """Registers `async def f(w: Writer, entry: Kept) -> bool`, which applies entries of these kinds again.

    It says whether it changed anything, and does not record: the restore records the same kind again, so that
    followers meet it as they did the first time. Idempotent; what the entry is about may be missing, or already so.
    """
    def register(f: Again) -> Again:
        for kind in kinds:
            AGAIN[kind] = f
        return f
    return register


def harmless(kinds: Mapping[str, str]) -> None:
    """Registers kinds that open nothing when they are lost: each with the reason, in one line."""
    HARMLESS.update(kinds)


def at_restore(kind: str) -> Callable[[Close], Close]:
    """Registers `async def f(w: Writer) -> int` to run once in every restore: what no entry can tell, and must not be
    open again. It returns how many rows it changed, and the restore records `kind` when there are any."""
    def register(f: Close) -> Close:
        CLOSED[kind] = f
        return f
    return register


def is_restricting(kind: str) -> bool:
    """Whatever nobody has called harmless."""
    return kind not in HARMLESS
