"""Row 9: at night timelines stand still, and whoever is on call does not wake.

A change is begun, and a moment later the process that makes timelines is stopped for real. Anna, whose turn it is, is
reached by an address that takes the connection and says nothing; Ben's address refuses, so he is called by mail, and
sleeps on; Carla leads. Nobody acknowledges until she does, who has nothing but the brief.
Then the database is stopped as well, and what the terminal says without it is read; the process that calls is killed,
and the one that comes in its place, without a database, calls the next; Carla takes that too. Then the jobs hang. A
watcher sees it all from outside, keeps the status page, and is left when the whole site is gone.

On one machine the watcher is a process with nothing of the site's beside it. Nobody's telephone rings, and nobody who
was asleep reads the brief: it is looked at for what it has to name.
"""

import asyncio
import json
import os
import re
import signal
import time
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from drills.night.elsewhere import Elsewhere, elsewhere
from drills.night.reaching import WAIT_S, WATCHER, WHO, Call, Pagers, alerts_toml, pagers
from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage

ASLEEP = "nobody woke"

DRILL = Drill(
    name="four-am", row=9, tier="real", covers="whole", harm=ASLEEP,
    sabotage="the rota: alerts go to one address, which hangs",
    shown=("called_s", "second_s", "led_s", "seen_s", "blind_s", "next_s", "jobs_s", "gone_s"), limit_s=900)

MOST_S, BLIND_S, ALONE_S = 240.0, 90.0, 120.0
LOOK_S = 25.0
"""The site looks every fifteen seconds, later where the machine has much to do."""

EARLY_S = 5.0
"""A wait begins when the call is made, which is a little before it arrives."""

DATABASE = "main-database"
HURT = "nobody can read or post|many people are hindered"


class Dark(Struct, frozen=True):
    """What came of the night with the database dead. `next_s`: from the end of the process that calls to the next call;
    None for never. `again`: calls that nobody should have had. `page_says`: the status page did."""

    blind_s: float = 0.0
    said: str = ""
    next_s: float | None = 0.0
    again: int = 0
    kept: bool = True
    page_says: bool = True


class Night(Struct):
    """When what came, monotonic; None for never. `change`: begun just before. `order`: who was called about what stood
    still, until somebody took it. `lacking`: what is not written. `gone_s`: from the word to stop to what the
    watcher says of it."""

    change: str
    stopped_at: datetime
    began: float
    first: float | None = None
    second: float | None = None
    led: float | None = None
    order: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    dark: Dark = Dark()
    seen: float | None = None
    jobs_s: float | None = None
    gone_s: float | None = None

    def after(self, at: float | None) -> float | None:
        return None if at is None else round(at - self.began, 1)

    @property
    def is_on_time(self) -> bool:
        """Whoever cannot be reached is not waited for; who can has all of the wait."""
        if self.first is None or self.second is None or self.led is None:
            return False
        return self.second - self.first <= WAIT_S + LOOK_S and \
            WAIT_S - EARLY_S <= self.led - self.second <= WAIT_S + LOOK_S


async def run(stage: Stage) -> Outcome:
    """Who was called when, and what they were told."""
    (stage.folder / "site").mkdir()
    async with pagers() as crew, elsewhere(stage.folder / "elsewhere", crew.address(WATCHER)) as outside:
        (stage.folder / "site" / "alerts.toml").write_text(alerts_toml(crew, rota=not stage.sabotage))
        async with stage.site(settings={"PETREL_CANARY": "on", **crew.mail}) as site:
            await _until(site, lambda said: said["verdict"] == "well", 120, "all to be well first")
            await outside.begin(site)
            if not await outside.until_page("All is well", within_s=60):
                raise Broken("the watcher does not say that all is well")
            night = Night(await _change(site), datetime.now(UTC), time.monotonic())
            async with site.standing("followers"):
                if stage.sabotage:
                    return await _unprotected(crew)
                await _night(stage, site, crew, outside, night)
            if not await outside.until_page("Pages: <span class=\"state\">works", within_s=60):
                raise Broken("the watcher does not see that the site answers again")
            calls, stopping_at = len(crew.told), time.monotonic()
        told = await crew.until(_outside("site"), 60, calls)
        if told is not None and await outside.until_page("Something is wrong", "Pages: <span class=\"state wrong\">",
                                                         within_s=30):
            night.gone_s = round(told - stopping_at, 1)
        return _outcome(night)


async def _unprotected(crew: Pagers) -> Outcome:
    woke = await crew.until(lambda call: call.who == "ben", ALONE_S)
    called = len(crew.about("followers"))
    return Outcome(harm=(ASLEEP,) if woke is None else (), exercised=1, figures={"called": called},
                   phases=Phases(injected="timelines stand still, and there is no rota",
                                 detected=f"{called} calls within {ALONE_S:.0f} s"))


