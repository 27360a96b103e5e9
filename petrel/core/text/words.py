"""The words of a text and of a search: what the index stores (as keyed hashes) and is asked for.

The same cutting serves both sides, so that whatever was written is found by typing it again.
Source: DESIGN section 7; limits and cutting are our choice.
"""

import re
from urllib.parse import unquote

from msgspec import Struct

from petrel.core.text.fold import fold
from petrel.core.text.grammar import Hashtag, Link, Mention, Parsed, parse
from petrel.core.text.scripts import HAN, HANGUL, SPACELESS, WORD

MOST_WORDS = 200
LONGEST_WORD = 64
LONGEST_QUERY = 300

_CUT = SPACELESS + HANGUL
# Group 1: a run that is cut in pairs. Otherwise a word as other scripts write it.
_run = re.compile(rf"((?:(?=[{WORD}])[{_CUT}])++)|(?:(?![{_CUT}])[{WORD}])(?<!_)(?:(?![{_CUT}_])[{WORD}])*+")
_ascii_word = re.compile("[a-z0-9]+")
_han = re.compile(f"[{HAN}]")
_umlaut = re.compile(r"(?<!\w)[^\WäöüÄÖÜ]*+[äöüÄÖÜ]\w*+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"})
_phrase = re.compile(r'["“”„]([^"“”„]*)["“”„]')


class Query(Struct, frozen=True):
    """A search as understood; every list in the order typed, each entry folded, none of them twice."""

    words: list[str]
    prefixes: list[str]  # the word still being typed, if any; not among `words`
    phrases: list[str]  # their words with one space between; see `says`
    tags: list[str]  # keys, without the sign
    mentions: list[str]  # `user` or `user@domain`
    runs: list[str] = []  # of scripts cut in pairs: what has all the pairs need not have the run; see `says`

    def terms(self) -> list[str]:
        """All that a text must have in the index: everything but the prefixes."""
        terms = [*self.words, *(word for phrase in self.phrases for word in _cut(phrase))]
        terms += [f"#{tag}" for tag in self.tags]
        terms += [f"@{acct}" for acct in self.mentions]
        return list(dict.fromkeys(terms))


def words(text: str | Parsed) -> list[str]:
    """Distinct terms to index a text under, at most 200; with more, the last ones are left out.

    First `#tag` for hashtags and `@user` for mentions (with `@user@domain` for remote ones) and hosts
    of links, then folded words in order of occurrence, hosts and paths of links among them, names of tags
    after them. Scripts without spaces, and Hangul, are cut in overlapping pairs; their single
    characters stand for themselves, Han ones even out of a run as far as there is room.
    """
    parsed = parse(text) if isinstance(text, str) else text
    signs, plain = _split(parsed)
    plain = "\n".join([plain, *parsed.tags.values()])
    folded = fold(plain)
    terms = [*signs, *_cut(folded)]
    if not plain.isascii():
        terms += [word for found in _umlaut.findall(plain) for word in _cut(fold(found.translate(_UMLAUTS)))]
        terms += _han.findall(folded)
    return list(dict.fromkeys(terms))[:MOST_WORDS]


def umlauts_spelt_out(text: str) -> str:
    """As people write German where there are no umlauts: ae for ä."""
    return text.translate(_UMLAUTS)


def _split(parsed: Parsed) -> tuple[list[str], str]:
    """Terms with a sign of their own, and all else that is to be cut into words."""
    signs: list[str] = []
    plain: list[str] = []
    for piece in parsed.pieces():
        match piece:
            case str():
                plain.append(piece)
            case Hashtag():
                signs.append(f"#{piece.key}")
            case Mention():
                signs.append(f"@{piece.user.lower()}")
                if piece.domain:
                    signs.append(f"@{piece.acct}")
            case Link():
                host = fold(parsed.text[piece.host_start : piece.host_end])
                signs.append(host)
                plain.append(f"{host} {_path(parsed.text[piece.host_end : piece.end])}")
    return signs, "\n".join(plain)


def _path(rest: str) -> str:
    """Query and fragment left out: they hold keys and trackers more often than words."""
    return unquote(rest.partition("#")[0].partition("?")[0])


def _cut(folded: str) -> list[str]:
    """Words and pairs in order, with repetitions."""
    if folded.isascii():
        return [word[:LONGEST_WORD] for word in _ascii_word.findall(folded)]
    terms: list[str] = []
    for match in _run.finditer(folded):
        run = match[0]
        if match[1] is None:
            terms.append(run[:LONGEST_WORD])
        elif len(run) == 1:
            terms.append(run)
        else:
            terms += [run[at : at + 2] for at in range(len(run) - 1)]
    return terms


def edges(word: str, least: int = 2, most: int = 12) -> list[str]:
    """The beginnings of a folded word, shortest first, the whole word last if it is not longer than `most`.

    They look like words: give them a column or a mark of their own, or "cat" is found by the word "ca".
    """
    return [word[:end] for end in range(least, min(len(word), most) + 1)]


def query(typed: str) -> Query:
    """What was typed into the search box, its first 300 characters; never raises.

    The last word counts as a prefix as long as nothing follows it, unless its script is cut in pairs.
    """
    typed = typed[:LONGEST_QUERY]
    phrases = [" ".join(run[0] for run in _run.finditer(fold(quoted))) for quoted in _phrase.findall(typed)]
    rest = _phrase.sub("\n", typed)
    parsed = parse(rest)
    signs, plain = _split(parsed)
    folded = fold(plain)
    terms = [term for term in signs if term[0] not in "#@"] + _cut(folded)
    runs = [] if folded.isascii() else [run[0] for run in _run.finditer(folded) if run[1] and len(run[0]) > 2]
    prefixes = _unfinished(parsed)
    return Query(
        words=[word for word in dict.fromkeys(terms) if word not in prefixes],
        prefixes=prefixes,
        phrases=[phrase for phrase in dict.fromkeys(phrases) if phrase],
        tags=list(parsed.tags),
        mentions=[mention.acct for mention in parsed.mentions],
        runs=list(dict.fromkeys(runs)),
    )


def _unfinished(parsed: Parsed) -> list[str]:
    """The word that ends exactly where the typing ends."""
    tail = fold(parsed.text[parsed.spans[-1].end :] if parsed.spans else parsed.text)
    runs = list(_run.finditer(tail))
    if not runs or runs[-1].end() < len(tail) or runs[-1][1] is not None or len(runs[-1][0]) < 2:
        return []
    return [runs[-1][0][:LONGEST_WORD]]


def says(text: str, phrase: str) -> bool:
    """Whether the words of a phrase, as `query` gives it, stand side by side in a text.

    For candidates the index brought, once they are open: it knows words, not their order.
    """
    return _sequence(phrase) in _sequence(fold(text))


def _sequence(folded: str) -> str:
    """Words, and the characters of runs that have no words, each between spaces."""
    runs = (" ".join(run[0]) if run[1] else run[0] for run in _run.finditer(folded))
    return f" {' '.join(runs)} "
