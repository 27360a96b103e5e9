"""What people see of a drill and of the list of drills."""

from collections.abc import Sequence

from petrel.ops.drills.scenarios import Line
from petrel.ops.drills.shapes import Drill, Outcome, Phases, Verdict
from petrel.ops.safeguards import STATES


def report(drill: Drill, outcome: Outcome | None, verdict: Verdict) -> str:
    """injected / detected / contained / recovered / lost, and the verdict."""
    part = "the whole row" if drill.covers == "whole" else "a part of the row"
    row = f"row {drill.row}, {part}" if drill.row else "several rows, parts of them"
    head = f"Drill {drill.name} ({row}, {drill.tier}), build {verdict.build}"
    if verdict.sabotage:
        head += f", SABOTAGED: {drill.sabotage} is off"
    lines = [head]
    if outcome is not None:
        lines += [f"  {name:<10} {getattr(outcome.phases, name) or '-'}" for name in Phases.__struct_fields__]
    lines += [f"  harm       {one}" for one in verdict.harm]
    lines.append(f"  {verdict.verdict.upper()}{': ' + verdict.why if verdict.why else ''}")
    return "\n".join(lines)


def listing(lines: Sequence[Line], build: str) -> str:
    """All rows, and how many are in which state."""
    shown = [("row", "drill", "state", "last run", "sabotage", "on", "build", "figures"), *map(_cells, lines)]
    widths = [max(len(row[i]) for row in shown) for i in range(len(shown[0]))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    counts = {state: sum(line.state == state for line in lines) for state in STATES}
    sums = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return "\n".join([*text, f"{len(lines)} rows: {sums}. This build is {build}."])


def _cells(line: Line) -> tuple[str, ...]:
    state = line.state + (" (past its shelf life)" if line.is_stale else "")
    figures = " ".join(f"{name}={value}" for name, value in line.figures.items())
    return (str(line.row), line.drill, state, line.verdict, line.sabotage, line.at[:10], line.build, figures)
