"""Posts in another language, by the translating server that the operator named, if there is one.

The text leaves for that server, so only public and unlisted posts are translated, and only for members who ask.
"""

import time
from collections.abc import Awaitable
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from petrel.api.http import Call, Id, Reply, route
from petrel.api.instance import NO_POSTS, SHORTLY, Remembered
from petrel.api.present.rendered import targets_of
from petrel.core import limits
from petrel.core.breakers import rest_s
from petrel.core.doors import reading
from petrel.core.errors import NotFound, Refused, Unavailable
from petrel.core.text import parse, plain, render, sanitise
from petrel.features import posts
from petrel.features.posts import Audience, Code, Content, Surface
from petrel.outside import fetch, translation

log = structlog.get_logger("petrel.translations")
Answer = TypeVar("Answer")
BUSY = "The translating server does not answer just now; please try again later"


class TranslateForm(Struct, frozen=True, kw_only=True):
    """`lang`: English when it is not said."""

    id: Id
    lang: str = "en"


class Resting:
    """How often the server failed in a row, and until when it is left alone. In each process for itself."""

    failures = 0
    until = 0.0


LANGUAGES: Remembered[dict[str, list[str]]] = Remembered(3600)


def server() -> translation.Server | None:
    url = limits.current().translate_url
    return translation.Server(url, limits.current().translate_key) if url else None


async def ask(asked: Awaitable[Answer]) -> Answer:
    """Errors: Unavailable, while the server rests too: then it is not asked."""
    if time.monotonic() < Resting.until:
        if hasattr(asked, "close"):
            asked.close()
        raise Unavailable(BUSY, retry_after_s=60)
    try:
        found = await asked
    except fetch.Failed as e:
        Resting.failures += 1
        Resting.until = time.monotonic() + rest_s(Resting.failures)
        log.warning("translating server failed", why=e.why, failures=Resting.failures)
        raise Unavailable(BUSY, retry_after_s=60) from e
    Resting.failures = 0
    return found


@route("GET", "/api/v1/instance/translation_languages", scope="public", surface="none", why_no_surface=NO_POSTS)
async def languages(call: Call) -> Reply:
    """Empty where nothing is translated."""
    there = server()
    found = {} if there is None else await LANGUAGES.get(lambda: ask(translation.languages(there)))
    return Reply(found, cache=SHORTLY)


@route("POST", "/api/v1/statuses/:id/translate", scope="read:statuses", surface="api")
async def translate(call: Call, form: TranslateForm) -> dict[str, Any]:
    """Errors: NotFound (no such post, or no server), Refused (not for all to see), Unavailable."""
    there = server()
    async with reading(call.viewer) as r:
        found = await posts.shown(r, Surface.API, [form.id])
        one = (found[0].boosted or found[0].row) if found else None
        if there is None or one is None or one["code"] != Code.FULL:
            raise NotFound
        if one["audience"] not in (Audience.PUBLIC, Audience.UNLISTED):
            raise Refused("deny.audience")
        content = (await posts.contents([one])).get(one["id"], Content(""))
    base = limits.current().base_url
    text = render(parse(content.text), targets_of(content), lambda tag: f"{base}/tags/{tag}")
    described = [file for file in content.media if file.description]
    plain_texts = [content.spoiler, *(file.description or "" for file in described)]
    said = await ask(translation.translate(there, [text, *(render(parse(t), {}, str) for t in plain_texts)],
                                           one["language"], form.lang[:16]))
    html, (spoiler, *descriptions) = said.texts[0], [plain(sanitise(t)) for t in said.texts[1:]]
    return {"content": sanitise(html), "spoiler_text": spoiler, "language": form.lang[:16],
            "media_attachments": [{"id": str(file.id), "description": words}
                                  for file, words in zip(described, descriptions, strict=True)],
            "poll": None,
            "detected_source_language": said.source, "provider": translation.PROVIDER}
