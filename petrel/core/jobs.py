"""Work for later: rows written in the transaction that causes the work, run by the jobs process.

A job runs at least once; handlers are idempotent and say in their docstring what happens if one runs twice, late
or never. What fails is tried again with growing delay, and after `MAX_ATTEMPTS` it is a dead letter:
`petrel jobs dead`, `petrel jobs retry`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

MAX_ATTEMPTS = 8
LANES = {"urgent": 4, "default": 8, "bulk": 2, "media": 2}      # how many jobs of a lane run at once in one process

# What waits already is written to all the same: its row stays locked until this transaction ends, and claims pass over
# locked rows. It could run before, see nothing of what it is wanted for, and be gone.
INSERT = """
insert into ops.job (lane, name, args, run_at, once)
select lane, name, args::jsonb, now() + make_interval(secs => run_in_s), once
  from unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::text[]) j(lane, name, args, run_in_s, once)
on conflict (once) do update
  set args = excluded.args,
      run_at = case when job.attempts = 0 then least(job.run_at, excluded.run_at) else job.run_at end
"""


class Draft(Struct):
    name: str
    args: dict[str, Any]
    lane: str
    run_in_s: float
    once: str | None


Run = Callable[[], Awaitable[str | None]]


class Schedule(Struct, frozen=True):
    name: str
    every_s: float
    run: Run


HANDLERS: dict[str, Callable[..., Awaitable[None]]] = {}
SCHEDULES: dict[str, Schedule] = {}
_took_s: dict[str, float] = {}


def took(name: str, seconds: float) -> None:
    """How long a schedule or a job of this name ran here: the longest is remembered."""
    _took_s[name] = max(seconds, _took_s.get(name, 0.0))


def taken_s() -> dict[str, float]:
    """The longest since this was asked last."""
    found = dict(_took_s)
    _took_s.clear()
    return found


def columns(drafts: Sequence[Draft]) -> list[object]:
    """The drafts as arguments of INSERT: what must be done once, once, and in one order of locks in every process."""
    latest = {d.once: d for d in drafts if d.once is not None}
    drafts = [d for d in drafts if d.once is None] + [latest[once] for once in sorted(latest)]
    return [[d.lane for d in drafts], [d.name for d in drafts],
            [msgspec.json.encode(d.args).decode() for d in drafts],
            [d.run_in_s for d in drafts], [d.once for d in drafts]]


def backoff_s(attempts: int) -> float:
    """Seconds until the next try: 2, 16, 54, 128 ... (2 n^3)."""
    return 2.0 * attempts ** 3


def job(name: str) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    """Registers `async def f(**args)` as the handler of jobs of this name."""
    def register(f: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        HANDLERS[name] = f
        return f
    return register


def every(seconds: float, name: str) -> Callable[[Run], Run]:
    """Registers `async def f() -> str | None` to run about every so often, on one process of the fleet.

    It returns the sentence for the log, or None when there is nothing to say.
    """
    def register(f: Run) -> Run:
        SCHEDULES[name] = Schedule(name, seconds, f)
        return f
    return register
