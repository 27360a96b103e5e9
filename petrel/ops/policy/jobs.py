"""A program that is older than the policy in force is found within ten seconds, by whichever program runs jobs."""

import structlog

from petrel.core.doors import reading
from petrel.core.jobs import every
from petrel.core.viewer import System
from petrel.ops.policy import commands, reads

log = structlog.get_logger("petrel.policy")

CURE = "Stop it, or install the release that knows the policy. It is given what is public, and changes nothing."

# Programs that have been told of. After a restart they are told of again.
_told: set[tuple[str, int]] = set()


@every(5, "ops.policy")
async def watch() -> str | None:
    """Tells of each outdated program once while it is connected. Missed times: told of at the next."""
    async with reading(System("policy")) as r:
        outdated = [one for one in await reads.programs(r) if one.is_outdated]
        in_force = (await reads.history(r))[-1].number
    found = {(one.build, one.policy) for one in outdated}
    _told.intersection_update(found)
    for build, policy in sorted(found - _told):
        log.error("a program older than the site's privacy policy is connected", build=build, policy=policy,
                  in_force=in_force, cure=CURE)
        await commands.say_outdated(build, policy, in_force)
        _told.add((build, policy))
    return f"outdated programs are connected: {len(found)}" if found else None
