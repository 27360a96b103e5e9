"""The console in a terminal. Pure: of the board and the clock alone."""

from collections.abc import Sequence
from datetime import datetime

from petrel.core import amounts
from petrel.ops.incidents import telling
from petrel.ops.incidents.shapes import Board, Card, Cell

STEPS = "▁▂▃▄▅▆▇█"
WIDTH = 48


def screen(board: Board | None, now: datetime) -> str:
    word, says = telling.verdict(board, now)
    lines = [f"{word.upper()}: {says}"]
    if step := telling.next_of(board, now):
        lines.append(f"NEXT: {step}")
    if board is None:
        return "\n".join(lines)
    lines.append(f"{board.site}  looked {board.at:%Y-%m-%d %H:%M:%S} UTC  on call {board.on_call or 'nobody is named'}"
                 f"  leads {board.manager or 'nobody is named'}")
    for card in board.open:
        lines += ["", *_incident(card, now)]
    lines += ["", "cells   " + "  ".join(_cell(one) for one in board.cells[:8]),
              "        " + "  ".join(_cell(one) for one in board.cells[8:])]
    if board.frozen:
        lines.append(f"ALL CHANGES ARE FROZEN: {board.frozen}")
    moving = [c for c in board.changes if c.state in ("going", "paused")]
    lines += [f"change  {c.id} {c.kind} {c.what}: {c.state} in {len(c.cells)} cells" for c in moving]
    lines += [f"{one.title[:22]:22} {sparks([n for _, n in line])} {name} {amounts.short(one.measure, line[-1][1])}"
              for one in board.pictures for name, line in one.lines if line]
    if (full_s := board.measures.get("disk_full_in_seconds")) is not None:
        lines.append(f"disk full in {amounts.lasting(full_s)}")
    lines += [f"in {one.left_days:.0f} days it hurts: {one.says}" for one in board.growing]
    return "\n".join(lines)


def _incident(card: Card, now: datetime) -> list[str]:
    one = card.incident
    lines = [f"{one.id or '-'}  {telling.headline(card, now)}", f"   {telling.on_it(card)}"]
    lines += [f"   {said.says}" for said in card.speaking[:3]]
    lines += [f"   {telling.suspect_line(suspect)}" for suspect in card.suspects[:3]]
    lines.append(f"   NEXT: {card.next_step}" + (f"   ({card.runbook})" if card.runbook else ""))
    if not one.taken_by:
        lines.append(f"   petrel ops take {one.id or one.root} --as YOU")
    return lines


def _cell(one: Cell) -> str:
    failed = " – " if one.failed is None else f"{one.failed:3.0%}"
    return f"{one.number:2}:{failed}{'*' if one.changes else ' '}"


def sparks(numbers: Sequence[float]) -> str:
    """The last of them, from 0 to the highest."""
    shown = numbers[-WIDTH:]
    top = max(shown, default=0.0)
    return "".join(STEPS[min(7, int(8 * max(0.0, n) / top))] if top > 0 else STEPS[0] for n in shown)
