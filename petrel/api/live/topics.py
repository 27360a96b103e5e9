"""What can be streamed, and under which names: one list for server-sent events and WebSockets.

Every topic is a door of the law's surface `strm`, and stands for a place whose surface decides too: what may not stand
on the public timeline is not in the public stream. source: docs/law/visibility.md sections 1 and 12.12.
"""

from functools import lru_cache

import msgspec
from msgspec import Struct

from petrel.core import surfaces
from petrel.core.errors import Invalid, Refused
from petrel.core.scopes import covering
from petrel.core.text import parse
from petrel.core.viewer import Member
from petrel.features.posts import Surface

MOST_TAG = 100


class UnknownStream(Invalid):
    """Unknown stream type"""


class Kind(Struct, frozen=True):
    """`place`: the surface beside `strm`. `scope`: of the token. `parameter`: what its name needs beside it."""

    name: str
    place: Surface
    scope: str = "read:statuses"
    parameter: str = ""


KINDS: dict[str, Kind] = {}


def _topic(name: str, place: Surface, scope: str = "read:statuses", parameter: str = "", *,
           surface: str = "strm") -> None:
    surfaces.check(surfaces.Kind.TOPIC, name, surface)
    KINDS[name] = Kind(name, place, scope, parameter)


_topic("user", Surface.HOME)
_topic("user:notification", Surface.NTF, "read:notifications")
_topic("public", Surface.PUB)
_topic("public:local", Surface.PUB)
_topic("public:remote", Surface.PUB)
_topic("public:media", Surface.PUB)
_topic("public:local:media", Surface.PUB)
_topic("public:remote:media", Surface.PUB)
_topic("hashtag", Surface.PUB, parameter="tag")
_topic("hashtag:local", Surface.PUB, parameter="tag")
_topic("list", Surface.LIST, parameter="list")
_topic("direct", Surface.NTF)


class Topic(Struct, frozen=True):
    """One of those, with its tag (as it is compared) or its list. `label`: JSON of its name on a WebSocket."""

    kind: Kind
    value: str = ""
    label: bytes = b""

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def wants_files(self) -> bool:
        return self.kind.name.endswith(":media")

    def __hash__(self) -> int:
        return hash(self.label)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Topic) and other.label == self.label


@lru_cache(maxsize=4_096)
def _made(name: str, value: str, said: str) -> Topic:
    return Topic(KINDS[name], value, msgspec.json.encode([name, said] if said else [name]))


def topic_of(name: str, *, tag: str = "", number: str = "") -> Topic:
    """Errors: UnknownStream; Invalid for a tag or list that means nothing."""
    kind = KINDS.get(name)
    if kind is None:
        raise UnknownStream
    if kind.parameter == "tag":
        typed = tag.strip().removeprefix("#")
        keys = list(parse(f"#{typed}").tags) if 0 < len(typed) <= MOST_TAG else []
        if len(keys) != 1:
            raise Invalid(message="No tag for stream provided")
        return _made(name, keys[0], typed)
    if kind.parameter == "list":
        if not (number.isascii() and number.isdigit() and 0 < int(number) < 1 << 63):
            raise Invalid(message="No list for stream provided")
        return _made(name, str(int(number)), str(int(number)))
    return _made(name, "", "")


def check_scope(member: Member, topic: Topic) -> None:
    """Errors: Refused."""
    if not may(member, topic.kind.scope):
        raise Refused("scope", "This action is outside the authorized scopes")


def may(member: Member, scope: str) -> bool:
    return member.is_session or not covering(scope).isdisjoint(member.scopes)