async def _change(site: Site) -> str:
    """The number of a harmless change that is on its way."""
    planned = await site.told("changes", "plan", "flag", "flag=packed-answers", "to=off", "--reason",
                              "a drill needs a suspect", "--json")
    number = str(json.loads(planned)["id"])
    await site.told("changes", "start", number)
    return number


async def _night(stage: Stage, site: Site, crew: Pagers, outside: Elsewhere, night: Night) -> None:
    night.led = await crew.until(lambda call: call.who == "carla", MOST_S)
    night.second = await crew.until(lambda call: call.who == "ben", 0)
    night.first = await crew.until(lambda call: call.who == "anna", 0)
    said = await _until(site, lambda now: any(page["who"] == "carla" and page["taken_at"]
                                              for page in _pages(now, "followers")), 60, "all calls on the board")
    number = next(str(card["incident"]["id"]) for card in said["board"]["open"]
                  if card["incident"]["root"] == "followers")
    brief = (await site.petrel("ops", "show", number))[1]
    night.lacking = _lacking(brief, night)
    stage.say(brief)
    if (await site.petrel("ops", "take", number, "--as", "carla"))[0] != 0:
        raise Broken("it could not be taken")
    night.lacking += await _unsaid(site, number, night)
    night.order = tuple(call.who for call in crew.about("followers"))
    stage.say(f"Called: {[(night.after(call.at), call.who) for call in crew.told]}")
    night.dark = await _dark(stage, site, crew, outside)
    night.seen = await crew.until(_outside("posts", "site"), 1)
    calls, began_jobs = len(crew.told), time.monotonic()
    async with site.standing("jobs"):
        called = await crew.until(lambda call: call.is_about("jobs"), MOST_S, calls)
    night.jobs_s = None if called is None else round(called - began_jobs, 1)


def _outside(*names: str) -> Any:
    """Of the watcher's calls those that say that one of these is wrong."""
    return lambda call: call.who == WATCHER and any(f"{name} begins" in call.text.splitlines()[0] for name in names)


def _lacking(brief: str, night: Night) -> tuple[str, ...]:
    """What it has to name, and does not."""
    suspects, _, then = brief.partition("\nProbably did it:")[2].partition("\nSo far:")
    done, since = then.partition("\nNext ")[0], re.search(r"\nSince +(\S+ \S+) UTC", brief)
    onset = datetime.strptime(f"{since[1]}+0000", "%Y-%m-%d %H:%M:%S%z") if since else None
    has = {
        "whom it hurts": re.match(rf"INCIDENT \d+, severity [12]: ({HURT})", brief),
        "what fails": "\nWhat fails    followers" in brief, "what is next": "\nNext " in then,
        "since when": onset and abs((onset - night.stopped_at).total_seconds()) <= LOOK_S,
        "the change among the suspects": re.search(rf"\n +\d+% change {night.change}: flag ", suspects),
        "what was done": f"change started {night.change}" in done,
        "that Anna was not reached": "anna: NOT taken (webhook" in done,
        "that Ben has a letter, and why": re.search(r"ben: taken by mail \(webhook 127.0.0.1:\d+: no answer", done),
        "that Carla was called": "carla: taken by webhook" in done}
    return tuple(name for name, is_there in has.items() if not is_there)


async def _unsaid(site: Site, number: str, night: Night) -> tuple[str, ...]:
    """What the card for the next on call and the account for afterwards have to say, and do not."""
    told, account = [(await site.petrel("ops", *words))[1] for words in (("handover",), ("draft", number))]
    has = {"in the hand-over who is on it": " followers (" in told and "carla is on it" in told,
           "in the account who took it": "by carla" in account,
           "in the account what was done": f"change started {night.change}" in account and "ben: taken by" in account}
    return tuple(name for name, is_there in has.items() if not is_there)


async def _dark(stage: Stage, site: Site, crew: Pagers, outside: Elsewhere) -> Dark:
    calls = len(crew.told)
    async with site.standing(DATABASE):
        blind_at = time.monotonic()
        dead = await _until(site, _is_dark, BLIND_S, "the terminal to say that it is blind")
        blind_s = time.monotonic() - blind_at
        next_s, twice = await _begun_anew(site, crew, calls)
        began_take = time.monotonic()
        if (await site.petrel("ops", "take", DATABASE, "--as", "carla"))[0] != 0:
            raise Broken("what fails could not be taken while the database is stopped")
        stage.say(f"Taken without a database after {time.monotonic() - began_take:.0f} s")
        calls_dead = len(crew.told)
        await asyncio.sleep(WAIT_S + LOOK_S)        # when the next would be called, and is not
        stage.say(f"Called in the dark: {[(call.who, call.text.splitlines()[0]) for call in crew.told[calls:]]}")
        again = twice + len(crew.about("followers", calls)) + len(crew.about(DATABASE, calls_dead))
        page_says = await outside.until_page("Something is wrong", "not working", within_s=30)
    kept = await _until(site, lambda now: _taken(now, DATABASE) and not now["board"]["is_blind"], BLIND_S,
                        "what was taken meanwhile to be in the database")
    return Dark(blind_s, str(dead["board"]["open"]), next_s, again, _taken(kept, DATABASE), page_says)


