"""How the stranger fares."""

from datetime import datetime

from msgspec import Struct

from petrel.core.doors import Reader

STATE = "select asked_at, clean_at, blind_since, said from ops.probe"


class State(Struct, frozen=True):
    """`asked_at`: its last round. `clean_at`: when it had asked everything and found nothing. `blind_since`: since when
    it finds nothing where it should, None when all is well."""

    asked_at: datetime | None = None
    clean_at: datetime | None = None
    blind_since: datetime | None = None
    said: str = ""


async def state(r: Reader) -> State:
    row = await r.row(STATE)
    return State(*row) if row is not None else State()
