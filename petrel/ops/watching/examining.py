"""The doctor's round: `petrel doctor` as a process of its own, of lowest priority, so that its memory goes with it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from petrel.core.doors import Reader, Writer, deriving
from petrel.core.errors import NotFound
from petrel.ops.doctor import Check
from petrel.ops.watching.shapes import Alert

log = structlog.get_logger("petrel.watching")

LONGEST_S = 180.0
AGAIN = "watching.examine"
KEEP = """
insert into ops.examination (at, checks) values (now(), $1::text::jsonb)
on conflict (is_one) do update set at = now(), checks = excluded.checks
"""


class Examination(Struct, frozen=True):
    """`at`: None when nobody has looked yet. What is wrong comes first."""

    at: datetime | None
    checks: tuple[Check, ...]
    alerts: tuple[Alert, ...]


async def examine(data: Path, environment: Mapping[str, str]) -> str | None:
    """Looks, and writes down what was found. `environment`: the settings of this site, as a start would take them."""
    command = ["nice", "-n", "19", sys.executable, "-m", "petrel", "doctor", "--json", "--data", str(data)]
    try:
        # Not of the loop's making: its children inherit the socket that the site listens on.
        done = await asyncio.to_thread(subprocess.run, command, env={**os.environ, **environment}, timeout=LONGEST_S,
                                       stdin=subprocess.DEVNULL, capture_output=True)
    except subprocess.TimeoutExpired:
        return f"the doctor did not end within {LONGEST_S:.0f} s"
    try:
        checks = msgspec.json.decode(done.stdout, type=list[Check])
    except msgspec.MsgspecError:
        return f"the doctor could not look: {done.stderr.decode(errors='replace').strip()[-300:]}"
    async with deriving("watching") as w:
        await w.execute(KEEP, msgspec.json.encode(checks).decode())
    wrong = [check.name for check in checks if not check.ok]
    return f"the doctor finds wrong: {', '.join(wrong)}" if wrong else None


async def examined(r: Reader) -> Examination:
    """For owners and admins. Errors: NotFound, for everybody else."""
    row = await r.row("select at, checks from ops.examined($1)", r.digest)
    if row is None:
        raise NotFound
    checks = msgspec.json.decode(row["checks"] or "[]", type=list[Check])
    alerts = [Alert(*one) for one in await r.fetch("select * from ops.standing($1)", r.digest)]
    return Examination(row["at"], tuple(sorted(checks, key=lambda check: check.ok)), tuple(alerts))


async def again(w: Writer) -> None:
    """Has the jobs' process look at once. Errors: NotFound."""
    await examined(w)
    w.later(AGAIN, {}, lane="urgent", once=AGAIN)
