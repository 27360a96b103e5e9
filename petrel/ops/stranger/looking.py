"""What an answer gives away: marks and numbers that its asker must not know, or that there is something at all."""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

OF_THE_REQUEST = (b"x-request-id", b"date", b"set-cookie")
# What is drawn anew for every page (the secret of its forms, the key that publishes once), and how much is new.
DRAWN = re.compile(rb'(name="(?:csrf|once)" value=")[^"]*| ?<b class="badge">.*?</b>')
PLACE = b"(the id asked for)"


class Answered(Protocol):
    """An answer of whatever client."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]: ...
    @property
    def body(self) -> bytes: ...


class Secret(Struct, frozen=True):
    """`word`: bytes that are nowhere else. `kind`: what it is, in words. `only_at`: where alone it is one, by a part
    of the address; elsewhere it may be known."""

    word: bytes
    kind: str
    only_at: str = ""


def seen(everything: bytes, target: str, secrets: Iterable[Secret]) -> list[str]:
    """The kinds of secrets in an answer. What stands in it because it was asked for is none."""
    asked = target.encode()
    return sorted({s.kind for s in secrets
                   if s.word in everything and s.word not in asked and (not s.only_at or s.only_at in target)})


def comparable(answer: Answered, number: int) -> bytes:
    """Status, headers and body, without what belongs to the request, and with a place for the id itself. Of a stream
    without its body: what comes of it in a moment depends on the moment."""
    headers = sorted(name.lower() + b": " + value for name, value in answer.headers
                     if name.lower() not in OF_THE_REQUEST and name.lower() != b"content-length")
    body = b"" if _is_stream(answer) else DRAWN.sub(rb"\1", answer.body)
    text = b"\n".join((b"%d" % answer.status, *headers, body))
    return text.replace(b"%d" % number, PLACE)


def _is_stream(answer: Answered) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/event-stream")
               for name, value in answer.headers)
