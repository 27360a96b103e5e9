"""What happens to the site while it is used, one act after the other. Each returns its figures."""

import asyncio
import os
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drills.going_live.machine import Machine
from drills.going_live.measuring import Grown, taken
from drills.going_live.world import Relay
from petrel.core.viewer import System
from petrel.ops.drills import Broken, Clients, Lost, Person
from petrel.ops.drills.load import Load
from petrel.storage.build import ROOT, build_of
from petrel.storage.locks import Gauge

PEOPLING = Path(__file__).with_name("peopling.py")
FOLLOWED = 5
RUSH_PER_S, RUSH_S = 2.0, 2.0   # of each writer while the site is upgraded; before and after it
GLANCERS = 12
WHO = System("drill")
STEPS = "select name from petrel_migrations.done where name ~ '^[0-9]'"
RELATIONS = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname not like 'pg\\_%'
"""
LOCKED = """
select l.pid, n.nspname || '.' || c.relname from pg_locks l join pg_class c on c.oid = l.relation
  join pg_namespace n on n.oid = c.relnamespace join pg_stat_activity s on s.pid = l.pid
 where l.locktype = 'relation' and s.backend_type = 'client backend'
   and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
FLAW = "    def _write(self, side: Side, name: str, body: Body) -> None:\n"


