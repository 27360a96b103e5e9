"""The table of docs/law/SCENARIOS.md with what has been proved of each row. source: its Rule of honesty."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from petrel.ops.drills.shapes import Broken, Drill, Verdict
from petrel.storage.build import ROOT

DOCUMENT = ROOT / "docs" / "law" / "SCENARIOS.md"

_SECTION = re.compile(r"## ([A-Z])\. (.+)")
_ROW = re.compile(r"\| *(\d+) *\| *`([a-z0-9-]+)` *\|(.+)\|\s*\Z")


class Scenario(Struct, frozen=True):
    """One row of the document."""

    row: int
    drill: str
    section: str
    threat: str
    must_show: str


class Line(Struct, frozen=True, kw_only=True):
    """One line of `petrel drills`.

    `state`: proven, partly, simulated, built or missing; the first three "on an older build" where the program has
    changed since. `verdict` and `sabotage`: the last word of each run, "" when there was none. `until`:
    when the shelf life of the older of the two ends.
    """

    row: int
    drill: str
    section: str
    state: str
    tier: str = ""
    verdict: str = ""
    sabotage: str = ""
    at: str = ""
    build: str = ""
    until: str = ""
    is_stale: bool = False
    left_out: str = ""
    figures: dict[str, Any] = {}


SEVERAL = "Several rows in one run"


def parse(text: str) -> list[Scenario]:
    """The rows in the order of the document. Errors: Broken when there are none or one is there twice."""
    section, found = "", []
    for line in text.splitlines():
        if head := _SECTION.match(line):
            section = f"{head[1]}. {head[2]}"
        elif match := _ROW.match(line):
            cells = [cell.strip() for cell in match[3].split("|")]
            if len(cells) != 3:
                raise Broken(f"row {match[1]} of the scenarios has {len(cells) + 2} columns, not 5")
            found.append(Scenario(int(match[1]), match[2], section, cells[0], cells[2]))
    if not found or len({s.drill for s in found}) < len(found) or len({s.row for s in found}) < len(found):
        raise Broken("the scenarios cannot be read: no rows, or one of them twice")
    return found


def scenarios(path: Path = DOCUMENT) -> list[Scenario]:
    """Errors: Broken."""
    try:
        return parse(path.read_text())
    except OSError as e:
        raise Broken(f"{path} cannot be read: {e.strerror}") from e


def table(rows: Iterable[Scenario], drills: Mapping[str, Drill], verdicts: Iterable[Verdict],
          build: str, now: datetime) -> list[Line]:
    """Every row, with the last verdict of its drill, and the drills that are about several. `verdicts` oldest first."""
    last: dict[tuple[str, bool], Verdict] = {(v.drill, v.sabotage): v for v in verdicts}
    return [_line(row, drills.get(row.drill), last.get((row.drill, False)), last.get((row.drill, True)), build, now)
            for row in (*rows, *(Scenario(0, d.name, SEVERAL, "", "") for d in drills.values() if not d.row))]


def _line(row: Scenario, drill: Drill | None, real: Verdict | None, sabotaged: Verdict | None, build: str,
          now: datetime) -> Line:
    if drill is None:
        return Line(row=row.row, drill=row.drill, section=row.section, state="missing")
    line = Line(row=row.row, drill=row.drill, section=row.section, state=state_of(drill, real, sabotaged, build),
                tier=drill.tier, left_out=drill.left_out, sabotage=sabotaged.verdict if sabotaged else "")
    if real is None:
        return line
    until = (min(datetime.fromisoformat(one.at) for one in (real, sabotaged) if one)
             + timedelta(days=drill.shelf_life_days))
    shown = {name: real.figures[name] for name in drill.shown if name in real.figures}
    return replace(line, verdict=real.verdict, at=real.at, build=real.build, figures=shown,
                   until=until.isoformat(timespec="seconds"), is_stale=now > until)


def state_of(drill: Drill, real: Verdict | None, sabotaged: Verdict | None, build: str) -> str:
    """A row is proven only when its whole drill passed with real parts on this build, and its sabotage failed.

    A drill of a part leaves the row at partly. What ran on a simulated clock, crew or crowd says so: it proves no
    component.
    """
    if real is None or sabotaged is None or real.verdict != "passed" or sabotaged.verdict != "failed":
        return "built"
    word = drill.tier if drill.tier == "simulated" else "proven" if drill.covers == "whole" else "partly"
    return word if real.build == sabotaged.build == build else f"{word} on an older build"


def now_utc() -> datetime:
    return datetime.now(UTC)
