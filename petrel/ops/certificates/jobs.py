"""The schedules: renewing, and looking at what is served. Nothing where the site serves no HTTPS itself."""

import asyncio

import structlog

from petrel.core.doors import writing
from petrel.core.ids import any_cell, new_id
from petrel.core.jobs import every
from petrel.core.viewer import System
from petrel.ops.certificates import census, reading, renewing
from petrel.ops.certificates.places import places
from petrel.ops.certificates.shapes import Plan

log = structlog.get_logger("petrel.certificates")

_plan: Plan | None = None
_turn: asyncio.Task[str | None] | None = None
_told: set[str] = set()


def install(plan: Plan | None) -> None:
    """By the jobs process, with what the settings want."""
    global _plan
    _plan = plan


@every(5, "ops.certificates")
async def renew() -> str | None:
    """Late or missed: there is a third of a certificate's life to do it in. Broken off: begun anew the next time."""
    global _turn
    if _plan is None:
        return None
    _turn = asyncio.create_task(renewing.turn(_plan, record))
    await asyncio.wait([_turn])
    return None if _turn.cancelled() else _turn.result()


def stop() -> None:
    """Breaks a turn off: an issuer that is slow keeps no site from stopping."""
    if _turn is not None:
        _turn.cancel()


@every(20, "ops.certificates.census")
async def look() -> str | None:
    """Missed: seen at the next time. Each certificate that nobody declared is told of once."""
    if _plan is None:
        return None
    before = reading.census(places(_plan.data))
    known = {one.certificate.fingerprint for one in before.seen if not one.is_declared} if before else set()
    found = await census.look(_plan)
    strange = {one.certificate.fingerprint: one for one in found.seen if one.is_ours and not one.is_declared}
    for fingerprint in strange.keys() - known - _told:
        one = strange[fingerprint]
        _told.add(fingerprint)
        log.error("a certificate for this site that nobody ordered is served", address=one.address,
                  fingerprint=fingerprint, issuer=one.certificate.issuer)
        await record("undeclared", f"{one.address} {fingerprint}")
    return f"certificates served that nobody declared: {len(strange)}" if strange else None


async def record(verb: str, words: str) -> None:
    """One journal entry."""
    async with writing(System("certificates"), cause="certificates") as w:
        w.record(f"ops.certificate.{verb}", new_id(any_cell()), body=words.encode())
