"""What the three drills of speed have in common: one build against itself and against a slower one, in the lab and in
the field.

Lab: two sites at once, one of each build; in each round every one is visited, in an order by chance, the unchanged one
twice. Field: one site that goes from release to release, and is told by browsers how fast it was: first the release,
then the same build as the next release, then the slow one.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.starting import builds, field, pairs, town
from drills.starting.browser import Lab, Member, lab
from petrel.ops.drills import Broken, Outcome, Phases, Site, Stage
from petrel.ops.drills.site import private_site

FIRST, SAME, SLOWER = "0.3.0", "0.3.1", "0.3.2"
BEACONS = 380
VISITS = 4
SABOTAGED_ROUNDS, ENOUGH = 3, 8
"""Rounds: of a sabotaged run, which needs numbers only; so many at least, after which a run ends when it is sure."""
FALSE = "an alarm about what was no slower"
UNNOTICED = "a slower release that nobody was told of"
CONTROLS = (("thread", "interaction", 60.0), ("profile", "first_content", 700.0))
"""Kinds of numbers that no build here changes: an alarm about one of them would be false. All together are fewer than
one process counts in a minute."""

Measured = Mapping[str, float]
Visit = Callable[[Lab, Member], Awaitable[Measured]]


class Plan(Struct, frozen=True, kw_only=True):
    """`visit`: measures once; `faults`: by name of builds.SLOW, which of its numbers shows it, and by how much it has
    to be more; `fielded`: which of them is released; `page`, `measure`: of what beacons tell of it, `most` how much
    that can be; `refuses`: what the gate says of a build that is too heavy."""

    visit: Visit
    faults: Mapping[str, tuple[str, float]]
    fielded: str
    page: str
    measure: str
    most: float
    posts: int
    rounds: int = 12
    refuses: Callable[[Path], str] | None = None


class Field(Struct):
    """`said`: of the slow release, after so many seconds; `false`: of the one that is the same, of which so many kinds
    of numbers were compared; `by_browsers`: beacons of one release that real browsers sent."""

    said: list[str] = []
    after_s: float = 0.0
    false: list[str] = []
    compared: int = 0
    by_browsers: int = 0


class Seen(Struct):
    """By build, in the order of the rounds."""

    first: list[Measured] = []
    again: list[Measured] = []
    slow: dict[str, list[Measured]] = {}


async def act(stage: Stage, plan: Plan) -> Outcome:
    roots = {"": builds.made(stage.folder / "first", FIRST), SAME: builds.made(stage.folder / "same", SAME)}
    for name in plan.faults:
        roots[name] = builds.made(stage.folder / name, SLOWER, name)
    seen, rounds = Seen(slow={name: [] for name in plan.faults}), SABOTAGED_ROUNDS if stage.sabotage else plan.rounds
    async with lab() as browser:
        session = await _in_the_lab(stage, plan, browser, roots, seen, rounds)
        harm, figures = ([], {}) if stage.sabotage else _judged(plan, seen)
        if not stage.sabotage and plan.refuses:
            figures["refused"] = plan.refuses(builds.made(stage.folder / "heavy", SLOWER))
            harm += [] if figures["refused"] else ["a build over its budget was let through"]
        told = await _in_the_field(stage, plan, browser, roots, seen, session)
    if told.false:
        harm.append(FALSE)
    wanted = f"{plan.measure} p75 of {plan.page} "
    if not any(one.startswith(wanted) and one.endswith(f"since release {SLOWER}") for one in told.said):
        harm.append(UNNOTICED)
    rounds = len(seen.first)
    figures |= {"rounds": rounds, "field_after_s": round(told.after_s, 1), "field_said": told.said,
                "false_alarms": told.false, "compared_alike": told.compared, "beacons": BEACONS,
                "by_browsers": told.by_browsers}
    return Outcome(harm=tuple(dict.fromkeys(harm)), exercised=rounds * (2 + len(plan.faults)), figures=figures,
                   phases=_phases(plan, told, figures))


def _phases(plan: Plan, told: Field, figures: Mapping[str, Any]) -> Phases:
    return Phases(
        injected=f"{', '.join(plan.faults)} in copies of the app, released as {SLOWER}",
        detected=f"in the lab: {figures.get('lab', 'not looked')}; in the field {told.after_s:.0f} s after the "
                 f"beacons: {'; '.join(told.said) or 'nothing said'}",
        contained=f"the same build twice: {figures.get('alike', 'not looked')}; as another release, {told.compared} "
                  f"kinds of numbers: {'; '.join(told.false) or 'no alarm'}")


async def _in_the_lab(stage: Stage, plan: Plan, browser: Lab, roots: Mapping[str, Path], seen: Seen,
                      rounds: int) -> str:
    """All sites at once: what the machine does meanwhile, it does to all of them. Returns the session of the first."""
    draw = random.Random(1)         # noqa: S311 (an order, no secret)
    async with AsyncExitStack() as stack:
        where: dict[str, Member] = {}
        for name in ("", *plan.faults):
            stage.say(f"Starting {name or 'the build as it is'} ...")
            site = await stack.enter_async_context(private_site(
                stage.folder / "site" if not name else stage.folder / f"site-{name}",
                root=roots[name]))
            where[name] = (await town.settle(stage, site, plan.posts))[0]
        stage.say(f"{rounds} rounds ...")
        for name in where:
            await plan.visit(browser, where[name])                  # warm: the first of each is not counted
        for _ in range(rounds):
            order = ["", "", *plan.faults]
            draw.shuffle(order)
            lists = [seen.first, seen.again]
            draw.shuffle(lists)
            for name in order:
                (seen.slow[name] if name else lists.pop()).append(await plan.visit(browser, where[name]))
            if len(seen.first) >= ENOUGH and not _judged(plan, seen)[0]:
                break
    return where[""].session


def _judged(plan: Plan, seen: Seen) -> tuple[list[str], dict[str, Any]]:
    harm, lab_said, alike, figures = [], [], [], {}
    for name, (number, notable) in plan.faults.items():
        first, again = [one[number] for one in seen.first], [one[number] for one in seen.again]
        slow = [one[number] for one in seen.slow[name]]
        verdict = pairs.compared(first, slow, notable)
        lab_said.append(f"{name} after {verdict.after} pairs (+{verdict.more:.4g} {number})" if verdict.is_slower
                        else f"{name} not in {verdict.pairs} pairs (+{verdict.more:.4g} {number})")
        if not verdict.is_slower:
            harm.append(f"{name} was not seen in the lab")
        for a, b in ((first, again), (again, first)):
            same = pairs.compared(a, b)
            alike.append(f"{number} {same.more:+.4g}")
            if same.is_slower:
                harm.append(FALSE)
        figures[f"{name}_{number}"] = [round(sorted(some)[len(some) // 2], 2) for some in (first, again, slow)]
    return harm, {"lab": "; ".join(lab_said), "alike": "; ".join(alike), **figures}


async def _in_the_field(stage: Stage, plan: Plan, browser: Lab, roots: Mapping[str, Path], seen: Seen,
                        session: str) -> Field:
    found = Field()
    alike = [one[plan.measure] for one in (*seen.first, *seen.again) if plan.measure in one]
    slow = [one[plan.measure] for one in seen.slow[plan.fielded] if plan.measure in one]
    if not (alike and slow):
        raise Broken(f"the app told nothing of {plan.measure}")
    alike_ones = ((FIRST, roots[""]), (SAME, roots[SAME]))
    for seed, (release, root) in enumerate(alike_ones[:1] if stage.sabotage else alike_ones):
        async with stage.site(root=root) as site:
            await _tell(stage, plan, browser, site, session, release, alike, seed)
            await field.until_counted(site, release, plan.page, plan.measure, BEACONS + 1)
            if release == SAME:
                await field.until_looked(site, SAME)
                found.false, found.compared = await field.alarms(site), await field.compared(site, SAME)
    program = ("drills.sabotaged", "compare-nothing") if stage.sabotage else ("petrel",)
    async with stage.site(program, root=roots[plan.fielded]) as site:
        await _tell(stage, plan, browser, site, session, SLOWER, slow, 2)
        found.said, found.after_s = await field.until_alarmed(site, 220 if stage.sabotage else 300)
        found.by_browsers = await field.counted(site, FIRST, plan.page, plan.measure) - BEACONS
    return found


async def _tell(stage: Stage, plan: Plan, browser: Lab, site: Site, session: str, release: str, numbers: list[float],
                seed: int) -> None:
    """By some real visits, and many beacons of numbers like those that were measured."""
    middle = sorted(numbers)[len(numbers) // 2]
    stage.say(f"Release {release}: {VISITS} visits, {BEACONS} beacons of numbers like {middle:.4g} ...")
    for _ in range(VISITS):
        await plan.visit(browser, Member(site.address, session))
    await field.send(site, release, plan.page, plan.measure, numbers, BEACONS, most=plan.most, seed=seed,
                     controls=CONTROLS)
