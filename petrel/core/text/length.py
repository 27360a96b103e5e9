"""How long a post is, as the API and the apps count it: in characters as people see them.

Grapheme clusters by UAX 29 without a package for it: the interpreter's own tables say what is a mark,
the few other classes are written out here. Nearly all texts hold nothing that joins, and take one scan.
Source: API notes, section 2: a link counts 23, a remote mention its local part only.
"""

import re
import unicodedata
from functools import cache

from petrel.core.text.grammar import Link, Mention, Parsed, parse
from petrel.core.text.scripts import MARKS, as_set

LINK_LENGTH = 23
# A cluster of more code points than any real one counts more than once, and so does a link that long:
# else a "short" post could be megabytes. Source: our choice (longest emoji: 10; UAX 15 allows 30 marks).
LONGEST_CLUSTER = 32
LONGEST_LINK = 2048

_ZWJ = "\u200d"
_FLAGS = "\U0001f1e6-\U0001f1ff"
# What follows its base and joins it: marks, Thai and Lao am, joiners, kana voicing, skin tones, tags.
_AFTER = f"{MARKS}\u0e33\u0eb3\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
# Marks by category, yet clusters of their own (GraphemeBreakProperty: not SpacingMark).
_LONERS = (
    "\u102b\u102c\u1038\u1062-\u1064\u1067-\u106d\u1083\u1087-\u108c\u108f\u109a-\u109c"
    "\u1a61\u1a63\u1a64\uaa7b\uaa7d\U00011720\U00011721"
)
_BEFORE = (
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3"
    "\U0001193f\U00011941\U00011a3a\U00011a84-\U00011a89\U00011d46\U00011f02"
)
_CONTROLS = (
    "\\x00-\\x1f\\x7f-\\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff"
)
_PICTURES = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
)
_LEADING, _VOWEL, _TRAILING = "\u1100-\u115f\ua960-\ua97c", "\u1160-\u11a7\ud7b0-\ud7c6", "\u11a8-\u11ff\ud7cb-\ud7fb"
# Devanagari, Bengali, Gujarati, Oriya, Telugu, Malayalam: consonants that a virama ties together.
_CONSONANTS = (
    "\u0915-\u0939\u0958-\u095f\u0978-\u097f\u0995-\u09b9\u09dc-\u09df\u09f0\u09f1\u0a95-\u0ab9\u0af9"
    "\u0b15-\u0b39\u0b5c-\u0b5f\u0b71\u0c15-\u0c39\u0c58-\u0c5a\u0d15-\u0d3a"
)
_VIRAMAS = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d"

_JOINS = f"{_AFTER}{_FLAGS}{_BEFORE}{_LEADING}{_VOWEL}{_TRAILING}"
_joins = re.compile(f"[{_JOINS}]|\r\n")
# Whatever joins, all that it might join to on the right, and on again; on the left it is one character more.
_region = re.compile(f"(?:[{_JOINS}]++|\r\n)(?:[^{_JOINS}]?(?:[{_JOINS}]++|\r\n))*+[^{_JOINS}]?")


@cache
def _cluster() -> re.Pattern[str]:
    """Compiled when the first text needs it."""
    after = f"(?:(?![{_LONERS}])[{_AFTER}])"
    tied = as_set(point for point in range(0x300, 0x1F000) if unicodedata.category(chr(point)) in ("Mn", "Me"))
    open_syllable = as_set(range(0xAC00, 0xD7A4, 28))
    hangul = (
        rf"[{_LEADING}]*+(?:[{_VOWEL}]++|[{open_syllable}][{_VOWEL}]*+|[\uac00-\ud7a3])[{_TRAILING}]*+"
        rf"|[{_LEADING}]++|[{_TRAILING}]++"
    )
    picture = rf"[{_PICTURES}](?:{after}*{_ZWJ}[{_PICTURES}])*"
    conjunct = rf"[{_CONSONANTS}](?:(?:(?![{_VIRAMAS}])[{tied}{_ZWJ}])*+[{_VIRAMAS}][{tied}{_ZWJ}]*+[{_CONSONANTS}])*+"
    base = rf"[{_FLAGS}]{{2}}|{hangul}|{picture}|{conjunct}|[^{_CONTROLS}]"
    return re.compile(rf"\r\n|[{_BEFORE}]*(?:{base}){after}*+|[\s\S]")


def clusters(text: str) -> list[str]:
    """The characters a person sees, in order; joined they are the text again."""
    return _cluster().findall(text) if _joins.search(text) else list(text)


def graphemes(text: str) -> int:
    """Number of characters a person sees; of absurdly long ones, one for each 32 code points begun."""
    count = len(text)
    if text.isascii():
        return count - text.count("\r\n")
    for region in _region.finditer(text):
        joined = text[max(region.start() - 1, 0) : region.end()]
        count -= len(joined) - _counted(_cluster().findall(joined))
    return count


def _counted(found: list[str]) -> int:
    if max(map(len, found)) <= LONGEST_CLUSTER:
        return len(found)
    return sum(-(-len(cluster) // LONGEST_CLUSTER) for cluster in found)


def length(text: str | Parsed, spoiler: str = "") -> int:
    """Length of a post for its limit, with its content warning.

    Any length bounds the size: a text of length n has at most 2,048 n code points, 32 n without links
    and remote mentions.
    """
    parsed = parse(text) if isinstance(text, str) else text
    counted = graphemes(_shortened(parsed) if parsed.spans else parsed.text)
    return counted + graphemes(spoiler) if spoiler else counted


def _shortened(parsed: Parsed) -> str:
    """The text with each link and remote mention as long as it counts."""
    text, at, parts = parsed.text, 0, []
    for span in parsed.spans:
        if type(span) is Link and span.end - span.start <= LONGEST_LINK:
            parts += [text[at : span.start], "x" * LINK_LENGTH]
        elif type(span) is Mention and span.domain:
            parts += [text[at : span.start], "@", span.user]
        else:
            continue
        at = span.end
    return "".join(parts) + text[at:]
