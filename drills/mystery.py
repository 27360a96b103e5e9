"""Row 5: thirty faults, and nobody says which. Fifteen are really put into a running site, one after the other; of the
others only what is measured is, judged by the same rules and the same brain.

Asked each time: does the board name what is really broken among the first three suspects, how soon after it opened an
incident, and whose it is. Of those that are really there also: was whoever keeps what is broken told, and whoever is on
call called about it? Their addresses are the drill's own.

The other fifteen (a dead relay, a lost backup, two faults at once, symptoms that speak before their cause) are put in
as what is measured of them. The clock is set for the site's processes, and not for the machine.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from drills.faults import Fault, World, least_free_bytes
from drills.mysteries import crew, measured
from drills.mysteries.clock import Clock
from drills.mysteries.injected import FAULTS
from drills.mysteries.phones import Phones, phones
from drills.pushing import builds
from drills.sabotaged import lean_on_nothing
from petrel.ops import incidents, safeguards
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage
from petrel.ops.incidents import Card

UNNAMED = "what was broken was not named"

DRILL = Drill(
    name="mystery", row=5, tier="real", covers="whole", harm=UNNAMED,
    sabotage="what leans on what: no component says what it needs",
    shown=("faults", "named", "really", "really_named", "owner_s", "called_s"), limit_s=1700)

MANY, TOP, SHARE_NAMED, SHARE_REALLY = 30, 3, 0.95, 0.9
FOUND_S, OWNER_S, WELL_S, OPENS_S, HURRY_S = 60.0, 30.0, 180.0, 120.0, 5.0
OWNER = "olga"
LEANED_ON = ("main-database", "keyring")
FLOWN = "select seen_at from ops.canary where failed_since is null and seen_at between $1 and now()"
HURRY = "update ops.schedule set next_at = now() where name = 'watching.canary'"


class Solved(Struct):
    """`after_s`: from the fault to the incident; the others from there; None for never. `told_s`: its keeper was told;
    `called_s`: somebody was called, in words that name what is broken."""

    name: str
    after_s: float | None = None
    named_s: float | None = None
    owner_s: float | None = None
    told_s: float | None = None
    called_s: float | None = None
    said: tuple[str, ...] = ()

    @property
    def is_named(self) -> bool:
        return self.named_s is not None and self.named_s <= FOUND_S

    @property
    def is_paged(self) -> bool:
        return all(at is not None and at <= FOUND_S for at in (self.told_s, self.called_s))

    @property
    def is_solved(self) -> bool:
        return self.is_named and self.owner_s is not None and self.is_paged


async def run(stage: Stage) -> Outcome:
    """How many were named."""
    # Without what leans on what, what nothing leans on is found all the same.
    faults = [one for one in FAULTS if not stage.sabotage or one.truth in LEANED_ON]
    really = await _injected(stage, faults)
    wrong, puzzles = [], measured.puzzles(MANY - len(faults))   # knows what leans on what
    if stage.sabotage:
        lean_on_nothing()
    for number, one in enumerate(puzzles):
        board = await measured.solved(stage.folder / f"puzzle{number}", one)
        said = measured.named(board, len(one.truths), TOP)
        if not set(one.truths) <= set(said):
            wrong.append(f"{one.shape} {', '.join(one.truths)}: {', '.join(said)}")
    return _outcome(really, wrong, len(puzzles))


async def _injected(stage: Stage, faults: list[Fault]) -> list[Solved]:
    data = stage.folder / "site"
    data.mkdir()
    program = ("drills.sabotaged", "lean-on-nothing") if stage.sabotage else ("petrel",)
    clock, found = Clock(stage.folder), []
    # A release with a bug that sleeps until a flag is set.
    place = builds.make(stage.folder / "flagged", "flagged")
    async with phones((*crew.KEEPERS, *crew.TURNS)) as crews:
        (data / "alerts.toml").write_text(crew.alerts_toml(crews.owners(), least_free_bytes(data)))
        settings = {"PETREL_CANARY": "on", **clock.settings}
        async with stage.site(program, settings=settings, root=place) as site:
            if (await site.petrel("accounts", "create", OWNER, "--role", "owner"))[0]:
                raise Broken("there could be no owner")
            world = World(stage, site, clock.set)
            await _well(site)
            for fault in faults:
                found.append(await _solved(world, crews, fault))
                stage.say(f"{fault.name}: {found[-1]}")
                await _well(site)
    return found


async def _solved(world: World, crews: Phones, fault: Fault) -> Solved:
    found, opened = Solved(fault.name), 0.0
    async with fault.inject(world) as other:
        truth, began = other or fault.truth, time.monotonic()
        while not found.is_solved:
            now, board = time.monotonic(), incidents.board.read(world.site.data)
            if cards := [card for card in board.open if card.incident.quiet_at is None] if board else []:
                opened = opened or now
                found.after_s = found.after_s or round(opened - began, 1)
                _look(found, cards[0], truth, now - opened)
                _listen(found, crews, fault.truth, truth, began, opened)
            if now - (opened or began) > (FOUND_S if opened else OPENS_S):
                break
            await asyncio.sleep(0.5)
    return found


def _look(found: Solved, first: Card, truth: str, after_s: float) -> None:
    """What a person would read on the board."""
    found.said = tuple(suspect.name for suspect in first.suspects[:TOP])
    if found.owner_s is None and (first.keepers or first.pages):
        found.owner_s = round(after_s, 1)
    if found.named_s is None and truth in found.said:
        found.named_s = round(after_s, 1)


def _listen(found: Solved, crews: Phones, component: str, truth: str, began: float, opened: float) -> None:
    """What reached people since the fault: the keeper of the component, by one of its rules; whoever is on call, by the
    name of what is broken."""
    told = crews.alerted(crew.keeper(component), safeguards.components()[component].rules, began)
    called = crews.called(crew.TURNS, truth, began)
    if told is not None and found.told_s is None:
        found.told_s = round(max(0.0, told - opened), 1)
    if called is not None and found.called_s is None:
        found.called_s = round(max(0.0, called - opened), 1)


async def _well(site: Site) -> None:
    """Until the canary has come through, and a look after that finds nothing: what the last fault has left is not taken
    for the next. What only waits to be over is ended. Errors: Broken."""
    end, hurried, ended = time.monotonic() + WELL_S, 0.0, set[int]()
    since, flown = datetime.now(UTC), None
    while (now := time.monotonic()) < end:
        if flown is None and now - hurried > HURRY_S:
            hurried, flown = now, await _flown(site, since)
        board = incidents.board.read(site.data)
        if flown is not None and board is not None and board.at > flown and board.measures and not board.is_blind:
            for card in board.open:
                number = card.incident.id
                if card.incident.quiet_at is not None and number not in ended:
                    await site.petrel("ops", "end", str(number), "--reason", "the drill has mended it")
                    ended.add(number)
            if all(card.incident.id in ended for card in board.open):
                return
        await asyncio.sleep(1)
    raise Broken(f"it is not well {WELL_S:.0f} s after the fault is gone")


async def _flown(site: Site, since: datetime) -> datetime | None:
    """When the canary came through since then; it flies at once where it did not."""
    async with site.database() as owner:
        found: datetime | None = await owner.fetchval(FLOWN, since)
        if found is None:
            await owner.execute(HURRY)
        return found


def _outcome(really: list[Solved], wrong: list[str], simulated: int) -> Outcome:
    missed = [f"{one.name}: {', '.join(one.said) or 'no incident'}" for one in really if not one.is_named]
    uncalled = [f"{one.name}: keeper {one.told_s}, call {one.called_s}" for one in really if not one.is_paged]
    named, many = len(really) - len(missed) + simulated - len(wrong), len(really) + simulated
    unowned = sum(one.owner_s is None or one.owner_s > OWNER_S for one in really)
    harm = {UNNAMED: named < SHARE_NAMED * many,
            "of what was really broken not nine in ten were named": len(missed) > (1 - SHARE_REALLY) * len(really),
            "nobody was named whose it is": unowned > 0,
            "not everybody was called who had to be": len(uncalled) > 0}
    figures: dict[str, Any] = {
        "faults": many, "named": named, "really": len(really), "really_named": len(really) - len(missed),
        "opened_s": [one.after_s for one in really], "named_s": [one.named_s for one in really],
        "owner_s": _latest([one.owner_s for one in really]), "told_s": _latest([one.told_s for one in really]),
        "called_s": _latest([one.called_s for one in really]), "missed": [*missed, *wrong][:8],
        "uncalled": uncalled[:8]}
    return Outcome(
        harm=tuple(name for name, is_so in harm.items() if is_so), exercised=many, figures=figures,
        phases=Phases(injected=f"{len(really)} faults into a running site, {simulated} as what is measured of them",
                      detected=f"incidents after {figures['opened_s']} s",
                      contained=f"what was broken is among the first {TOP} suspects in {named} of {many}, in "
                                f"{len(really) - len(missed)} of the {len(really)} that were really there",
                      recovered=f"whose it is, at the latest {figures['owner_s']} s after the incident opened; its "
                                f"keeper told after {figures['told_s']} s, whoever is on call after "
                                f"{figures['called_s']} s",
                      lost="; ".join([*figures["missed"], *figures["uncalled"]]) or "nothing"))


def _latest(times: list[float | None]) -> float | None:
    """None where one of them never came."""
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None
