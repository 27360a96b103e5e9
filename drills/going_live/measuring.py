"""What the site takes while it is used: disk, processor, memory, traffic; and what that would cost a month."""

import time
from contextlib import suppress
from typing import Any

import psutil  # type: ignore[import-untyped]
from msgspec import Struct
from msgspec.structs import replace

from drills.going_live.machine import Machine
from petrel.ops import costs
from petrel.ops.drills import Clients, Site

FIFTY_THOUSAND = 50_000
HARDLY_PER_S, MUCH_PER_S = 0.05, 6.0       # of each writer


class Grown(Struct, frozen=True):
    """How many there are, and what each has taken on the disk, in bytes."""

    accounts: int
    follows: int
    account_bytes: float
    follow_bytes: float


class Meter(Struct, frozen=True):
    """One look, all sums since the beginning. `writes`: acknowledged ones. `cpu_s`: of all processes there are."""

    at: float
    disk_bytes: int
    cpu_s: float
    requests: int
    received_bytes: int
    writes: int

    @property
    def reads(self) -> int:
        return self.requests - self.writes

    def since(self, before: "Meter") -> "Meter":
        return Meter(*(getattr(self, name) - getattr(before, name) for name in self.__struct_fields__))


async def taken(site: Site) -> int:
    """Bytes of data and keys."""
    return await site.size_bytes() + await site.size_bytes("keyring")


async def look(machine: Machine, wires: list[Clients], writes: int) -> Meter:
    assert machine.site is not None
    disk_bytes = await taken(machine.site)
    cpu_s = 0.0
    for one in machine.family():
        with suppress(psutil.NoSuchProcess):
            cpu_s += sum(one.cpu_times()[:2])
    return Meter(time.monotonic(), disk_bytes, cpu_s, sum(one.requests for one in wires),
                 sum(one.received_bytes for one in wires), writes)


def memory_bytes(machine: Machine) -> int:
    """PSS of all processes, Postgres included."""
    found = 0
    for one in machine.family():
        with suppress(psutil.NoSuchProcess):
            found += one.memory_full_info().pss
    return found


def month(grown: Grown, looks: list[Meter], memory: int) -> dict[str, Any]:
    """Costs of fifty thousand active accounts. `looks`: two while people hardly write, two while they write a lot.

    What the run does not measure is as in docs/handbook/costs.md: habits, the site at rest, logs, how backups pack. A
    write here is a post, a like or a boost, and each counts as the mean. Most that is read here are lists of 40 posts,
    more than apps ask for, so traffic and processor err on the dear side.
    """
    calm, rush = looks[1].since(looks[0]), looks[3].since(looks[2])
    habits = costs.Habits()
    read_s = max(0.0, calm.cpu_s) / max(1, calm.reads)
    write_s = max(0.0, rush.cpu_s - read_s * rush.reads) / max(1, rush.writes)
    written = (habits.posts + habits.likes + habits.follows) / habits.requests
    post_bytes = rush.disk_bytes / max(1, rush.writes)
    each = replace(
        costs.Each(), account_bytes=grown.account_bytes, follow_bytes=grown.follow_bytes, post_bytes=post_bytes,
        like_bytes=post_bytes, request_bytes=calm.received_bytes / max(1, calm.requests),
        request_cpu_s=written * write_s + (1 - written) * read_s, rest_memory_bytes=0, load_memory_bytes=memory)
    found = costs.reckon(FIFTY_THOUSAND, each, habits)
    return {"account_bytes": round(grown.account_bytes), "follow_bytes": round(grown.follow_bytes),
            "write_bytes": round(post_bytes), "request_bytes": round(each.request_bytes),
            "read_cpu_ms": round(read_s * 1000, 2), "write_cpu_ms": round(write_s * 1000, 2),
            "measured_requests": calm.requests + rush.requests, "memory_mb": round(memory / 1e6),
            "month_euros": found.sum_euros, "month_each_euros": round(found.sum_euros / found.active, 4),
            "month": f"{found.cores} cores, {found.memory_gib} GiB, {found.disk_gb:g} GB of disk, "
                     f"{found.target_gb:g} GB at the backup target, {found.traffic_tb:g} TB of traffic, "
                     f"{found.letters} letters",
            "month_paid": found.euros}
