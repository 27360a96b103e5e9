"""What the looks are made of, as the stylesheet has it: colours in four themes, and measures. For the page that shows
them (pages/style.py) and the tests that hold them.

source: WCAG 2.2, relative luminance and contrast ratio.
"""

import re
from functools import cache

from msgspec import Struct

from petrel.web import look

COLUMNS = {"day": "Light", "night": "Dark", "day-high": "High contrast", "night-high": "High contrast, dark"}
GROUNDS = ("sheet", "paper", "tint")
_ONLY_ON_SHEETS = ("lamp", "rose", "moss", "wrong")
TEXT = (*((ink, ground) for ink in ("ink", "soft", "sea", "sea-deep", "lamp", "rose", "moss", "wrong")
          for ground in GROUNDS if ground != "tint" or ink not in _ONLY_ON_SHEETS),
        ("on-sea", "sea"), ("on-sea", "sea-deep"), ("wrong", "wrong-ground"), ("sheet", "wrong"), ("sheet", "lamp"))
"""Which letters stand on which ground."""
EDGES = (("edge", "sheet"), ("edge", "paper"), ("lamp", "sheet"), ("lamp", "paper"), ("lamp", "tint"))
"""Which lines mean something: edges of fields, and the focus."""

_ROW = re.compile(r"^  --([\w-]+): ([^;]*);(?: */\* (.*?) \*/)?", re.MULTILINE)
_IN_THEME = re.compile(r"var\(--(day|night|day-high|night-high), (#[0-9a-f]{6})\)")


class Colour(Struct, frozen=True):
    """`shades`: by theme, as #rrggbb."""

    name: str
    use: str
    shades: dict[str, str]


class Measure(Struct, frozen=True):
    """A size, a corner, a shadow, a family of letters: whatever is no colour of a theme."""

    name: str
    value: str
    use: str


class Pair(Struct, frozen=True):
    """Letters (or a line) on their ground, and how far apart they are in each theme. `least`: what they must reach."""

    ink: str
    ground: str
    ratios: dict[str, float]
    least: float


class Tokens(Struct, frozen=True):
    """All that the stylesheet names at its head."""

    colours: tuple[Colour, ...]
    measures: tuple[Measure, ...]

    def shade(self, name: str, theme: str) -> str:
        return next(one.shades[theme] for one in self.colours if one.name == name)

    def pairs(self) -> list[Pair]:
        return [Pair(ink, ground, {theme: contrast(self.shade(ink, theme), self.shade(ground, theme))
                                   for theme in COLUMNS}, least)
                for pairs, least in ((TEXT, 4.5), (EDGES, 3.0)) for ink, ground in pairs]


@cache
def tokens() -> Tokens:
    head = (look.STATIC / "app.css").read_text(encoding="utf-8").split("/* Elements */")[0]
    colours, measures = [], []
    for name, value, use in _ROW.findall(head):
        shades = dict(_IN_THEME.findall(value))
        if set(shades) == set(COLUMNS):
            colours.append(Colour(name, use, shades))
        else:
            measures.append(Measure(name, value, use))
    return Tokens(tuple(colours), tuple(measures))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
