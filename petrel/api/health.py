"""Whether the site works, as people would find it: `GET /health` for anybody, `GET /health/crew` for its watcher."""

import time
from typing import Any

import msgspec
from msgspec import Struct

from petrel.api.http import Call, Reply, route
from petrel.core.doors import reading
from petrel.core.errors import NotFound, PetrelError
from petrel.core.viewer import Anonymous
from petrel.ops import watching
from petrel.ops.watching import Health

NUMBERS = "numbers of the whole site, no posts"
KEEP_S = 1.0
STATUS = {"ok": 200, "starting": 200, "failing": 503}

_kept: tuple[float, Health] = (0.0, Health())
_key = ""


async def _health() -> Health:
    """Asked of the database once in a second, however many ask."""
    global _kept
    if time.monotonic() > _kept[0]:
        async with reading(Anonymous()) as r:
            _kept = (time.monotonic() + KEEP_S, await watching.health.health(r))
    return _kept[1]


@route("GET", "/health", scope="public", surface="none", why_no_surface=NUMBERS, limit="none")
async def show(call: Call) -> Reply:
    try:
        now = await _health()
    except PetrelError:
        return Reply({"status": "failing", "canary_age_s": None}, 503)
    word = watching.health.word(now)
    age_s = None if now.canary_age_s is None else round(now.canary_age_s)
    return Reply({"status": word, "canary_age_s": age_s}, STATUS[word])


class Asked(Struct, frozen=True):
    nonce: str = ""
    at: str = ""


@route("GET", "/health/crew", scope="public", surface="none", why_no_surface=NUMBERS)
async def crew(call: Call, form: Asked) -> Reply:
    """Signed. For whoever does not show that they know the key it does not exist."""
    global _key
    _key = _key or await watching.health.watch_key()
    shown = call.headers.get(b"x-petrel-watch", b"").decode("latin-1")
    if not watching.health.may_ask(_key, form.nonce, form.at, shown, time.time()):
        raise NotFound
    try:
        now = await _health()
        word = watching.health.word(now)
    except PetrelError:
        now, word = Health(), "failing"
    found: dict[str, Any] = {
        "at": int(time.time()), "status": word, "canary_age_s": now.canary_age_s, "canary_said": now.canary_said,
        "measured_age_s": now.measured_age_s,
        "measures": [[m.name, m.target, m.value] for m in now.measures],
        # How the site sees whoever asks: a proxy that is not trusted, or a header that is believed, shows here.
        "seen_as": call.ip, "forwarded": call.headers.get(b"x-forwarded-for", b"").decode("latin-1")}
    body = msgspec.json.encode(found)
    sign = watching.health.signed(_key, "answer", form.nonce, body)
    return Reply(body, STATUS[word], ((b"x-petrel-signature", sign.encode()),))
