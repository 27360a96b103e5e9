"""Flags: what some accounts have and others do not yet, decided by account, by cell, by share, or for everybody.

    if flags.PACKED_ANSWERS.is_on(account): ...

Every flag is declared here, with an owner, a reason and the day on which it is to be gone from the code: one that
outlives its question is a second program, and the crew is told of it. What is in force changes by a Change only
(`petrel.ops.changes`), cell by cell. Each web process asks every two seconds; while the database is away everything
stays as it was.
"""

import hashlib
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from petrel.core.ids import cell_of


class InForce(Struct, frozen=True):
    """`cells`: those that a change under way has reached; they have what it will be for everybody."""

    is_on: bool
    percent: int = 0
    becomes: bool = False
    becomes_percent: int = 0
    cells: frozenset[int] = frozenset()


class Flag(Struct, frozen=True):
    """`until`: the day on which it is to be gone from the code. `holds`: what people rely on once it is on for all, and
    no change switches off again."""

    name: str
    default: bool
    owner: str
    why: str
    until: date
    holds: str = ""

    def is_on(self, account: int | None) -> bool:
        """For whom it decides; None for visitors, who have what everybody has. Costs less than a microsecond where
        there is no share."""
        if _own and account is not None and (own := _own.get((self.name, digest(self.name, account)))) is not None:
            return own
        now = _in_force.get(self.name)
        if now is None:
            return self.default
        if account is None:
            return now.is_on
        if cell_of(account) in now.cells:
            return now.becomes != _is_in_share(self.name, account, now.becomes_percent)
        return now.is_on != _is_in_share(self.name, account, now.percent)


PACKED_ANSWERS = Flag(
    "packed-answers", default=True, owner="crew", until=date(2027, 12, 31),
    why="Answers of the API in gzip (decision 0032); off where somebody turns out to learn from their lengths.")

FLAGS: dict[str, Flag] = {one.name: one for one in (PACKED_ANSWERS,)}
_in_force: Mapping[str, InForce] = {}
_own: Mapping[tuple[str, bytes], bool] = {}


def install(in_force: Mapping[str, InForce]) -> None:
    """What this process goes by from now on."""
    global _in_force
    _in_force = in_force


def install_own(own: Mapping[tuple[str, bytes], bool]) -> None:
    """For whom something else is in force than for others, by flag and digest."""
    global _own
    _own = own


def digest(name: str, account: int) -> bytes:
    """Of an account that has a flag of its own, as processes hear of it."""
    return hashlib.sha256(f"{name} {account}".encode()).digest()


def _is_in_share(name: str, account: int, percent: int) -> bool:
    """The same accounts for the same flag, others for another; who was among 10 percent is among 20."""
    if not percent:
        return False
    drawn = hashlib.blake2b(f"{name} {account}".encode(), digest_size=4).digest()
    return int.from_bytes(drawn, "big") % 100 < percent