async def _begun_anew(site: Site, crew: Pagers, calls: int) -> tuple[float | None, int]:
    """The process that calls is killed. (Seconds to the next person's call, how many were called twice.)"""
    await crew.until(_of_database, MOST_S, calls)
    await _until(site, lambda now: _pages(now, DATABASE), BLIND_S, "the first call to stand on the board")
    known, killed_at = {call.who for call in crew.about(DATABASE, calls)}, time.monotonic()
    for pid in site.running().parts["brain"].pids:
        os.kill(pid, signal.SIGKILL)
    after = len(crew.told)
    called = await crew.until(_of_database, MOST_S, after)
    twice = sum(call.who in known for call in crew.about(DATABASE, after))
    return (None if called is None else round(called - killed_at, 1)), twice


def _of_database(call: Call) -> bool:
    return call.is_about(DATABASE)


def _pages(said: dict[str, Any], root: str) -> list[Any]:
    return [page for card in said["board"]["open"] if card["incident"]["root"] == root for page in card["pages"]]


def _is_dark(said: dict[str, Any]) -> bool:
    return said["board"]["is_blind"] and any(card["incident"]["root"] == DATABASE for card in said["board"]["open"])


def _taken(said: dict[str, Any], root: str) -> bool:
    """By its row: it has a number."""
    return any(card["incident"]["root"] == root and card["incident"]["id"] and card["incident"]["taken_by"] == "carla"
               for card in said["board"]["open"])


async def _until(site: Site, holds: Any, within_s: float, what: str) -> dict[str, Any]:
    """What `petrel ops --json` says once it holds. Errors: Broken."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        said: dict[str, Any] = json.loads((await site.petrel("ops", "--json"))[1])
        if said["board"] is not None and holds(said):
            return said
        await asyncio.sleep(1)
    raise Broken(f"waited {within_s:.0f} s in vain for {what}")


def _outcome(night: Night) -> Outcome:
    dark = night.dark
    harm = {ASLEEP: night.second is None, "nobody led": night.led is None,
            f"called out of turn: {', '.join(night.order)}": night.order != WHO,
            "the next was called late, or early": not night.is_on_time,
            "what is written lacks " + ", ".join(night.lacking): night.lacking,
            "called although somebody was on it, or twice": dark.again > 0,
            "begun anew in the dark it called nobody": dark.next_s is None,
            "what was said without a database was lost": not dark.kept,
            "in the dark it did not know what it had known": "followers" not in dark.said,
            "jobs hang, and nobody was called": night.jobs_s is None,
            "nobody outside saw it": night.seen is None, "the status page did not say it": not dark.page_says,
            "the site is gone, and nobody outside says so": night.gone_s is None}
    figures = {"called_s": night.after(night.first), "second_s": night.after(night.second),
               "led_s": night.after(night.led), "seen_s": night.after(night.seen), "blind_s": round(dark.blind_s, 1),
               "next_s": dark.next_s, "jobs_s": night.jobs_s, "gone_s": night.gone_s}
    return Outcome(
        harm=tuple(name for name, is_so in harm.items() if is_so), exercised=1, figures=figures,
        phases=Phases(injected="timelines stand still; the first on call is reached by an address that hangs, the "
                               "second by a letter, since his address refuses, and sleeps; later the database stops "
                               "and the process that calls is killed; then jobs hang; at last the site is gone",
                      detected=f"first call after {figures['called_s']} s; when jobs hang after {night.jobs_s} s; from "
                               f"outside after {figures['seen_s']} s, when all is gone after {night.gone_s} s",
                      contained=f"the second after {figures['second_s']} s, the manager after {figures['led_s']} s, "
                                f"with a brief that lacks {', '.join(night.lacking) or 'nothing'}",
                      recovered=f"with the database stopped the terminal says so after {dark.blind_s:.0f} s, the next "
                                f"person is called {dark.next_s} s after the process that calls was killed, and "
                                f"whoever takes it is called no more",
                      lost="nothing"))
