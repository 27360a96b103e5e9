"""Requests that nobody acts on: told of in the log, approved by waiting in a crew of one, run out. Records of reads:
kept, and forgotten."""

import asyncio

import structlog

from petrel.core import seal
from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import NotFound
from petrel.core.jobs import every, job
from petrel.core.journal import task
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.ops.access import commands, keeping, reads
from petrel.ops.access.who_saw import KEPT_DAYS

log = structlog.get_logger("petrel.access")

SITE = System("access")

kept_for("access.crew_change", days=7, schedule="access.turn", overdue="at < now() - interval '7 days'")
kept_for("access.seen", days=KEPT_DAYS, schedule="access.forget_seen",
         overdue="until_at < now() - interval '90 days'")
kept_for("access.seen_key", days=KEPT_DAYS + 2, schedule="access.forget_seen",
         overdue="made_at < now() - interval '92 days'")


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


@task("access.seen", surface="none", why_none="moves sealed records of what was read, which it cannot open")
async def keep_seen(stop: asyncio.Event) -> None:
    await keeping.run(stop)


@every(1200, "access.forget_seen")
async def forget_seen() -> str | None:
    """Records of reads go after 90 days, and the keys they were sealed for with the last of them. Missed times: at the
    next; a key that was destroyed and not dropped is dropped then."""
    count = 0
    while True:
        async with deriving("access.forget_seen") as w:
            some = int(await w.value("select access.forget_seen('forget', $1)", KEPT_DAYS))
        count += some
        if not some:
            break
    async with reading(SITE) as r:
        old = [row[0] for row in await r.fetch("select access.old_seen_keys('forget', $1)", KEPT_DAYS)]
    if old:
        await seal.destroy(old)
        async with deriving("access.forget_seen") as w:
            await w.fetch("select access.drop_seen_keys('forget', $1, $2)", old, KEPT_DAYS)
    return f"{count} rows of records of reads, {len(old)} keys forgotten" if count or old else None
