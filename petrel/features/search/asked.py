"""What was typed into the search box, understood: words, "phrases", #tags, @names, -without, operators. Pure rules.

Source of the operators: the client API, `GET /api/v2/search`; `to:`, `during:` with months and years, and what the
viewer did (`is:liked`) are ours. What each means to people: docs/flows/search.md.
"""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from petrel.core.ids import id_at
from petrel.core.text import Query, query, umlauts_spelt_out
from petrel.features.posts import Mark
from petrel.features.search import terms

LONGEST = 1_000         # so much of what was typed is looked at
MOST_EXCLUDED = 20      # so many people, phrases and marks can be excluded: each costs a look-up or an opening
TOP = (1 << 63) - 2
ME = ""

_HANDLE = r"@?([A-Za-z0-9_.-]+(?:@[A-Za-z0-9_.:-]+)?)"
_QUOTES = '"“”„'
# Quoted words first, so that an operator inside of them is words; then operators; then words that shall not be there.
_piece = re.compile(rf"(?P<not>(?<!\S)-)?[{_QUOTES}](?P<said>[^{_QUOTES}]*)[{_QUOTES}]"
                    r"|(?<!\S)(?P<minus>-?)(?P<name>[A-Za-z]+):(?P<value>[^\s\"“”„]+)"
                    r"|(?<!\S)-(?=[\w#@])(?P<without>\S+)")
_handle = re.compile(rf"{_HANDLE}\Z")
_day = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?\Z", re.ASCII)
_language = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*\Z")

HAS = {"media": "media", "image": "image", "images": "image", "photo": "image", "picture": "image", "video": "video",
       "videos": "video", "audio": "audio", "poll": "poll", "link": "link", "links": "link", "embed": "embed",
       "quote": "quote"}
IS = {"reply": "reply", "sensitive": "sensitive", "quote": "quote"}
DID = {"liked": Mark.LIKE, "favourited": Mark.LIKE, "favorited": Mark.LIKE, "favourite": Mark.LIKE,
       "bookmarked": Mark.BOOKMARK, "bookmark": Mark.BOOKMARK, "boosted": Mark.BOOST, "boost": Mark.BOOST}


class Place(StrEnum):
    """Where is looked: all that the viewer may find; open posts only; their own, what names them, and what they liked,
    bookmarked or boosted."""

    ALL = "all"
    PUBLIC = "public"
    LIBRARY = "library"


class Asked(Struct, frozen=True):
    """A search for posts as understood. People as `user` or `user@domain`, ME for the viewer."""

    query: Query
    without: tuple[str, ...] = ()           # terms that must not be there
    unsaid: tuple[str, ...] = ()            # phrases that must not be said
    either: tuple[str, ...] = ()            # two spellings of the word that is typed last, or of one with an umlaut
    author: str | None = None
    to: str | None = None
    not_by: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    language: str | None = None
    place: Place = Place.ALL
    did: int = 0                            # bits of posts.mark: one of them must be the viewer's
    after: int = 0                          # ids, both exclusive
    before: int = TOP
    unclear: tuple[str, ...] = ()           # operators whose value nobody understands: searched for as words

    @property
    def is_empty(self) -> bool:
        """Nothing but what must not be there: that would be nearly everything."""
        q = self.query
        return not (q.words or q.prefixes or q.phrases or q.tags or q.mentions or self.either or self.narrows)

    @property
    def narrows(self) -> bool:
        """Whether an operator was used: people and hashtags have no such properties."""
        return (self.author, self.to, self.language, self.place, self.did, self.marks, self.after, self.before) != (
            None, None, None, Place.ALL, 0, (), 0, TOP)

    @property
    def said(self) -> list[str]:
        """What candidates have to say word by word. A run that is cut in pairs is one: its pairs may stand apart."""
        return [*self.query.phrases, *self.query.runs]


def understood(typed: str) -> Asked:
    """Never raises. Of several `from:`, `to:`, `in:`, `lang:` and `is:liked` the last counts; dates narrow."""
    asked = Asked(query(""))
    rest: list[str] = []
    without: list[str] = []
    unsaid: list[str] = []
    at, typed = 0, typed[:LONGEST]
    for found in _piece.finditer(typed):
        taken: Asked | None = None
        if found["said"] is not None:
            if found["not"] is None:
                continue
            unsaid += query(f'"{found["said"]}"').phrases
            taken = asked
        elif found["without"] is not None:
            without += query(f"{found['without']} ").terms()
            taken = asked
        else:
            name, value, is_not = found["name"].lower(), found["value"], bool(found["minus"])
            taken = _with(asked, name, value.lower(), is_not)
            if taken is None and name in OPERATORS:
                asked = replace(asked, unclear=(*asked.unclear, found[0])[:MOST_EXCLUDED])
            if taken is None and is_not:
                without += query(f"{name}:{value} ").terms()
                taken = asked
        if taken is not None:
            asked = taken
            rest.append(typed[at:found.start()])
            at = found.end()
    plain = " ".join([*rest, typed[at:]])
    return _spelt(replace(asked, without=tuple(dict.fromkeys([*asked.without, *without]))[:8 * MOST_EXCLUDED],
                          unsaid=tuple(dict.fromkeys(unsaid))[:MOST_EXCLUDED]), plain)


