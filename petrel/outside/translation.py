"""Translating texts by a server that the operator named, which speaks as LibreTranslate does.

source: LibreTranslate's API (`/translate`, `/languages`). It may be in the operator's own house, so any address will
do. Whoever asks lets it rest after failures.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from petrel.outside import fetch

Kind = TypeVar("Kind")

PROVIDER = "LibreTranslate"
BOUNDS = fetch.Bounds(most_bytes=1 << 20, seconds=8.0, redirects=0)


class Server(Struct, frozen=True):
    """`url`: where its API begins. `key`: if it wants one."""

    url: str
    key: str = ""


class Translated(Struct, frozen=True):
    """`texts` in the order they were given; `source`: the language they were taken for."""

    texts: tuple[str, ...]
    source: str


class _Detected(Struct):
    language: str


class _Answer(Struct):
    translated: list[str] = msgspec.field(name="translatedText")
    detected: list[_Detected] | _Detected | None = msgspec.field(name="detectedLanguage", default=None)


class _Language(Struct):
    code: str
    targets: list[str] = []


async def translate(server: Server, texts: Sequence[str], source: str | None, target: str) -> Translated:
    """HTML from `source` (None: to be found out) into `target`. What comes back is a stranger's HTML.

    Errors: fetch.Failed, also for an answer that is none.
    """
    asked = {"q": list(texts), "source": source or "auto", "target": target, "format": "html"}
    found = await _ask(server, "POST", "/translate", asked | ({"api_key": server.key} if server.key else {}), _Answer)
    if len(found.translated) != len(texts):
        raise fetch.Failed("protocol")
    detected = found.detected[0] if isinstance(found.detected, list) and found.detected else found.detected
    return Translated(tuple(found.translated), source or (detected.language if isinstance(detected, _Detected) else ""))


async def languages(server: Server) -> dict[str, list[str]]:
    """Into which languages each can be translated. Errors: as `translate`."""
    found = await _ask(server, "GET", "/languages", None, list[_Language])
    return {one.code: [code for code in one.targets if code != one.code] for one in found}


async def _ask(server: Server, method: str, path: str, body: object, kind: type[Kind]) -> Kind:
    headers = {} if body is None else {"Content-Type": "application/json"}
    answer = await fetch.ask(fetch.Asked(server.url.rstrip("/") + path, method, headers,
                                         None if body is None else msgspec.json.encode(body), anywhere=True), BOUNDS)
    if answer.status != 200:
        raise fetch.Failed("protocol", str(answer.status))
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.MsgspecError as e:
        raise fetch.Failed("protocol") from e
