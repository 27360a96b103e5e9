"""Something was seen: shut the door first, then write it down, then make sure that it is shut."""

from datetime import datetime

import structlog

from petrel.core.doors import writing
from petrel.core.viewer import System
from petrel.ops import breaches, surfaces
from petrel.ops.stranger.shapes import Asked, Finding

log = structlog.get_logger("petrel.stranger")

WHO = System("stranger")
CAUSE = "stranger"


async def raise_alarm(found: Finding, build: str, first_at: datetime | None) -> int:
    """Closes the surface, or the one door where there is none, and opens the file of the breach; returns its number.

    Two transactions: that the second cannot be written must not keep the door open.
    """
    asked = found.asked
    why = f"{', '.join(found.kinds)} seen by {asked.viewer} through {asked.door}"
    async with writing(WHO, cause=CAUSE) as w:
        for name in asked.surface.split():
            await (surfaces.close_door(w, asked.door, why) if name == "none" else surfaces.close(w, name, why))
        w.record("ops.leak.found", 0, cell=0, body=why.encode())
    log.error("SOMETHING LEAKED, and its surface is closed", surface=asked.surface, door=asked.door,
              viewer=asked.viewer, what=", ".join(found.kinds), asked=asked.question.target)
    async with writing(WHO, cause=CAUSE) as w:
        number = await breaches.open_file(w, surface=asked.surface, door=asked.door, viewer=asked.viewer,
                                          kinds=found.kinds, build=build, first_at=first_at)
    log.error("a breach file is open; from now 72 hours to tell the authority", breach=number,
              look=f"petrel privacy breach show {number}")
    return number


async def is_shut(number: int, asked: Asked) -> None:
    """The door has answered 503."""
    async with writing(WHO, cause=CAUSE) as w:
        await breaches.shut(w, number)
    log.warning("the door is shut", breach=number, door=asked.door)


def stays_open(number: int, asked: Asked) -> None:
    log.error("THE DOOR DOES NOT SHUT: stop the site, or this part of it at the proxy", breach=number, door=asked.door)
