"""Requests that nobody acts on: told of in the log, approved by waiting in a crew of one, run out."""

import structlog

from petrel.core.doors import reading, writing
from petrel.core.errors import NotFound
from petrel.core.jobs import every, job
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.ops.access import commands, reads

log = structlog.get_logger("petrel.access")

SITE = System("access")

kept_for("access.crew_change", days=7, schedule="access.turn", overdue="at < now() - interval '7 days'")


@job("access.announce")
async def announce(number: str) -> None:
    """Twice: said twice. Late: still said while it waits. Never: it stands in the journal and in `petrel doctor`."""
    async with reading(SITE) as r:
        try:
            one = await reads.find(r, int(number))
        except NotFound:
            return
    if one.state != "asked":
        return
    if one.approves_itself_at is None:
        log.warning("a request waits for a second person", request=one.id, kind=one.kind, asker=one.asker)
    else:
        log.warning("a request approves itself, there being only one in the crew; to stop it: petrel access refuse",
                    request=one.id, kind=one.kind, asker=one.asker, at=one.approves_itself_at.isoformat())


@every(60, "access.turn")
async def turn() -> str | None:
    """What time brings to requests that wait. Missed times: happens at the next."""
    async with writing(SITE, cause="access.turn") as w:
        alone, expired = await commands.turn(w)
    if alone:
        log.warning("approved by waiting, there being only one in the crew", requests=alone)
    return f"{len(expired)} requests have run out" if expired else None

