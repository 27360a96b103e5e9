"""Shapes of imports: what an archive holds, what was taken of it, and why the rest was not."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct, field

from petrel.core.errors import Invalid, NotFound
from petrel.features.posts import Audience

Kind = Literal["posts", "boosts", "messages", "likes", "bookmarks", "follows", "blocks", "mutes", "lists", "profile",
               "pictures", "domain blocks"]
MOST_EXAMPLES = 3
LONGEST_EXAMPLE = 80


class BadArchive(Invalid):
    """This file cannot be imported"""


class ImportNotFound(NotFound):
    """There is no such import"""


class Old(Struct, frozen=True):
    """A post as an archive tells it. `source` and `reply_to` are names that the archive gives to posts."""

    source: str
    at: datetime
    text: str
    spoiler: str = ""
    audience: Audience = Audience.PUBLIC
    is_sensitive: bool = False
    language: str | None = None
    reply_to: str | None = None
    edited_at: datetime | None = None
    pictures: int = 0


class Left(Struct, frozen=True):
    """Something that is not taken: of which kind, why in a few words, and what it was called."""

    kind: Kind
    why: str
    example: str = ""


class Person(Struct, frozen=True):
    """A line of a list of people: `address` is user@domain, `options` what stands behind it."""

    address: str
    options: tuple[str, ...] = ()


class Teller(Protocol):
    """What an archive holds, whoever made it. All of it can be asked for again. Errors: BadArchive."""

    who: str
    """Whose archive it says it is, "" when it does not say."""

    def posts(self) -> Iterator[Old | Left]:
        """Oldest first."""

    def people(self, kind: Kind) -> Iterator[Person | Left]:
        """blocks, mutes or follows. Options: of mutes whether notifications go too, of follows boosts and bell."""

    def in_lists(self) -> Iterator[tuple[str, Person | Left]]: ...

    def bookmarks(self) -> Iterator[tuple[str, str]]:
        """Addresses of posts, each with the name of the folder that it lay in, "" for none."""

    def servers(self) -> Iterator[str]:
        """Names of servers that are kept away."""

    def left(self) -> Iterator[Left]:
        """What this kind of archive has and nobody takes."""


class Report(Struct):
    """What became of an archive. `taken` and `already` by kind; `left` by kind and reason, with a few examples."""

    id: int = 0
    who: str = ""
    taken: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    left: dict[tuple[str, str], list[str]] = {}
    left_count: Counter[tuple[str, str]] = field(default_factory=Counter)

    def leave(self, one: Left) -> None:
        self.left_count[one.kind, one.why] += 1
        examples = self.left.setdefault((one.kind, one.why), [])
        if one.example and len(examples) < MOST_EXAMPLES:
            examples.append(shown(one.example))

    def numbers(self) -> dict[str, dict[str, int]]:
        """Without examples: what is kept."""
        left = {f"{kind}: {why}": count for (kind, why), count in self.left_count.items()}
        return {"taken": dict(self.taken), "already": dict(self.already), "left": left}

    def lines(self) -> Iterator[str]:
        """For people."""
        for kind, count in sorted(self.taken.items()):
            yield f"{count:>9,}  {kind}"
        for kind, count in sorted(self.already.items()):
            yield f"{count:>9,}  {kind} that were here already"
        for (kind, why), count in sorted(self.left_count.items()):
            examples = self.left.get((kind, why))
            yield f"{count:>9,}  {kind} left out: {why}" + (f" (such as {', '.join(examples)})" if examples else "")


def shown(text: str) -> str:
    """A name out of somebody's file, fit for a terminal: one line, printable, short."""
    line = "".join(c if c.isprintable() else "?" for c in text)
    return line if len(line) <= LONGEST_EXAMPLE else line[: LONGEST_EXAMPLE - 1] + "…"
