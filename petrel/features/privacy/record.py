"""The record of processing activities, from the inventory: what is kept, why, how long, who can see it, in plain words.

source: General Data Protection Regulation, article 30; docs/law/visibility.md section 9.
"""

from collections.abc import Mapping

from msgspec import Struct

from petrel.core.inventory import PURPOSES, Line
from petrel.features.privacy.reach import PEOPLE

TITLES = {
    "show": "To show what you publish",
    "decide": "To decide who sees what",
    "let in": "To let you in, and nobody else",
    "remember": "To remember what you set",
    "tell": "To tell you what concerns you",
    "search": "To let posts and people be found",
    "count": "To show numbers instead of lists",
    "federate": "To talk with other servers",
    "run": "To keep the site running",
    "prove": "To be able to show what happened",
    "find": "To keep all that in order",
}
"""What for, in the order in which people ask."""

WHO = {
    "show": "whoever you address it to; what is public, everyone",
    "let in": "you; support only that it is there; the legal role with a second person",
    "remember": "you",
    "tell": "you",
    "search": "nobody reads it; it is asked for words",
    "federate": "other servers, as far as what you write is for them",
    "prove": "the crew, as numbers without names",
}
NOBODY_ELSE = "nobody but the program"


class Group(Struct, frozen=True):
    """What is kept for one purpose. `what`: each thing once; `how_long`: every term that occurs."""

    purpose: str
    title: str
    why: str
    what: tuple[str, ...]
    how_long: tuple[str, ...]
    who: str


def groups(lines: Mapping[str, Line]) -> list[Group]:
    """By purpose; only what is somebody's."""
    mine = [line for line in lines.values() if line.of.subject in PEOPLE]
    found = []
    for purpose, title in TITLES.items():
        why = PURPOSES[purpose]
        some = [line for line in mine if line.purpose == purpose]
        if some:
            found.append(Group(purpose, title, why, tuple(dict.fromkeys(line.what for line in some)),
                               tuple(dict.fromkeys(_term(line.kept.text) for line in some)),
                               WHO.get(purpose, NOBODY_ELSE)))
    return found


def _term(text: str) -> str:
    if text == "always":
        return "as a number, for ever: its meaning goes with your account"
    if text.startswith("with "):
        return "as long as what it belongs to is there"
    return text
