"""The numbers that were in force, and the programs that are connected. For the system."""

from datetime import datetime

from msgspec import Struct

from petrel.core.doors import Reader


class Version(Struct, frozen=True):
    """One number of the policy."""

    number: int
    in_force_at: datetime
    reason: str


class Program(Struct, frozen=True):
    """A build that is connected to the database now. `build` "unknown": it does not say."""

    build: str
    policy: int
    sessions: int
    since: datetime
    is_outdated: bool


async def history(r: Reader) -> list[Version]:
    """Every number there was, the one in force last."""
    rows = await r.fetch("select version, in_force_at, reason from law.policy order by version")
    return [Version(*row) for row in rows]


async def programs(r: Reader) -> list[Program]:
    """The outdated first."""
    rows = await r.fetch("select * from ops.programs('policy') order by policy, since")
    return [Program(*row) for row in rows]
