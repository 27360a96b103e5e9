"""What pages say, in the reader's language: `t("frame.skip")`, with numbers and times as that language writes them.

The words stand in `catalogues/LANGUAGE.toml`, one for each language: HTML of ours, with {places} for what is given,
which is escaped. A word with a number has a form for each kind of number that its language tells apart. Every key is in
every catalogue (tests/web/test_languages.py). source of the rules: Unicode CLDR, "Language Plural Rules".
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from petrel.core import clock

CATALOGUES = Path(__file__).parent / "catalogues"
LANGUAGES = ("en", "de", "ja")
USUAL = LANGUAGES[0]
LONGEST_HEADER, MOST_WISHES = 500, 20
_WISH = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?\Z")

PLURALS: Mapping[str, Callable[[int], str]] = {
    "none": lambda n: "other",
    "one": lambda n: "one" if n == 1 else "other",
}
"""By the name that a catalogue gives: which form of a word goes with a whole number."""

SCOPES = ("read", "write", "follow", "push", "profile")
"""Those without a thing that they are of."""

Words = str | dict[str, str]


class Audience(Struct, frozen=True):
    """How an audience is called, whom it reaches in a few words, and in a sentence."""

    name: Markup
    brief: Markup
    who: Markup


class Speech:
    """One language. `direction`: of its script, ltr or rtl."""

    def __init__(self, language: str) -> None:
        told = tomllib.loads((CATALOGUES / f"{language}.toml").read_text(encoding="utf-8"))
        self.language = language
        self.direction: str = told["direction"]
        self.locale: str = told["locale"]
        self._form = PLURALS[told["plural"]]
        self._point: str = told["numbers"]["point"]
        self._comma: str = told["numbers"]["comma"]
        self._steps: list[tuple[int, str]] = [(step["from"], step["sign"]) for step in told["numbers"]["steps"]]
        self._months: list[str] = told["times"]["months"]
        self._short_months: list[str] = told["times"]["short_months"]
        self.words: dict[str, Words] = dict(_flat(told["words"], ""))

    def t(self, key: str, **given: object) -> Markup:
        """Errors: KeyError for what is in no catalogue, or lacks something that it has a place for."""
        words = self.words[key]
        if isinstance(words, dict):
            n = given["n"]
            assert isinstance(n, int)
            words = words[self._form(n)]
        if not given:
            return Markup(words)
        return Markup(words.format_map({name: self._printed(value) for name, value in given.items()}))

    def _printed(self, value: object) -> str:
        return self.grouped(value) if type(value) is int else str(escape(value))

    def has(self, key: str) -> bool:
        return key in self.words

    def grouped(self, number: int) -> str:
        """1,234,567."""
        return f"{number:,}".replace(",", self._comma)

    def count(self, number: int) -> str:
        """As briefly as a button wants it: 0 is nothing, 1,234 is 1.2k."""
        if number <= 0:
            return ""
        for size, sign in self._steps:
            if number >= size:
                short = f"{number / size:.1f}" if number < 10 * size else str(number // size)
                return short.removesuffix(".0").replace(".", self._point) + sign
        return self.grouped(number)

    def ago(self, at: datetime) -> str:
        """How long since, as briefly as a list wants it: now, 5 min, 3 h, 2 d, then the date."""
        since = clock.now() - at
        if since < timedelta(minutes=1):
            return self.t("times.now")
        if since < timedelta(hours=1):
            return self.t("times.minutes", n=since.seconds // 60)
        if since < timedelta(days=1):
            return self.t("times.hours", n=since.seconds // 3600)
        if since < timedelta(days=7):
            return self.t("times.days", n=since.days)
        return self.day(at) if at.year != clock.now().year else self._written("times.day_and_month", at)

    def day(self, at: datetime) -> str:
        return self._written("times.day", at)

    def moment(self, at: datetime) -> str:
        """In full, for the post itself. Times are UTC: a page without script cannot know the reader's clock."""
        return self._written("times.moment", at)

    def _written(self, key: str, at: datetime) -> str:
        return self.t(key, day=str(at.day), month=self._months[at.month - 1], short=self._short_months[at.month - 1],
                      year=str(at.year), time=f"{at:%H:%M}")

    def gap(self, reason: str) -> Markup:
        """Why something is not there where it was."""
        return self.t(f"gap.{reason}" if self.has(f"gap.{reason}") else "gap.unavailable")

    def notice(self, code: str) -> Markup:
        """Why a post waits: a word that is in the catalogues, or, after "filtered:", the title of a reader's filter."""
        kind, _, title = code.partition(":")
        return self.t(f"notice.{kind}", title=title) if self.has(f"notice.{kind}") else escape(code)

    def audience(self, code: str) -> Markup:
        """The name of an audience, the narrowest's for a word nobody knows."""
        return self.t(f"audience.{code if self.has(f'audience.{code}.name') else 'direct'}.name")

    def audiences(self) -> dict[str, Audience]:
        """By code, from the widest to the narrowest."""
        return {code: Audience(*(self.t(f"audience.{code}.{part}") for part in ("name", "brief", "who")))
                for code in ("public", "unlisted", "followers", "direct")}

    def told(self, sentence: str) -> Markup | str:
        """What is wrong with what was typed: a sentence of the catalogues, or one of the rooms, which is English."""
        if isinstance(sentence, Markup) or self.language == USUAL:
            return sentence
        return Markup('<span lang="{}">{}</span>').format(USUAL, sentence)

    def happened(self, kind: str, who: str, people: int) -> Markup:
        """What somebody did, `people` of them. `kind` as the API names it."""
        return self.t(f"happened.{kind if self.has(f'happened.{kind}') else 'something'}", who=who, n=people)

    def scope(self, code: str) -> Markup | str:
        """What an app with this scope can do, in words a person says; the code itself for one we do not know."""
        if code.startswith("admin:"):
            return self.t("scopes.crew_changes" if code.startswith("admin:write") else "scopes.crew_sees", scope=code)
        verb, _, thing = code.partition(":")
        if not thing:
            return self.t(f"scopes.{code}") if code in SCOPES else code
        if verb == "write" and self.has(f"scopes.writes_{thing}"):
            return self.t(f"scopes.writes_{thing}")
        if verb not in ("read", "write") or not self.has(f"scopes.thing.{thing}"):
            return code
        return self.t("scopes.see" if verb == "read" else "scopes.change", thing=self.t(f"scopes.thing.{thing}"))

    def size(self, count: int) -> str:
        """Of a file: 12 kB, 1.5 MB."""
        if count < 1 << 20:
            return f"{self.grouped(round(count / 1024))} kB"
        return f"{count / (1 << 20):.1f} MB".replace(".", self._point)

    def files(self, kinds: Iterable[str]) -> Markup:
        """How many there are of each kind of file, in words; "" for none."""
        numbers: dict[str, int] = {}
        for kind in kinds:
            kind = kind if self.has(f"files.{kind}") else "unknown"
            numbers[kind] = numbers.get(kind, 0) + 1
        return Markup(self.t("files.between")).join(self.t(f"files.{kind}", n=n) for kind, n in numbers.items())

    def poll_times(self, minutes: Iterable[int]) -> list[tuple[int, Markup]]:
        """(minutes, how they are called)."""
        found = []
        for one in minutes:
            unit, n = (("day", one // 1440) if one >= 1440 else ("hour", one // 60) if one >= 60 else ("minute", one))
            found.append((one, self.t(f"lasts.{unit}", n=n)))
        return found


def _flat(words: Mapping[str, Any], above: str) -> Iterable[tuple[str, Words]]:
    """Sections within sections by their names with points between; what has the form "other" is one word."""
    for name, inner in words.items():
        if isinstance(inner, dict) and "other" not in inner:
            yield from _flat(inner, f"{above}{name}.")
        else:
            yield above + name, inner


@cache
def of(language: str) -> Speech:
    return Speech(language)


def wanted(accept_language: str) -> str:
    """Of our languages the one that a reader would rather have, by the header of that name (RFC 9110, 12.5.4)."""
    best, best_share = USUAL, 0.0
    for wish in accept_language[:LONGEST_HEADER].split(",")[:MOST_WISHES]:
        found = _WISH.match(wish)
        if found is None:
            continue
        language, share = found[1].lower(), float(found[2] or 1)
        language = USUAL if language == "*" else language
        if language in LANGUAGES and share > best_share:
            best, best_share = language, share
    return best
