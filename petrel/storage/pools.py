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

GROW_S = 0.02
"""How long a connection is waited for before another is opened. Opening one costs as much as this, and from then on
5 to 12 MB in the server: what happens to coincide at a site at rest would open all that a pool may have."""

GROW_BEHIND_S = 0.1
"""The same where nobody waits for an answer."""

FIRST_S = 1.0
"""The same while the first is being opened: a process that starts asks for everything at once."""


COMMAND_S = 30


class Addresses(Struct, frozen=True):
    """How to reach both clusters: asyncpg connect arguments by role."""

    main: dict[str, ConnectArgs]        # "reader" | "writer" | "system" | "owner"
    keyring: dict[str, ConnectArgs]     # "reader" | "writer" | "system" | "owner"


def unhurried(addresses: Addresses) -> Addresses:
    """Where nobody waits for an answer: no statement is ended because it takes long."""
    def patient(args: ConnectArgs) -> ConnectArgs:
        never = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
        return {**args, "command_timeout": None, "server_settings": {**args.get("server_settings", {}), **never}}

    return Addresses(*({role: patient(args) for role, args in logins.items()}
                       for logins in (addresses.main, addresses.keyring)))


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


# Arrays of Postgres's own types: (element's number and name) by number. source: pg_type.dat of Postgres, where these
# numbers never change.
ARRAYS = {1000: (16, "bool"), 1001: (17, "bytea"), 1005: (21, "int2"), 1007: (23, "int4"), 1016: (20, "int8"),
          1021: (700, "float4"), 1022: (701, "float8"), 1182: (1082, "date"), 1185: (1184, "timestamptz"),
          1041: (869, "inet"), 199: (114, "json"), 3807: (3802, "jsonb"), 2951: (2950, "uuid")}


class _Known(Struct, frozen=True):
    """What asyncpg wants to know of the statement that told it of types: that it took nobody's place."""

    name: str = "known"


def _array(number: int) -> dict[str, Any]:
    element, name = ARRAYS[number]
    return {"oid": number, "ns": "pg_catalog", "name": f"_{name}", "kind": b"b", "basetype": None, "elemtype": element,
            "elemtype_name": name, "elemdelim": ",", "range_subtype": None, "attrtypoids": None, "attrnames": None}


class Connection(asyncpg.Connection):      # type: ignore[misc]
    """One that knows the arrays above. To look them up, each new session plans a query over the catalogue that takes
    as long as ten reads, and keeps the plan: a megabyte of the server's memory."""

    async def _introspect_types(self, numbers: Any, timeout: float | None) -> Any:
        known: list[Any] = [_array(number) for number in numbers if number in ARRAYS]
        if len(known) == len(numbers):
            return known, _Known()
        found, statement = await super()._introspect_types([n for n in numbers if n not in ARRAYS], timeout)
        return [*known, *found], statement


class Pool(asyncpg.Pool):      # type: ignore[misc]      # asyncpg says nothing of its types
    """One that grows only when none of its connections becomes free within `grow_s`."""

    def __init__(self, grow_s: float, **args: Any) -> None:
        super().__init__(**args)
        self._grow_s = grow_s
        self._opening = 0
        self._asking: list[asyncio.Future[None]] = []

    async def _acquire(self, timeout: float | None) -> Any:
        if not self.get_idle_size():
            size = self.get_size()
            if (size or self._opening) and size < self.get_max_size():
                await self._freed(self._grow_s if size else FIRST_S)
        self._opening += 1
        try:
            return await super()._acquire(timeout)
        except BaseException:
            self._wake_one()
            raise
        finally:
            self._opening -= 1

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:
        await super().release(connection, timeout=timeout)
        self._wake_one()

    def _wake_one(self) -> None:
        if self._asking:
            self._asking.pop(0).set_result(None)

    async def _freed(self, most_s: float) -> None:
        asking = asyncio.get_running_loop().create_future()
        self._asking.append(asking)
        try:
            await asyncio.wait((asking,), timeout=most_s)
        finally:
            if not asking.done():
                self._asking.remove(asking)


async def _nothing(_connection: object) -> None:
    """The default reset is a round trip per release and halves a pool; our sessions keep no state."""


async def open_pool(args: ConnectArgs, *, most: int, least: int = 0, grow_s: float = GROW_S) -> asyncpg.Pool:
    return await Pool(
        grow_s, **{"command_timeout": COMMAND_S, **args}, min_size=least, max_size=most, reset=_nothing,
        max_queries=50_000, loop=None, connection_class=Connection, record_class=asyncpg.Record,
        max_inactive_connection_lifetime=120, statement_cache_size=200)
