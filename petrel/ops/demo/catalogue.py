"""A month of everyday posts behind the conversations: written by rule, from banks of half-sentences in `banks.py`.

Nothing is said twice. The same seed makes the same catalogue, so that two demos can be compared.
"""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from petrel.ops.demo import banks, replies
from petrel.ops.demo.cast import BY_HANDLE

DAYS = 30
ANSWERED = 0.3
TIDE_H, SPRING_DAYS = 12.42, 14.77
BOT = "tidetable"
_slot = re.compile(r"\{(\w+)\}")


class Entry(Struct, frozen=True):
    """One post of the catalogue. `answers`: the place in the catalogue of what it answers."""

    who: str
    at: datetime
    text: str
    answers: int | None = None
    language: str = ""


def written(until: datetime, most: int, *, seed: int = 1) -> list[Entry]:
    """Posts of the days before `until`, oldest first, and short answers to some of them right behind."""
    draw = random.Random(seed)  # noqa: S311 (no secret: what people had for lunch)
    found = [*_tides(until), *_everyday(draw, until, most)]
    found.sort(key=lambda entry: entry.at)
    return found + sorted(_answers(draw, found, until), key=lambda entry: entry.at)


def _everyday(draw: random.Random, until: datetime, most: int) -> Iterator[Entry]:
    said: set[str] = set()
    for bank in banks.BANKS:
        share = int(most * bank.share)
        for _ in range(share * 4):
            if share == 0:
                break
            text = filled(draw, bank)
            if text not in said:
                said.add(text)
                share -= 1
                yield Entry(bank.who, _moment(draw, until, bank), text, None, bank.language or "en")


def filled(draw: random.Random, bank: "banks.Bank") -> str:
    """A frame with its slots filled; a slot may hold slots, {n} is a small number."""
    text = draw.choice(bank.frames)
    for _ in range(4):
        if not _slot.search(text):
            break
        text = _slot.sub(lambda slot: _word(draw, bank, slot[1]), text)
    return text[0].upper() + text[1:]


def _word(draw: random.Random, bank: "banks.Bank", name: str) -> str:
    if name == "n":
        return str(draw.randint(2, 19))
    if name == "many":
        return str(draw.randint(20, 480))
    return draw.choice(bank.words[name])


def _moment(draw: random.Random, until: datetime, bank: "banks.Bank") -> datetime:
    """Some day of the month since this person came, at an hour when they write."""
    days = min(DAYS, BY_HANDLE[bank.who].days)
    day = until - timedelta(days=draw.randint(0, days - 1))
    at = day.replace(hour=draw.choice(bank.hours), minute=draw.randint(0, 59), second=draw.randint(0, 59))
    return at if at < until else at - timedelta(days=days - 1 or 1)


def _tides(until: datetime) -> Iterator[Entry]:
    """Four times a day: the next high water and the next low, higher and lower about new and full moon."""
    first = (until - timedelta(days=DAYS)).replace(minute=0, second=0, microsecond=0)
    for turn in range(DAYS * 4):
        at = first + timedelta(hours=6 * turn, minutes=1)
        if at >= until:
            return
        high, low = _next_of(at, 0.0), _next_of(at, TIDE_H / 2)
        spring = abs((turn / 4) % SPRING_DAYS - SPRING_DAYS / 2) * 2 / SPRING_DAYS
        wind = banks.WINDS[(turn * 5 + turn // 7) % len(banks.WINDS)]
        yield Entry(BOT, at, f"High water {high:%H:%M} ({2.4 + 0.9 * spring:.1f} m), low water {low:%H:%M} "
                             f"({0.9 - 0.6 * spring:.1f} m). {wind} #tides", None, "en")


def _next_of(at: datetime, phase_h: float) -> datetime:
    hours = at.timestamp() / 3600 - phase_h
    return at + timedelta(hours=-hours % TIDE_H)


def _answers(draw: random.Random, found: list[Entry], until: datetime) -> Iterator[Entry]:
    said: set[str] = set()
    for place, entry in enumerate(found):
        friends = replies.FRIENDS.get(entry.who)
        if friends is None or draw.random() > ANSWERED:
            continue
        bank = replies.REPLIES[draw.choice(friends.split())]
        text = filled(draw, bank)
        at = entry.at + timedelta(minutes=draw.randint(2, 240))
        is_here = at > until - timedelta(days=BY_HANDLE[bank.who].days)
        if text not in said and is_here and at < until:
            said.add(text)
            yield Entry(bank.who, at, text, place, bank.language or "en")
