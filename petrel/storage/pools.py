"""Connection pools. One per role; the role is a login of its own, so a session cannot become another.

A server that restarts is waited for: `patiently`. One that stays away is not, so that nothing piles up behind it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
from msgspec import Struct

ConnectArgs = dict[str, Any]
Answer = TypeVar("Answer")
# The connection is of no more use. asyncpg says InternalClientError for one whose server died while it lay in the
# pool: the parting word of the server has come, and the end of the stream has not.
GONE = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
AWAY = (*GONE, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError, asyncpg.PostgresConnectionError,
        asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)
"""What a database says that is not there, or not yet, or has no room for one more."""

PATIENCE_S = 5.0
AGAIN_S = 0.05


class Addresses(Struct, frozen=True):
    """How to reach both clusters: asyncpg connect arguments by role."""

    main: dict[str, ConnectArgs]        # "reader" | "writer" | "system" | "owner"
    keyring: dict[str, ConnectArgs]     # "reader" | "writer" | "system" | "owner"


class Absence:
    """How long one server has been away, as one process sees it."""

    def __init__(self) -> None:
        self._since: float | None = None

    def over(self) -> None:
        self._since = None

    def may_wait(self) -> bool:
        """Whether it was missed for the first time less than PATIENCE_S ago."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
        return now - self._since < PATIENCE_S


async def patiently(absence: Absence, act: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `act` answers, tried again while the server is away, for a few seconds. `act` may have been done twice then.

    Errors: those of AWAY; TimeoutError at once, since that is no server that restarts.
    """
    while True:
        try:
            answer = await act()
        except TimeoutError:
            raise
        except AWAY:
            if not absence.may_wait():
                raise
        else:
            absence.over()
            return answer
        await asyncio.sleep(AGAIN_S)


async def _nothing(_connection: object) -> None:
    """The default reset is a round trip per release and halves a pool; our sessions keep no state."""


async def open_pool(args: ConnectArgs, *, most: int, least: int = 0) -> asyncpg.Pool:
    return await asyncpg.create_pool(
        **args, min_size=least, max_size=most, reset=_nothing,
        max_inactive_connection_lifetime=120, command_timeout=30, statement_cache_size=200)
