"""Check of the privacy policy: whether this program, and every other that is connected, knows the one in force."""

import asyncpg

from petrel.core.policy import POLICY
from petrel.ops.doctor import asking
from petrel.ops.doctor.shapes import Check, bad, fine
from petrel.storage.migrate import policy_in_force
from petrel.storage.postgres import Storage, holder_of

CURE = "Start a release that knows the policy: the number is never lowered. See `petrel policy show`."


async def check_policy(storage: Storage) -> list[Check]:
    """Nothing where no database can be asked: that is said by the check of that server."""
    if not storage.urls["main"] and holder_of(storage.data) is None:
        return []
    try:
        connection = await asking.connected(storage, "main")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError):
        return []
    try:
        in_force = await policy_in_force(connection)
        if in_force > POLICY:
            return [bad("policy", f"number {in_force} is in force, this program knows {POLICY}: it serves what is "
                                  "public, and changes nothing", CURE)]
        rows = await connection.fetch("select * from ops.programs('doctor') where is_outdated") if in_force else []
    except TimeoutError:
        return [asking.held("policy")]
    except asyncpg.PostgresError as problem:
        return [bad("policy", str(problem), "Bring the databases up to date: `petrel migrate`.")]
    finally:
        await asking.leave(connection)
    if not in_force:
        return []
    if rows:
        names = ", ".join(f"{row['program']} (knows {row['policy']}, {row['sessions']} sessions)" for row in rows)
        return [bad("policy", f"number {in_force} is in force, and programs older than it are connected: {names}",
                    "Stop them: they get what is public only. Then start them from a release that knows the policy.")]
    later = f"; this program knows {POLICY}: raise it once all do" if in_force < POLICY else ""
    return [fine("policy", f"number {in_force} is in force, and every program that is connected knows it{later}")]
