"""The steps of an upgrade, in order. Interrupted at any of them, the same command begins anew and finds what is done:

1. the record says that it begins              2. migrations and functions, while the giver serves
3. the record says that it hands over          4. the supervisor becomes the taker, web processes are relieved
5. what only the giver called goes             6. the record says that it is done
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from petrel.core import clock
from petrel.core.doors import writing
from petrel.core.ids import any_cell, new_id
from petrel.core.viewer import System
from petrel.ops.processes import Release, Status, ask, read_status, this_release
from petrel.ops.upgrades import records
from petrel.ops.upgrades.records import Record
from petrel.ops.upgrades.shapes import CannotUpgrade, Done, Plan, Problem
from petrel.storage import replacing
from petrel.storage.pools import Addresses
from petrel.storage.postgres import holder_of

MOST_S = 240.0
LOOK_EVERY_S = 0.1
CONTRACTS = "select name from petrel_migrations.done where name like '%\\_contract\\_%' order by name"


class Hands(Struct, frozen=True):
    """What the wiring lends: `migrate` as `petrel migrate` does, the databases, work with the doors open, and `probe`,
    which says what is wrong with the site as its members find it, or ""."""

    migrate: Callable[[], list[str]]
    databases: Callable[[], AbstractContextManager[Addresses]]
    doors: Callable[[Callable[[], Awaitable[None]]], None]
    probe: Callable[[], str]

    def owning(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        """`work` with the administrator's connection to the main database."""
        async def inside(addresses: Addresses) -> Any:
            connection = await asyncpg.connect(**addresses.main["owner"])
            try:
                return await work(connection)
            finally:
                await connection.close()

        with self.databases() as addresses:
            return asyncio.run(inside(addresses))


def run(folder: Path, plan: Plan, hands: Hands, say: Callable[[str], None], *, is_trial: bool = False) -> Done:
    """From the release that serves to this one. `is_trial`: which gives it back by itself unless the probe finds the
    site well in time, whatever ends meanwhile. Errors: CannotUpgrade, StorageError."""
    if plan.problems:
        raise CannotUpgrade(*plan.problems)
    with records.one_at_a_time(folder):
        return _run(folder, hands, say, is_trial)


def _run(folder: Path, hands: Hands, say: Callable[[str], None], is_trial: bool) -> Done:
    status = read_status(folder)
    assert status is not None and status.release is not None
    record, taker = _begun(folder, status.release, hands, is_trial), this_release()
    took_s: dict[str, float] = {}
    records.write(folder, record)
    began = time.monotonic()
    ran = hands.migrate()
    took_s["migrate"] = time.monotonic() - began
    say(f"The databases know this release: {len(ran)} steps in {took_s['migrate']:.1f} s.")

    _go_on(folder, record, "handing over")
    began = time.monotonic()
    hand_over(folder, status, taker, _at(record, "given back"), say)
    took_s["hand over"] = time.monotonic() - began
    if is_trial:
        _prove(folder, record, hands, say)

    hands.owning(replacing.drop_left_over)
    hands.doors(lambda: _note("upgraded", record.giver, taker))
    _go_on(folder, record, "done")
    return Done(record.giver, taker, ran, took_s)


def _go_on(folder: Path, record: Record, step: records.Step) -> None:
    """Errors: CannotUpgrade, where it was taken back meanwhile."""
    now = records.read(folder)
    if now is not None and now.step == "given back" and now.taker == record.taker:
        raise CannotUpgrade(Problem(f"It was taken back meanwhile: {now.why}", "The site is served as before."))
    records.write(folder, _at(record, step))


def _prove(folder: Path, record: Record, hands: Hands, say: Callable[[str], None]) -> None:
    """Errors: CannotUpgrade, when the site is with the giver again."""
    _go_on(folder, record, "on trial")
    if not (why := hands.probe()):
        return
    records.write(folder, _at(record, "given back", why))
    say(f"What is posted does not come through: {why}. Going back ...")
    until_s = time.monotonic() + MOST_S
    while time.monotonic() < until_s:
        now = read_status(folder)
        if now is not None and now.release == record.giver and now.state == "ready" and not now.leaving:
            raise CannotUpgrade(Problem(f"{record.taker.name} was given back: {why}", "The site is served as before."))
        time.sleep(LOOK_EVERY_S)
    raise CannotUpgrade(Problem("It does not go back.", "`petrel upgrade back`, or rescue.py pin."))


def _begun(folder: Path, serving: Release, hands: Hands, is_trial: bool) -> Record:
    """A new record; of what was interrupted, the giver and the contract steps of its beginning."""
    before, taker = records.read(folder), this_release()
    if before is not None and before.taker == taker and before.step in ("migrating", "handing over", "on trial"):
        return _at(before, "migrating")
    return Record(serving, taker, "migrating", hands.owning(_contracts), clock.now_ms(), is_trial=is_trial)


def hand_over(folder: Path, status: Status, taker: Release, if_refused: Record, say: Callable[[str], None]) -> None:
    """Until the taker serves alone. Errors: CannotUpgrade; with the giver at work again, unless it says otherwise."""
    pid = holder_of(folder)
    if pid is None:
        raise _stopped()
    asked_at = time.time()
    if status.release != taker:
        ask(folder, pid, taker)
    until_s, is_told = time.monotonic() + MOST_S, False
    while time.monotonic() < until_s:
        now = read_status(folder)
        if now is not None and now.release == taker and now.state == "ready":
            if not is_told:
                is_told = True
                say(f"{taker.name} serves; the processes of the other release finish.")
            if not now.leaving:
                return
        if now is not None and now.refused and now.refused_at >= asked_at and not now.leaving:
            records.write(folder, _at(if_refused, if_refused.step, now.refused))
            raise CannotUpgrade(Problem(f"{taker.name} could not take over: {now.refused}",
                                        "The site is served as before. Its log tells more."))
        if holder_of(folder) is None:
            raise _stopped()
        time.sleep(LOOK_EVERY_S)
    raise CannotUpgrade(Problem(f"The handover is not through after {MOST_S:.0f} s.",
                                "`petrel upgrade` once more looks how far it is."))


def _stopped() -> CannotUpgrade:
    return CannotUpgrade(Problem("The site has stopped meanwhile.", "Start it (`petrel up`), and run this again."))


async def _contracts(main: Any) -> list[str]:
    return [row[0] for row in await main.fetch(CONTRACTS)]


def _at(record: Record, step: records.Step, why: str = "") -> Record:
    return msgspec.structs.replace(record, step=step, at_ms=clock.now_ms(), why=why)


async def _note(what: str, giver: Release, taker: Release) -> None:
    """One journal entry: which build gave the site over to which."""
    async with writing(System("upgrades"), cause="petrel upgrade") as w:
        kind = "ops.release.upgraded" if what == "upgraded" else "ops.release.taken_back"
        w.record(kind, new_id(any_cell()), body=f"{giver.build} {taker.build}".encode())
