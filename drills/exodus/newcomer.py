"""Somebody who has never seen the program. They look at the console, take what is wrong, and type what it says is next;
then what each alert says, then what the runbook says. What is printed meanwhile they read first; after each step that
does more than look, they see whether it helped.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from drills.exodus.reading import STEP_HEADINGS, Words, commands, filled, only_looks
from petrel.ops.drills import Site
from petrel.ops.safeguards import runbooks

NAME = "newcomer"
BELIEVED_S, DOUBTED_S = 90.0, 25.0
GUESSES = 3
NOT_TYPED = {"drill", "init", "up", "run", "upgrade", "backups", "restore", "alerts", "settings", "signup", "rescue",
             "ops"}
"""No cure of what hurts now: drills, calls, notices, and what puts another site in the place of this."""

Works = Callable[[], Awaitable[bool]]


class Tried(Struct, frozen=True):
    """`source`: where it stood."""

    source: str
    typed: str
    code: int


class Newcomer:
    """`is_blindfolded`: console and runbooks are empty pages to them."""

    def __init__(self, site: Site, works: Works, say: Callable[[str], None], *, is_blindfolded: bool = False) -> None:
        self._site, self._works, self._say, self._is_blindfolded = site, works, say, is_blindfolded
        self.tried: list[Tried] = []
        self._read: list[tuple[str, str]] = []
        self.seen_s: float | None = None
        self.suspects = set[str]()

    async def handle(self, within_s: float) -> bool:
        """Until all is well, by the console and by what they see when they use the site. Whether it is, in time."""
        began, typed = time.monotonic(), set[Words]()
        while time.monotonic() - began < within_s:
            said = await self._console()
            if self.seen_s is None:
                if not _is_wrong(said):
                    continue
                self.seen_s = time.monotonic() - began
            if await self._is_well():
                return True
            self._suspect(said)
            await self._take(said)
            if (step := self._next(said, typed)) is None:
                typed.clear()               # all was tried: from the beginning again
                continue
            source, words = step
            typed.add(words)
            code, out = await self._site.petrel(*words)
            self.tried.append(Tried(source, " ".join(words), code))
            self._say(f"{time.monotonic() - began:5.0f} s  {source}: petrel {' '.join(words)}  ({code})")
            if only_looks(words):
                self._read.insert(0, (f"said by petrel {words[0]}", out))
            elif await self._helped():
                return True
        return False

    def _suspect(self, said: dict[str, Any]) -> None:
        """What the console names as the cause, its first guesses."""
        for card in said["board"]["open"] if said["board"] else ():
            self.suspects.update(one["name"] for one in card["suspects"][:GUESSES])

    async def _take(self, said: dict[str, Any]) -> None:
        """They are on it: nobody else is called."""
        for card in said["board"]["open"] if said["board"] else ():
            if card["incident"]["id"] and not card["incident"]["taken_by"]:
                await self._site.petrel("ops", "take", str(card["incident"]["id"]), "--as", NAME)

    def _next(self, said: dict[str, Any], typed: set[Words]) -> tuple[str, Words] | None:
        """The first that they have not typed yet, in the order of the page, and where it stands."""
        if self._is_blindfolded:
            return None
        cards = said["board"]["open"] if said["board"] else []
        sources = [*self._read, ("next step", said.get("next", ""))]
        sources += [("next step", card["next_step"]) for card in cards]
        sources += [("alert", one["cure"]) for card in cards for one in card["speaking"]]
        sources += [("runbook", step) for card in cards for step in _steps(card["runbook"])]
        return _first(sources, typed, cards)

    async def _console(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((await self._site.petrel("ops", "--json"))[1])
            return found
        except ValueError:
            return {"verdict": "unknown", "board": None}

    async def _helped(self) -> bool:
        """Waits for the console, longer where they can use the site: what it measures takes its time."""
        return await self.sees_all_well(DOUBTED_S) or (await self._works() and await self.sees_all_well(BELIEVED_S))

    async def sees_all_well(self, within_s: float) -> bool:
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if await self._is_well():
                return True
            await asyncio.sleep(1)
        return False

    async def _is_well(self) -> bool:
        said = await self._console()
        return not _is_wrong(said) and await self._works()


def _is_wrong(said: dict[str, Any]) -> bool:
    """An incident that is quiet is over, as soon as it has been so for long enough."""
    if said["verdict"] == "unknown" or said["board"] is None or said["board"]["is_blind"]:
        return True
    return any(card["incident"]["quiet_at"] is None for card in said["board"]["open"])


def _first(sources: list[tuple[str, str]], typed: set[Words], cards: list[dict[str, Any]]) -> tuple[str, Words] | None:
    known = {"NUMBER": str(cards[0]["next_change"])} if cards and cards[0]["next_change"] else {}
    for source, text in sources:
        for one in commands(text):
            words = filled(one, known)
            if words is not None and words not in typed and words[0] not in NOT_TYPED:
                return source, words
    return None


def _steps(path: str) -> list[str]:
    """What a runbook has people type, under the headings that say so."""
    name = path.rpartition("/")[2].removesuffix(".md")
    if not path.startswith("docs/runbooks/"):
        return []
    found, heading = list[str](), ""
    for block in runbooks.runbook(name).blocks:
        if block.kind == "heading":
            heading = block.lines[0]
        elif heading in STEP_HEADINGS:
            found += block.lines
    return found
