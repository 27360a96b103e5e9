"""Row 9: at night timelines stand still, and whoever is on call does not wake.

The process that makes timelines is stopped for real. Anna, whose turn it is, is reached by an address that takes the
connection and says nothing; Ben takes the call and sleeps on; Carla leads. Nobody acknowledges until she does.
Then the database is stopped as well, and what the terminal says without it is read; the process that calls is killed,
and the one that comes in its place, without a database, calls the next; Carla takes that too. At last the jobs hang.
"""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Broken, Drill, Outcome, Phases, Site, Stage

ASLEEP = "nobody woke"

DRILL = Drill(
    name="four-am", row=9, tier="real", covers="part", harm=ASLEEP,
    sabotage="the rota: alerts go to one address, which hangs",
    left_out="status page and watcher on another host (in `nobody-home` and the tests of petrel/watch.py); a push to a "
             "telephone; a person",
    shown=("called_s", "second_s", "led_s", "blind_s", "next_s", "jobs_s"), limit_s=900)

WAIT_S, MOST_S, BLIND_S, LOOK_S = 30, 240.0, 90.0, 20.0
DATABASE = "main-database"
WHO = ("anna", "ben", "carla")


class Pagers:
    """What the addresses of the three were told, with the time. Anna's hangs."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str, str]] = []
        self.ports: dict[str, int] = {}

    def about(self, root: str, after: int) -> list[tuple[float, str]]:
        """The calls about it, after so many in all: when, and whom."""
        return [(at, who) for at, who, text in self.told[after:] if f": {root}" in text.splitlines()[0]]

    async def until_about(self, root: str, after: int, within_s: float) -> float | None:
        """When the first of these came; None when none did."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if found := self.about(root, after):
                return found[0][0]
            await asyncio.sleep(0.2)
        return None

    async def until(self, who: str, within_s: float) -> float | None:
        """When `who` was called first; None when never."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if found := [at for at, name, _ in self.told if name == who]:
                return found[0]
            await asyncio.sleep(0.2)
        return None


@asynccontextmanager
async def pagers() -> AsyncIterator[Pagers]:
    found, servers = Pagers(), []

    def serve(who: str) -> Any:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            size = int(head.partition("content-length:")[2].split("\r\n")[0])
            said = json.loads(await reader.readexactly(size))
            if said.get("what") == "incident":
                found.told.append((time.monotonic(), who, said["text"]))
            if who == "anna":
                await reader.read()             # until whoever calls has given up
            else:
                writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            writer.close()
        return answer

    for who in WHO:
        server = await asyncio.start_server(serve(who), "127.0.0.1", 0)
        servers.append(server)
        found.ports[who] = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        for server in servers:
            server.close()
            await server.wait_closed()


def alerts_toml(ports: dict[str, int], *, rota: bool) -> str:
    owners = "".join(f'[owners.{who}]\nwebhook = ["http://127.0.0.1:{port}/"]\n' for who, port in ports.items())
    monday = datetime.now(UTC).date() - timedelta(days=1)
    rules = '[rules.follower]\nlimit = 5\nfor_s = 0\nowner = "anna"\n[rules.database]\nlimit = 5\nowner = "anna"\n'
    turns = f'[rota]\nturns = ["anna", "ben"]\nbegins = {monday}\nmanager = "carla"\nwait_s = {WAIT_S}\n'
    return owners + rules + (turns if rota else "")


async def run(stage: Stage) -> Outcome:
    """Who was called when, and what they were told."""
    (stage.folder / "site").mkdir()
    async with pagers() as three:
        (stage.folder / "site" / "alerts.toml").write_text(alerts_toml(three.ports, rota=not stage.sabotage))
        async with stage.site(settings={"PETREL_CANARY": "on"}) as site:
            await _until(site, lambda said: said["verdict"] == "well", 120, "all to be well first")
            began = time.monotonic()
            async with site.standing("followers"):
                return await _night(stage, site, three, began)


async def _night(stage: Stage, site: Site, three: Pagers, began: float) -> Outcome:
    second = await three.until("ben", 120 if stage.sabotage else MOST_S)
    first = await three.until("anna", 1)
    led = await three.until("carla", MOST_S if second else 1)
    stage.say(f"Called: {[(round(at - began), who) for at, who, _ in three.told]}")
    if stage.sabotage:
        return _outcome(began, first, second, led, "", Dark(), None)
    said = await _until(site, lambda now: now["board"]["open"], 30, "an incident on the board")
    card = said["board"]["open"][0]
    number = str(card["incident"]["id"])
    brief = (await site.petrel("ops", "show", number))[1]
    if (await site.petrel("ops", "take", number, "--as", "carla"))[0] != 0:
        raise Broken("it could not be taken")
    dark = await _dark(stage, site, three)
    calls, began_jobs = len(three.told), time.monotonic()
    async with site.standing("jobs"):
        called = await three.until_about("jobs", calls, MOST_S)
    jobs_s = None if called is None else round(called - began_jobs, 1)
    return _outcome(began, first, second, led, brief, dark, jobs_s)


class Dark(Struct, frozen=True):
    """What came of the night with the database dead. `next_s`: from the end of the process that calls to the next call;
    None for never. `again`: calls that nobody should have had."""

    blind_s: float = 0.0
    said: str = ""
    next_s: float | None = 0.0
    again: int = 0
    kept: bool = True


async def _dark(stage: Stage, site: Site, three: Pagers) -> Dark:
    calls = len(three.told)
    async with site.standing(DATABASE):
        blind_at = time.monotonic()
        dead = await _until(site, _is_dark, BLIND_S, "the terminal to say that it is blind")
        blind_s = time.monotonic() - blind_at
        next_s, twice = await _begun_anew(site, three, calls)
        began_take = time.monotonic()
        if (await site.petrel("ops", "take", DATABASE, "--as", "carla"))[0] != 0:
            raise Broken("what fails could not be taken while the database is stopped")
        stage.say(f"Taken without a database after {time.monotonic() - began_take:.0f} s")
        calls_dead = len(three.told)
        await asyncio.sleep(WAIT_S + LOOK_S)        # when the next would be called, and is not
        again = twice + len(three.about("followers", calls)) + len(three.about(DATABASE, calls_dead))
    kept = await _until(site, lambda now: _taken(now, DATABASE) and not now["board"]["is_blind"], BLIND_S,
                        "what was taken meanwhile to be in the database")
    return Dark(blind_s, str(dead["board"]["open"]), next_s, again, _taken(kept, DATABASE))


async def _begun_anew(site: Site, three: Pagers, calls: int) -> tuple[float | None, int]:
    """The process that calls is killed. (Seconds to the next person's call, how many were called twice.)"""
    await three.until_about(DATABASE, calls, MOST_S)
    await _until(site, lambda now: _pages(now, DATABASE), BLIND_S, "the first call to stand on the board")
    known, killed_at = {who for _, who in three.about(DATABASE, calls)}, time.monotonic()
    for pid in site.running().parts["brain"].pids:
        os.kill(pid, signal.SIGKILL)
    after = len(three.told)
    called = await three.until_about(DATABASE, after, MOST_S)
    twice = sum(who in known for _, who in three.about(DATABASE, after))
    return (None if called is None else round(called - killed_at, 1)), twice


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


def _outcome(began: float, first: float | None, second: float | None, led: float | None, brief: str, dark: Dark,
             jobs_s: float | None) -> Outcome:
    parts = ("INCIDENT", "What fails    followers", "Since", "Next", "So far:")
    lacking = [part for part in parts if part not in brief]
    harm = {ASLEEP: second is None, "nobody led": led is None, "the brief lacks " + ", ".join(lacking): bool(lacking),
            "called although somebody was on it, or twice": dark.again > 0,
            "begun anew in the dark it called nobody": dark.next_s is None,
            "what was said without a database was lost": not dark.kept,
            "in the dark it did not know what it had known": "followers" not in dark.said,
            "jobs hang, and nobody was called": jobs_s is None}
    figures = {name: None if at is None else round(at - began, 1)
               for name, at in (("called_s", first), ("second_s", second), ("led_s", led))}
    figures |= {"blind_s": round(dark.blind_s, 1), "next_s": dark.next_s, "jobs_s": jobs_s}
    return Outcome(
        harm=tuple(name for name, is_so in harm.items() if is_so), exercised=1, figures=figures,
        phases=Phases(injected="timelines stand still; the first on call is reached by an address that hangs, the "
                               "second sleeps, later the database stops and the process that calls is killed; at last "
                               "jobs hang",
                      detected=f"first call after {figures['called_s']} s; when jobs hang after {jobs_s} s",
                      contained=f"the second after {figures['second_s']} s, the manager after {figures['led_s']} s",
                      recovered=f"with the database stopped the terminal says so after {dark.blind_s:.0f} s, the next "
                                f"person is called {dark.next_s} s after the process that calls was killed, and "
                                f"whoever takes it is called no more",
                      lost="nothing"))
