"""What in a text is a mention, a hashtag or a link: one pass of one regex.

Says where they are, not whom or what they mean: `@bob` and `@bob@our.domain` may be one person, which
only the caller can know. Read next: html.py, length.py, fold.py.

Source: the Mastodon client API counts and links by these rules; where we are stricter, it is so that
nobody is named who was not meant, and no link shows another host than it goes to.
"""

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from petrel.core.text.fold import fold
from petrel.core.text.scripts import BIDI_CONTROLS, HANGUL, MARKS, SPACELESS, WORD

# Possessive quantifiers (`++`, `*+`) throughout: what has been read is never read again, so that no text,
# however made, takes more than time in proportion to its length.
_LABEL = rf"[{WORD}]++(?:-++[{WORD}]++)*+"
# An ASCII top-level domain ends where the ASCII ends: kana or Han may follow at once.
_TOP = rf"(?:[A-Za-z](?:-*+[A-Za-z0-9])++|[^\W\x00-\x7f](?:[^\W\x00-\x7f]|[{MARKS}])*+)"
_HOST = rf"(?>(?:{_LABEL}\.)+{_TOP}|localhost|[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}})"
_PORT = r"(?::[0-9]{1,5}+)?+"

# A name ends where no letter could belong to it: `@jos\u00e9` names nobody, least of all `@jos`;
# `@bob@nowhere` does not name our own bob.
_NOT_CUT_SHORT = rf"(?![.-]*+[^\W{SPACELESS}{HANGUL}]|[{MARKS}]|@[{WORD}])"
_MENTION = (
    rf"(?<=@)(?<![{WORD}/=]@)([A-Za-z0-9_]++(?:[.-]++[A-Za-z0-9_]++)*+)"
    rf"(?:@({_HOST}{_PORT}))?+{_NOT_CUT_SHORT}"
)

# Middle dots and joiners may stand inside a name, not at its ends.
_JOINT = "\u00b7\u30fb\u200c\u200d"
_HASHTAG = (
    rf"(?<=\#)(?<![{WORD}/=)&]\#)(?=\d*+(?:[^\W\d]|[{_JOINT}]++[{WORD}]))"
    rf"([{WORD}]++(?:[{_JOINT}]++[{WORD}]++)*+)"
)

_TRAILING = ".,;:!?'*\u2026"
_STOP = (
    rf"\s<>\"\\^`{{}}|\x00-\x1f\x7f-\x9f{BIDI_CONTROLS}\ufeff"
    "\u00ab\u00bb\u2018-\u201f\u2039\u203a\u3001\u3002\u3008-\u3011\u3014-\u301b"
    "\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff3b\uff3d\uff61-\uff64"
)
_ROUND = rf"\((?:[^(){_STOP}]++|\([^(){_STOP}]*+\))*+\)"
_SQUARE = rf"\[[^()\[\]{_STOP}]*+\]"
_PATH = rf"(?:(?=[/?\#])(?:[{_TRAILING}]*+(?:[^()\[\]{_TRAILING}{_STOP}]++|{_ROUND}|{_SQUARE}))*+)?+"
_SCHEME = "|".join(
    rf"(?<={scheme}:)(?<![A-Za-z0-9_@\#$]{scheme}:)" for scheme in ("[hH][tT][tT][pP]", "[hH][tT][tT][pP][sS]")
)
_LINK = (
    rf"(?:{_SCHEME})//(?:[A-Za-z0-9._~!$&'()*+,;=:%-]++@)?"
    rf"((?:{_HOST}|\[[0-9A-Fa-f:.]++\]){_PORT}){_PATH}"
)

# All three begin at a rare character, which the engine finds by a plain scan.
_span = re.compile(rf"[@\#:](?:{_MENTION}|{_HASHTAG}|{_LINK})")


class Mention(Struct, frozen=True, gc=False):
    """`@user` or `@user@domain`; `start` is the at sign, `end` one past the last character."""

    start: int
    end: int
    user: str
    domain: str | None

    @property
    def acct(self) -> str:
        """Lower-case `user` or `user@domain`, the key for looking the account up."""
        return (f"{self.user}@{self.domain}" if self.domain else self.user).lower()


class Hashtag(Struct, frozen=True, gc=False):
    """`#name`; `name` as typed, without the sign."""

    start: int
    end: int
    name: str

    @property
    def key(self) -> str:
        """What all spellings of this tag have in common: case, accents and width folded."""
        return fold(self.name)


class Link(Struct, frozen=True, gc=False):
    """An http or https address; `text[host_start:host_end]` is the host it really goes to, with port."""

    start: int
    end: int
    url: str
    host_start: int
    host_end: int


Span = Mention | Hashtag | Link


class Parsed(Struct, frozen=True, dict=True):
    """A text with its spans: in order of occurrence, not overlapping, none of them empty."""

    text: str
    spans: tuple[Span, ...]

    @cached_property
    def mentions(self) -> list[Mention]:
        """The first mention of each `acct`, in order."""
        mentions: dict[str, Mention] = {}
        for span in self.spans:
            if type(span) is Mention:
                mentions.setdefault(span.acct, span)
        return list(mentions.values())

    @cached_property
    def tags(self) -> dict[str, str]:
        """Folded key to name as first typed, in order of first occurrence."""
        tags: dict[str, str] = {}
        for span in self.spans:
            if type(span) is Hashtag:
                tags.setdefault(span.key, span.name)
        return tags

    @cached_property
    def links(self) -> list[Link]:
        """All of them, repetitions included."""
        return [span for span in self.spans if type(span) is Link]

    def pieces(self) -> Iterator[str | Span]:
        """The whole text in order: plain stretches as strings, the rest as spans."""
        at = 0
        for span in self.spans:
            if at < span.start:
                yield self.text[at : span.start]
            yield span
            at = span.end
        if at < len(self.text):
            yield self.text[at:]


def parse(text: str) -> Parsed:
    """Find all spans; never raises, whatever the text, and takes time in proportion to its length."""
    spans: list[Span] = []
    at = 0
    for match in _span.finditer(text):
        start, end = match.span()
        user, domain, name, host = match.groups()
        if host is not None:
            start -= 4 if text[start - 1] in "pP" else 5
            if start >= at:
                spans.append(Link(start, end, text[start:end], *match.span(4)))
                at = end
        elif user is not None:
            spans.append(Mention(start, end, user, domain))
            at = end
        else:
            spans.append(Hashtag(start, end, name))
            at = end
    return Parsed(text, tuple(spans))
