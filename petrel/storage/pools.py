"""Connection pools. One per role; the role is a login of its own, so a session cannot become another."""

from typing import Any

import asyncpg
from msgspec import Struct

ConnectArgs = dict[str, Any]
# The connection is of no more use. asyncpg says InternalClientError for one whose server died while it lay in the
# pool: the parting word of the server has come, and the end of the stream has not.
GONE = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Addresses(Struct, frozen=True):
    """How to reach both clusters: asyncpg connect arguments by role."""

    main: dict[str, ConnectArgs]        # "reader" | "writer" | "system" | "owner"
    keyring: dict[str, ConnectArgs]     # "reader" | "writer" | "system" | "owner"


async def _nothing(_connection: object) -> None:
    """The default reset is a round trip per release and halves a pool; our sessions keep no state."""


async def open_pool(args: ConnectArgs, *, most: int, least: int = 0) -> asyncpg.Pool:
    return await asyncpg.create_pool(
        **args, min_size=least, max_size=most, reset=_nothing,
        max_inactive_connection_lifetime=120, command_timeout=30, statement_cache_size=200)
