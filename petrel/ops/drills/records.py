"""Verdicts are kept: in DATA/drills/verdicts.jsonl always, in the journal and `ops.drill` when the site of DATA runs.

The file is what `petrel drills` reads, so that the table can be had when no site runs. What was written while the
site was down is taken into its journal the next time a drill ends.
"""

from pathlib import Path

import msgspec

from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.ops.drills.shapes import Verdict

WHO = System("drills")
KIND = "ops.drill.finished"

KNOWN = "select drill || ' ' || (report->>'at') from ops.drill"
INSERT = """
insert into ops.drill (drill, verdict, sabotage, build, at, report)
values ($1, $2, $3, $4, $5::text::timestamptz, $6::text::jsonb) returning id
"""


def file_of(data: Path) -> Path:
    return data / "drills" / "verdicts.jsonl"


def kept(data: Path) -> list[Verdict]:
    """Oldest first. A line that was cut off by a crash is left out."""
    try:
        lines = file_of(data).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=Verdict))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return found


def keep(data: Path, verdict: Verdict) -> None:
    """One line more."""
    path = file_of(data)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(verdict) + b"\n")


async def record(data: Path) -> int:
    """Takes what the file has and `ops.drill` lacks into the journal; returns how many. The doors are open."""
    async with reading(WHO) as r:
        known = {row[0] for row in await r.fetch(KNOWN)}
    new = [v for v in kept(data) if f"{v.drill} {v.at}" not in known]
    if not new:
        return 0
    async with writing(WHO, cause="petrel drill") as w:
        for one in new:
            text = msgspec.json.encode(one)
            [row] = await w.change(INSERT, one.drill, one.verdict, one.sabotage, one.build, one.at, text.decode())
            w.record(KIND, row[0], cell=0, body=text)
    return len(new)
