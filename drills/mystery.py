"""Row 5: thirty faults, and nobody says which. Ten are really put into a running site, one after the other; of the
others only what is measured is, judged by the same rules and the same brain.

Asked each time: does the board name what is really broken among the first three suspects, how soon after it opened an
incident, and whose it is.
"""

import asyncio
import time
from typing import Any

from msgspec import Struct

from drills.mysteries import measured
from drills.mysteries.injected import FAULTS, RULES, Fault
from drills.sabotaged import lean_on_nothing
from petrel.ops import incidents
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage

UNNAMED = "what was broken was not named"

DRILL = Drill(
    name="mystery", row=5, tier="simulated", covers="part", harm=UNNAMED,
    sabotage="what leans on what: no component says what it needs",
    left_out="of most faults all but what is measured of them (a full disk, a dead relay, a clock that was set, a lost "
             "backup); a decoder that dies, a slow line, a bad flag in one cell (in `bad-push`, `interlocking`); "
             "a fault that hides another; a person who has only the console",
    shown=("faults", "named", "really", "owner_s"), limit_s=1500)

MANY, TOP, SHARE_NAMED = 30, 3, 0.95
FOUND_S, OWNER_S, WELL_S, OPENS_S = 60.0, 30.0, 180.0, 120.0
OWNER = "anna"


class Solved(Struct):
    """`after_s`: from the fault to the incident; `named_s`, `owner_s`: from there; None for never."""

    name: str
    after_s: float | None = None
    named_s: float | None = None
    owner_s: float | None = None
    said: tuple[str, ...] = ()

    @property
    def is_named(self) -> bool:
        return self.named_s is not None and self.named_s <= FOUND_S


async def run(stage: Stage) -> Outcome:
    """How many were named."""
    really = await _injected(stage)
    if stage.sabotage:
        lean_on_nothing()
    wrong, puzzles = [], measured.puzzles(MANY - len(FAULTS))
    for number, one in enumerate(puzzles):
        board = await measured.solved(stage.folder / f"puzzle{number}", one)
        said = measured.named(board, len(one.truths), TOP)
        if not set(one.truths) <= set(said):
            wrong.append(f"{one.shape} {', '.join(one.truths)}: {', '.join(said)}")
    return _outcome(really, wrong, len(puzzles))


async def _injected(stage: Stage) -> list[Solved]:
    (stage.folder / "site").mkdir()
    (stage.folder / "site" / "alerts.toml").write_text(RULES + f'[rota]\nturns = ["{OWNER}"]\n[owners.{OWNER}]\n')
    program = ("drills.sabotaged", "lean-on-nothing") if stage.sabotage else ("petrel",)
    found = []
    async with stage.site(program, settings={"PETREL_CANARY": "on"}) as site:
        if (await site.petrel("accounts", "create", OWNER, "--role", "owner"))[0]:
            raise Broken("there could be no owner")
        await _well(site)
        for fault in FAULTS:
            found.append(await _solved(site, fault))
            stage.say(f"{fault.name}: {found[-1]}")
            await _well(site)
    return found


async def _solved(site: Site, fault: Fault) -> Solved:
    found, began, opened = Solved(fault.name), time.monotonic(), 0.0
    async with fault.inject(site):
        while True:
            now, board = time.monotonic(), incidents.board.read(site.data)
            if board is not None and board.open:
                opened = opened or now
                found.after_s = found.after_s or round(opened - began, 1)
                found.said = tuple(measured.named(board, 1, TOP))
                first = board.open[0]
                if found.owner_s is None and (first.keepers or first.pages):
                    found.owner_s = round(now - opened, 1)
                if fault.truth in found.said:
                    found.named_s = round(now - opened, 1)
            if found.named_s is not None and found.owner_s is not None:
                return found
            if now - (opened or began) > (FOUND_S if opened else OPENS_S):
                return found
            await asyncio.sleep(0.5)


async def _well(site: Site) -> None:
    """Until nothing is wrong; what still waits to be over is ended. Errors: Broken."""
    end = time.monotonic() + WELL_S
    while time.monotonic() < end:
        board = incidents.board.read(site.data)
        if board is not None and board.measures and not board.is_blind:
            if not board.open:
                return
            for card in board.open:
                if card.incident.quiet_at is not None:
                    await site.petrel("ops", "end", str(card.incident.id), "--reason", "the drill has mended it")
        await asyncio.sleep(1)
    raise Broken(f"it is not well {WELL_S:.0f} s after the fault is gone")


def _outcome(really: list[Solved], wrong: list[str], simulated: int) -> Outcome:
    missed = [f"{one.name}: {', '.join(one.said) or 'no incident'}" for one in really if not one.is_named]
    named, many = len(really) - len(missed) + simulated - len(wrong), len(really) + simulated
    owner_s = [one.owner_s for one in really]
    unowned = sum(at is None or at > OWNER_S for at in owner_s)
    harm = {UNNAMED: named < SHARE_NAMED * many, "nobody was named whose it is": unowned > 0}
    figures: dict[str, Any] = {
        "faults": many, "named": named, "really": len(really), "really_named": len(really) - len(missed),
        "opened_s": [one.after_s for one in really], "named_s": [one.named_s for one in really],
        "owner_s": None if None in owner_s or not owner_s else max(at for at in owner_s if at is not None),
        "missed": [*missed, *wrong][:8]}
    return Outcome(
        harm=tuple(name for name, is_so in harm.items() if is_so), exercised=many, figures=figures,
        phases=Phases(injected=f"{len(really)} faults into a running site, {simulated} as what is measured of them",
                      detected=f"incidents after {figures['opened_s']} s",
                      contained=f"what was broken is among the first {TOP} suspects in {named} of {many}",
                      recovered=f"whose it is, at the latest {figures['owner_s']} s after the incident opened",
                      lost="; ".join(figures["missed"]) or "nothing"))