async def populate(machine: Machine, count: int, known: list[Person]) -> Grown:
    """So many members, who follow each other, and every fiftieth one of the known. Made by the machine's program."""
    site = machine.site
    assert site is not None
    sizes = [await taken(site)]
    numbers: list[int] = await machine.ask(PEOPLING, {"do": "accounts", "count": count})
    pairs = [(who, numbers[(at * step + step * step) % count]) for at, who in enumerate(numbers)
             for step in range(2, 2 + FOLLOWED)]
    pairs = [(a, b) for a, b in dict.fromkeys(pairs) if a != b]
    pairs += [(who, known[at // 50 % len(known)].id) for at, who in enumerate(numbers) if at % 50 == 0]
    sizes.append(await taken(site))
    await machine.ask(PEOPLING, {"do": "follows", "pairs": pairs})
    sizes.append(await taken(site))
    return Grown(count, len(pairs), (sizes[1] - sizes[0]) / count, (sizes[2] - sizes[1]) / len(pairs))


def next_release(folder: Path, *, sabotage: bool) -> Path:
    """This build, in a second copy of its sources alone: version N takes what is built for a part of them. With
    `sabotage` its archive stores nothing and says that it has. Errors: Broken, when the sources have changed."""
    shutil.copytree(ROOT / "petrel", folder / "petrel",
                    ignore=shutil.ignore_patterns("__pycache__", "node_modules", "app"))
    if sabotage:
        path = folder / "petrel" / "ops" / "backups" / "archive.py"
        text = path.read_text()
        if text.count(FLAW) != 1:
            raise Broken("the archive is written in another way now: the sabotage has to follow")
        path.write_text(text.replace(FLAW, FLAW + "        return\n"))
    return folder


class Locks:
    """`async with`: looks all the while for how long anybody has, or waits for, a lock on a relation that readers or
    writers of it would wait for. `gauge.longest_s`; looks are about 0.02 s apart. Errors at its end: Broken."""

    def __init__(self, eye: Any) -> None:
        self.gauge = Gauge()
        self._eye = eye
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Locks":
        known = {row[0] for row in await self._eye.fetch(RELATIONS)}
        self._task = asyncio.create_task(self._look(known))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            [ended] = await asyncio.gather(self._task, return_exceptions=True)
            if not isinstance(ended, asyncio.CancelledError):
                raise Broken(f"locks were not looked at to the end: {ended!r}")

    async def _look(self, known: set[str]) -> None:
        while True:
            found = {f"{pid} {name}" for pid, name in await self._eye.fetch(LOCKED) if name in known}
            self.gauge.see(found, time.monotonic())
            await asyncio.sleep(0.02)


async def glance(wire: Clients, load: Load, answers: Counter[str]) -> None:
    """Looks at one thing after the other, as people do who hold a telephone in their hand; until it is cancelled."""
    number = 0
    while True:
        number += 1
        ack = load.record.acks[-1 - number % min(200, len(load.record.acks))]
        target = ("/api/v1/notifications?limit=5", f"/api/v1/statuses/{ack.wish.target or ack.id}",
                  "/api/v1/timelines/home?limit=5")[number % 3]
        try:
            answers[str((await wire.ask("GET", target, token=load.people[ack.wish.who].token)).status)] += 1
        except Lost:
            answers["no answer"] += 1
        await asyncio.sleep(0.04)


async def upgrade(machine: Machine, wire: Clients, load: Load, release: Path) -> dict[str, Any]:
    """By the next release's own command, under a heavy load. `upgrade_per_s`: requests answered meanwhile."""
    answers: Counter[str] = Counter()
    glances = [asyncio.create_task(glance(wire, load, answers)) for _ in range(GLANCERS)]
    try:
        return await _upgrade(machine, load, release, answers)
    finally:
        for one in glances:
            one.cancel()
        await asyncio.gather(*glances, return_exceptions=True)


async def _upgrade(machine: Machine, load: Load, release: Path, answers: Counter[str]) -> dict[str, Any]:
    def statuses() -> Counter[str]:
        return load.record.statuses + answers

    assert machine.site is not None
    before_per_s, load.per_s = load.per_s, RUSH_PER_S
    async with machine.site.database() as eye, machine.site.database() as owner, Locks(eye) as locks:
        await asyncio.sleep(RUSH_S)
        old = {row[0] for row in await owner.fetch(STEPS)}
        before, acked, began = statuses(), len(load.record.acks), time.monotonic()
        await machine.on_site("upgrade", root=release)
        took_s, during = time.monotonic() - began, statuses() - before
        await asyncio.sleep(RUSH_S)
        new = {row[0] for row in await owner.fetch(STEPS)} - old
    load.per_s = before_per_s
    machine.root = release
    now = machine.site.running()
    came = statuses() - before
    return {"upgrade_s": round(took_s, 1), "upgrade_requests": came.total(),
            "upgrade_per_s": round(during.total() / took_s, 1),
            "upgrade_writes": len(load.record.acks) - acked,
            "upgraded": now.release is not None and now.release.build == build_of(release),
            "upgrade_refused": sum(n for what, n in came.items() if what not in ("200", "read 200")),
            "upgrade_answers": dict(came), "migrations": sorted(new),
            "slowest_s": round(max(ack.at - ack.sent_at for ack in load.record.acks[acked:]), 2),
            "longest_lock_s": round(locks.gauge.longest_s, 2),
            "longest_lock": locks.gauge.relation}


async def relay_away(machine: Machine, wire: Clients, relay: Relay, mail: Mapping[str, int]) -> dict[str, Any]:
    """Members ask for letters while the relay is away; it comes back. Each letter has to arrive, once."""
    relay.end()
    before = len(relay.to)
    form = await wire.ask("GET", "/auth/forgot")
    guest = (form.header(b"set-cookie") or b"").decode().partition(";")[0]
    csrf = form.body.decode().partition('name="csrf" value="')[2].partition('"')[0]
    asked = 0
    for address in mail:
        answer = await wire.ask("POST", "/auth/forgot", form={"email": address, "csrf": csrf},
                                headers={"Cookie": guest})
        asked += answer.status == 200
    if asked != len(mail):
        raise Broken(f"only {asked} of {len(mail)} could ask for a letter ({answer.status})")
    await asyncio.sleep(8)                          # it is tried, in vain
    if len(relay.to) != before:
        raise Broken("the relay took letters while it was away")
    await relay.begin()
    await machine.on_site("mail", "retry")
    await relay.took(set(mail), 90)
    await asyncio.sleep(2)                          # whatever would come twice
    got = Counter(relay.to[before:])
    return {"letters": asked, "letters_lost": len(set(mail) - set(got)),
            "letters_twice": sum(1 for address in mail if got[address] > 1)}


async def disk_fills(wire: Clients, writer: Person, place: Path) -> dict[str, Any]:
    """The disk is filled up to 100 MiB, and emptied again."""
    file = place / "not-ours.bin"
    free_mib = shutil.disk_usage(place).free >> 20

    async def write() -> int:
        try:
            return (await wire.ask("POST", "/api/v1/statuses", token=writer.token,
                                   json={"status": "is there room?", "visibility": "private"})).status
        except Lost:
            return 0

    async def until(status: int, within_s: float) -> float | None:
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if await write() == status:
                return round(time.monotonic() - began, 1)
            await asyncio.sleep(0.2)
        return None

    with file.open("wb") as hog:
        os.posix_fallocate(hog.fileno(), 0, free_mib - 100 << 20)
    try:
        refused_s = await until(507, 60)
        read = (await wire.ask("GET", "/api/v1/timelines/public")).status
    finally:
        file.unlink(missing_ok=True)
    return {"disk_refused_s": refused_s, "disk_read": read, "disk_back_s": await until(200, 60)}