def _spelt(asked: Asked, plain: str) -> Asked:
    """With the words. Who types an umlaut may mean what was written without: Müller is Muller or Mueller. Of one word:
    the last one while it is typed, else the first that has one."""
    as_typed, spelt_out = query(plain), query(umlauts_spelt_out(plain))
    if as_typed.prefixes:
        return replace(asked, query=as_typed, either=tuple(dict.fromkeys([*as_typed.prefixes, *spelt_out.prefixes])))
    if len(as_typed.words) == len(spelt_out.words):
        for place, (one, other) in enumerate(zip(as_typed.words, spelt_out.words, strict=True)):
            if one != other:
                words = as_typed.words[:place] + as_typed.words[place + 1:]
                return replace(asked, query=replace(as_typed, words=words), either=(one, other))
    return replace(asked, query=as_typed)


def _with(asked: Asked, name: str, value: str, is_not: bool) -> Asked | None:
    """The search with one more operator; None when this is none, or its value is not understood."""
    match name:
        case "from" | "to":
            return _person(asked, name, value, is_not)
        case "has" | "is":
            return _property(asked, name, value, is_not)
        case "lang" | "language":
            if (found := _language.match(value)) is None:
                return None
            if is_not:
                return _without(asked, terms.language(found[1]))
            return replace(asked, language=found[1])
        case "in":
            return None if is_not or value not in list(Place) else replace(asked, place=Place(value))
        case "before" | "after" | "during":
            return _dated(asked, name, value, is_not)
    return None


def _person(asked: Asked, name: str, value: str, is_not: bool) -> Asked | None:
    if value.removeprefix("@") == "me":
        who = ME
    elif found := _handle.match(value):
        who = found[1]
    else:
        return None
    if not is_not:
        return replace(asked, author=who) if name == "from" else replace(asked, to=who)
    if name == "from":
        return replace(asked, not_by=(*asked.not_by, who)[:MOST_EXCLUDED])
    return replace(asked, not_to=(*asked.not_to, who)[:MOST_EXCLUDED])


def _property(asked: Asked, name: str, value: str, is_not: bool) -> Asked | None:
    if name == "is" and value in DID:
        return None if is_not else replace(asked, did=int(DID[value]))
    kind = (HAS if name == "has" else IS).get(value)
    if kind is None:
        return None
    mark = terms.kind(kind)
    return _without(asked, mark) if is_not else replace(asked, marks=tuple(dict.fromkeys([*asked.marks, mark])))


def _without(asked: Asked, mark: str) -> Asked:
    return replace(asked, without=tuple(dict.fromkeys([*asked.without, mark])))


def _dated(asked: Asked, name: str, value: str, is_not: bool) -> Asked | None:
    """A day, a month or a year of UTC. `before` ends where it begins, `after` begins where it ends."""
    if (bounds := period(value)) is None:
        return None
    first, past = bounds
    match name, is_not:
        case "before", False:
            return replace(asked, before=min(asked.before, first))
        case "before", True:
            return replace(asked, after=max(asked.after, first - 1))
        case "after", False:
            return replace(asked, after=max(asked.after, past - 1))
        case "after", True:
            return replace(asked, before=min(asked.before, past))
        case "during", False:
            return replace(asked, after=max(asked.after, first - 1), before=min(asked.before, past))
    return None


def period(value: str) -> tuple[int, int] | None:
    """The lowest id of a day (2026-05-17), month (2026-05) or year (2026), and the lowest one after it."""
    if (found := _day.match(value)) is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = datetime(year, month, day, tzinfo=UTC)
        if found[3]:
            past = first + timedelta(days=1)
        elif found[2]:
            past = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        else:
            past = datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return max(1, min(id_at(first), TOP)), max(1, min(id_at(past), TOP))


OPERATORS = frozenset(("from", "to", "has", "is", "in", "lang", "language", "before", "after", "during"))
