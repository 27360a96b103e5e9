"""Character classes the rest of this package shares, as the inside of a regex set.

Python's `\\w` leaves out combining marks, without which Hindi, Thai or pointed Arabic fall apart in the
middle of a word. They come from the running interpreter's own Unicode tables, so that there is no list
of ours to grow old.
"""

import re
import unicodedata
from collections.abc import Iterable


def as_set(points: Iterable[int]) -> str:
    """Ascending code points as ranges for use inside `[...]`."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)


# Every block that holds marks today lies here; beyond it are pictographs, Han, and tags.
_marks = [point for point in range(0x300, 0x1F000) if unicodedata.category(chr(point))[0] == "M"]
MARKS = as_set([*_marks, *range(0xE0100, 0xE01F0)])

# Written without spaces, so that a name or a web address may be followed by text at once, and a run of
# letters is no word: Thai, Lao, Tibetan, Myanmar, Khmer, kana, Han.
SPACELESS = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3031-\u3035\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U000323af"
)
HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"

# They change the order in which other characters are shown; in an address they only deceive.
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

WORD = rf"\w{MARKS}"

_mark = re.compile(f"[{MARKS}]")
_long_run = re.compile(rf"([{MARKS}]{{30}})[{MARKS}]++")


def bounded_marks(text: str) -> str:
    """At most 30 combining marks in a row; more are dropped.

    Longer runs are never language, draw over the lines above, and make Unicode normalisation quadratic
    (20,000 marks: 0.3 s). Source: UAX 15, section 13 (stream-safe text).
    """
    # A run of 31 has one at every 31st place, so most texts need no more than a look at these.
    return _long_run.sub(r"\1", text) if _mark.search(text[30::31]) else text
