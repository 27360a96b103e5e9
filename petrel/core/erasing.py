"""Erasing an account, room by room. Each room registers, in its `erasing.py`, how what it holds of somebody goes;
the room `privacy` runs the steps in their order and keeps their places.

    @erases("lists", Order.FACTS)
    async def erase(account: int, at: str) -> Batch:
        async with writing(SYSTEM, cause=CAUSE) as w:
            ...                                     # at most BATCH rows; well under a second
            w.record("lists.account.swept", account)
        return Batch(gone, at="" if done else "where to go on")

A step may run twice from any place, since what is gone stays gone. Read next: features/privacy/erasure.py.
"""

from collections.abc import Awaitable, Callable
from enum import IntEnum

from msgspec import Struct

from petrel.core.doors import Writer, deriving
from petrel.core.viewer import System

SYSTEM = System("erasing")
CAUSE = "erasure"
BATCH = 400             # rows of one transaction
BLOCKS = (16, 2048)     # of 8 kB, at least and at most looked through by one statement where no index leads the way


class Order(IntEnum):
    """Keys first: from then on nothing can be read, whatever comes between. The account itself last."""

    KEYS = 0
    FACTS = 1
    DERIVED = 2
    ACCOUNT = 3


class Batch(Struct, frozen=True):
    """How many rows or keys went, and where to go on; "" when the step is done."""

    gone: int
    at: str = ""


Run = Callable[[int, str], Awaitable[Batch]]


class Step(Struct, frozen=True):
    """`rest`: how long it pauses after each batch, in times that the batch took."""

    name: str
    order: Order
    run: Run
    rest: float = 1.0


STEPS: dict[str, Step] = {}


def erases(name: str, order: Order, *, rest: float = 1.0) -> Callable[[Run], Run]:
    """Registers `async def f(account, at) -> Batch`; `at` is "" at first, then what the batch before said."""
    def register(f: Run) -> Run:
        STEPS[name] = Step(name, order, f, rest)
        return f
    return register


def steps() -> list[Step]:
    """All that are registered, in the order in which they run: by every room, or nothing may be erased."""
    if "accounts" not in STEPS:
        raise RuntimeError("the rooms are not loaded: petrel.app.load_rooms does")
    return sorted(STEPS.values(), key=lambda step: (step.order, step.name))


_BLOCKS_OF = "select (pg_catalog.pg_relation_size($1::text::regclass) / current_setting('block_size')::int)::int8"


async def blocks_of(w: Writer, table: str) -> int:
    return int(await w.value(_BLOCKS_OF, table))


async def pass_over(w: Writer, table: str, delete: str, account: int, at: str) -> Batch:
    """One window of a pass through a whole table, for rows that name somebody and have no index to find them by.

    `delete` takes the first and the last place (text, to be read as `tid`) and the account. Windows grow where nothing
    is found, and shrink where much is. Rows that move while the pass goes on can be missed; the sweep afterwards looks
    again.
    """
    first, width = map(int, at.split("+")) if at else (0, 8 * BLOCKS[0])
    gone = await w.execute(delete, f"({first},0)", f"({first + width},0)", account)
    if first + width >= await blocks_of(w, table):
        return Batch(gone)
    further = 2 * width if gone < BATCH else width // 4 if gone > 2 * BATCH else width
    return Batch(gone, f"{first + width}+{min(max(further, BLOCKS[0]), BLOCKS[1])}")


_ERASE_SALTS = """
update journal.entry set salt = null
 where ctid >= $1::text::tid and ctid < $2::text::tid and salt is not null and (actor = $3 or subject = $3)
"""


# Every follower reads here, and each row is in three indexes: slower than anything else.
@erases("journal", Order.DERIVED, rest=3.0)
async def erase_salts(account: int, at: str) -> Batch:
    """The journal keeps numbers for ever; without its salt an entry's digest confirms nothing that anybody guesses."""
    async with deriving("erasing") as w:
        return await pass_over(w, "journal.entry", _ERASE_SALTS, account, at)
