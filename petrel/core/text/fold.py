"""Folding: what two spellings of one word have in common, so that either finds the other.

Decided here (source: our choice; the search index keeps only folded words, so a change means reindexing):
* Case, width and compatibility forms are folded (NFKC and casefold; German ss for sharp s).
* Latin and Greek letters lose their accents: a-umlaut is a. `words` of a text adds the ae spelling as
  well, so that both "Muller" and "Mueller" find "Müller".
* The four Turkish i are one, because a Turkish word in capitals does not say which was meant.
* Cyrillic keeps its letters (й is not и), but ё is е as most people write it, and stress marks go.
* Arabic loses vowel points and tatweel; the alefs, yehs, kafs and teh marbuta are one letter each, as
  keyboards and habits differ. Hebrew loses its points.
* Marks that make another letter stay: kana voicing, Indic and Thai vowels.
* All decimal digits are 0-9; what is invisible inside a word (joiners, soft hyphens) is dropped.
"""

import re
import unicodedata

from petrel.core.text.scripts import bounded_marks

_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŧ": "t",
        "ı": "i", "ё": "е", "ѐ": "е", "ѝ": "и",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": "",
    }
)  # fmt: skip

# Combining diacritics of Latin, Greek and Cyrillic; Hebrew points; Arabic vowel points; selectors of a
# glyph's form; joiners, direction marks and other invisibles.
_DROPPED = (
    (0x0300, 0x036F), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),
    (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x1AB0, 0x1ACE),
    (0x1DC0, 0x1DFF), (0x20D0, 0x20F0), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF),
    (0x00AD, 0x00AD), (0x061C, 0x061C), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF),
)  # fmt: skip


# Nothing in these blocks changes once normalised: Han, kana, Hangul and pictographs go the short way.
_may_change = re.compile("[^\0-\x7f\u2e80-\ua4cf\uac00-\ud7ff\U0001f000-\U0001faff]")


class _Folds(dict[int, str]):
    """What each code point of composed, casefolded text becomes; filled as they are met."""

    def __missing__(self, point: int) -> str:
        folded = _folded(chr(point))
        if point < 0x10000:  # a bound for the memory, however odd the texts
            self[point] = folded
        return folded


def _folded(letter: str) -> str:
    """One character, already casefolded and composed."""
    if any(low <= ord(letter) <= high for low, high in _DROPPED):
        return ""
    if (digit := unicodedata.decimal(letter, None)) is not None:
        return str(digit)
    base = unicodedata.normalize("NFD", letter)[0]
    if unicodedata.name(base, "").startswith(("LATIN", "GREEK")):
        letter = base
    return letter.translate(_LETTERS)


_folds = _Folds()


def fold(text: str) -> str:
    """The common form of all spellings; idempotent. Meant for comparing, never for showing."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", bounded_marks(text)).casefold())
    if _may_change.search(text):
        text = unicodedata.normalize("NFKC", text.translate(_folds))
    return text
