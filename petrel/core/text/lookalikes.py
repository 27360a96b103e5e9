"""Names of servers that look like others: whoever reads such a name sees what it opens instead.

As browsers decide it: a label that mixes scripts which no language mixes, one whose letters all look Latin under a
Latin top-level domain, and a few signs that pass for a letter or a stroke. Handles need none of this: they are of A-Z,
a-z, 0-9 and _ alone. source: Unicode UTS 39, sections 4 and 5.2 ("highly restrictive"); decision 0070
"""

import re
import unicodedata
from functools import lru_cache

TOGETHER = (frozenset(("HIRAGANA", "KATAKANA", "CJK", "LATIN")), frozenset(("HANGUL", "CJK", "LATIN")),
            frozenset(("BOPOMOFO", "CJK", "LATIN")))
"""What one label may mix."""

LOOK_LATIN = {"CYRILLIC": frozenset("асԁеԍһіјӏорԛѕԝхуѵҽьгп"), "GREEK": frozenset("αικνορυωητγ"),
              "ARMENIAN": frozenset("հոսցօքգ")}
"""Small letters that stand for Latin ones. source: UTS 39, confusables.txt"""

PHONETIC = "\u0251\u0261\u0269\u029f\u0280\u1d00-\u1d22\ua730\ua731"
STROKES = "ノソンゾ丶丿〳〵ー一・"
SIGNS = re.compile(rf"[{PHONETIC}]|(?<=[a-z0-9-])[{STROKES}](?![\u3041-\u30ff\u3400-\u9fff])")
"""Letters of phonetics, which no orthography has; and after a Latin letter what looks like a slash, hyphen or dot."""

SCRIPTS = {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}


def unmasked(host: str) -> str:
    """As it is typed, or as DNS has it where it looks like another: xn--pypal-4ve.com. A port stays."""
    return host if host.isascii() else _unmasked(host)


def unmasked_in(address: str) -> str:
    """A whole address, its host as above."""
    scheme, slashes, rest = address.partition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{unmasked(host)}{slash}{path}"


@lru_cache(maxsize=1024)
def _unmasked(host: str) -> str:
    labels = unicodedata.normalize("NFKC", host).lower().split(".")
    top = _scripts(labels[-1].partition(":")[0])
    if not any(_is_masked(label, top) for label in labels):
        return host
    return ".".join(label if label.isascii() else _encoded(label) for label in labels)


def _is_masked(label: str, top: frozenset[str]) -> bool:
    if label.isascii():
        return False
    scripts = _scripts(label)
    if len(scripts) > 1 and not any(scripts <= one for one in TOGETHER):
        return True
    for script in scripts & LOOK_LATIN.keys() - top:
        if all(letter in LOOK_LATIN[script] for letter in label if letter.isalpha()):
            return True
    return SIGNS.search(label) is not None


def _scripts(label: str) -> frozenset[str]:
    """Of its letters, by the first word of their names: Python has no table of scripts."""
    words = {unicodedata.name(letter, "?").partition(" ")[0] for letter in label if letter.isalpha()}
    return frozenset(SCRIPTS.get(word, word) for word in words)


def _encoded(label: str) -> str:
    name, colon, port = label.partition(":")
    return f"xn--{name.encode('punycode').decode()}{colon}{port}"
