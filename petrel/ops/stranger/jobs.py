"""The schedule of the rounds, and a whole cycle when somebody asks for it. Nothing where nobody has installed it."""

from petrel.core.doors import deriving, writing
from petrel.core.jobs import every, job
from petrel.core.viewer import System
from petrel.ops.stranger.rounds import Stranger
from petrel.ops.stranger.shapes import Place

_stranger: Stranger | None = None
_has_said = False

OFF = """
insert into ops.probe (said) values ('switched off')
on conflict (is_one) do update set said = excluded.said, blind_since = null
"""


def install(place: Place | None) -> None:
    """By the jobs process, for the site that is reached there; None switches it off."""
    global _stranger
    _stranger = None if place is None else Stranger(place)


@every(10, "stranger.round")
async def look() -> str | None:
    """Missed times: `petrel doctor` says how long nobody has looked."""
    global _has_said
    if _stranger is not None:
        return await _stranger.round()
    if not _has_said:
        async with deriving("stranger") as w:
            await w.execute(OFF)
        _has_said = True
    return None


@job("stranger.cycle")
async def cycle() -> None:
    """Twice, late: asked twice, later. Never: the rounds come to everything."""
    if _stranger is not None:
        await _stranger.cycle()


async def probe_now() -> None:
    """Has the jobs process ask everything at once."""
    async with writing(System("stranger"), cause="petrel stranger probe") as w:
        w.later("stranger.cycle", {}, lane="urgent", once="stranger.cycle")
