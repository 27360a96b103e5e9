"""Row 19: every night at 00:13 one job takes a little longer, on a site that also has a thousand series that do not.

A month of looks is planted in the site's own tables, a day at a time, with the noise that such series have: a shape
over the day, a week, levels that wander, busy nights, outliers, holes. After each day the site's own search runs.
Asked: when was the job found, by name and hour; how far was the forecast off; was a ticket written; how many were
called for nothing.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import exp, pi, sin
from typing import Any

from petrel.core.doors import deriving
from petrel.ops import signals
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage

UNTOLD = "nobody was told before it hurt"

DRILL = Drill(
    name="night-crawl", row=19, tier="real", covers="whole", harm=UNTOLD,
    sabotage="the search for what grows: only limits are watched",
    shown=("found_on_day", "false_alarms", "forecast_off_percent"), limit_s=600)

DAYS, CONTROLS, BY_DAY, TICKET_S = 30, 1_000, 10, 60
MOST_FALSE = CONTROLS // 200
GUILTY, HOUR, OBJECTIVE = "trends.count", 0, 60.0
FIRST, PER_DAY, NOISE = 4.0, 1.5, 0.2
"""Seconds; the objective is reached after some 37 days. Noise as a share of a day's growth."""

TICKETS = "select target from ops.alert where rule = 'drift'"
ANY_DAY = '[rules.drift]\nhours = ""\n'


async def run(stage: Stage) -> Outcome:
    """What was found when, of a month."""
    (stage.folder / "site").mkdir()
    (stage.folder / "site" / "alerts.toml").write_text(ANY_DAY)     # tickets wait for office hours; a drill does not
    async with stage.site() as site:
        rng = random.Random(19)         # noqa: S311 (a simulation)
        first = datetime.now(UTC).replace(minute=13, second=0, microsecond=0)
        first = first.replace(hour=0) - timedelta(days=DAYS)
        await _name(site)
        month, found_on, forecast, called, searched_s = _month(rng), 0, 0.0, set[str](), []
        ticket = ""
        for day in range(1, DAYS + 1):
            await _plant(site, first + timedelta(days=day - 1), month[day - 1])
            if stage.sabotage:
                continue
            async with stage.doors(site), deriving("drill") as w:
                began = time.monotonic()
                found = await signals.search(w, first + timedelta(days=day - 1, hours=23))
                searched_s.append(time.monotonic() - began)
            called |= {one.target for one in found if one.target != GUILTY}
            mine = next((one for one in found if one.target == GUILTY), None)
            if mine is not None and not found_on:
                found_on, forecast = day, mine.left_days
                stage.say(f"Found on day {day}, at hour {mine.hour}: {mine.left_days:.0f} days until it hurts")
                if mine.hour != HOUR:
                    raise Broken(f"found at another hour, {mine.hour}")
                ticket = await _ticket(site)
        if stage.sabotage:
            ticket = await _ticket(site)
    return _outcome(found_on, forecast, len(called), ticket, searched_s)


async def _ticket(site: Site) -> str:
    """What the ticket says; "" where none comes."""
    async with site.database() as owner:
        for _ in range(TICKET_S):
            if said := await owner.fetchval(TICKETS):
                return str(said)
            await asyncio.sleep(1)
    return ""


async def _name(site: Site) -> None:
    async with site.database() as owner:
        await owner.execute("truncate ops.look, ops.drift, ops.series restart identity cascade")
        await owner.executemany("insert into ops.series (name, target) values ('schedule_seconds', $1)",
                                [(GUILTY,), *((f"control.{n}",) for n in range(CONTROLS))])


async def _plant(site: Site, day: datetime, hours: Sequence[Sequence[float | None]]) -> None:
    async with site.database() as owner:
        await owner.executemany(
            "insert into ops.look (grain, at, numbers, most) values (300, $1, $2::real[], $2::real[])",
            [(day + timedelta(hours=hour), list(numbers)) for hour, numbers in enumerate(hours)])


def _month(rng: random.Random) -> list[list[list[float | None]]]:
    """[day][hour][series], the guilty one first."""
    controls = [_control(rng) for _ in range(CONTROLS)]
    guilty = [[FIRST / 2 * exp(rng.gauss(0, .05)) for _ in range(24)] for _ in range(DAYS)]
    for day in range(DAYS):
        guilty[day][HOUR] = FIRST + PER_DAY * (day + rng.gauss(0, NOISE))
    return [[[guilty[day][hour], *(one[day][hour] for one in controls)] for hour in range(24)] for day in range(DAYS)]


def _control(rng: random.Random) -> list[list[float | None]]:
    base, swing, shift = rng.lognormvariate(-2, 1), rng.random(), rng.uniform(0, 24)
    week, noise, level = rng.uniform(0, .4), rng.uniform(.02, .3), 0.0
    busy = (rng.randrange(24), base * rng.uniform(1, 20), rng.uniform(.05, .5)) if rng.random() < .5 else None
    days = []
    for day in range(DAYS):
        level = .7 * level + rng.gauss(0, .1)
        common = exp(level) * (1 + week * sin(day / 7 * 2 * pi))
        hours: list[float | None] = []
        for hour in range(24):
            value = base * (1 + swing * sin((hour - shift) / 24 * 2 * pi)) * common * exp(rng.gauss(0, noise))
            if busy is not None and hour == busy[0]:
                value += busy[1] * exp(rng.gauss(0, busy[2]))
            if rng.random() < .01:
                value *= rng.uniform(2, 20)
            hours.append(None if rng.random() < .01 else value)
        days.append(hours)
    return days


def _outcome(found_on: int, forecast: float, false: int, ticket: str, searched_s: Sequence[float]) -> Outcome:
    truly = (OBJECTIVE - FIRST) / PER_DAY - (found_on - 1)
    off = round(100 * abs(forecast - truly) / truly) if found_on else None
    harm = {UNTOLD: not ticket or GUILTY not in ticket, "found late": not found_on or found_on > BY_DAY,
            "called for nothing": false > MOST_FALSE, "the forecast is wrong": off is None or off > 20}
    figures: dict[str, Any] = {
        "found_on_day": found_on, "by_day": BY_DAY, "false_alarms": false, "controls": CONTROLS,
        "forecast_off_percent": off, "search_s": round(max(searched_s, default=0.0), 2), "ticket": ticket}
    return Outcome(
        harm=tuple(name for name, is_so in harm.items() if is_so), exercised=DAYS * CONTROLS, figures=figures,
        phases=Phases(injected=f"a job that takes {PER_DAY} s more each night at hour {HOUR}, among {CONTROLS} series "
                               "that do not grow",
                      detected=f"on day {found_on}" if found_on else "never", contained=ticket or "no ticket",
                      recovered=f"a forecast {off} % off" if off is not None else "no forecast", lost="nothing"))
