"""Letting others rest who fail again and again: a domain that takes no mail, a host that does not answer.

Hammering whoever refuses helps nobody and earns a bad name; and one that is down must not hold up what goes to all
others. Each room keeps a table of its own: `domain bytea primary key, failures, open_until, code, said_at`, of which
`domain` is a keyed digest, since many a domain belongs to one person.
"""

import hmac
from collections.abc import Callable

from petrel.core import seal
from petrel.core.doors import deriving, reading
from petrel.core.viewer import System

OPENS_AFTER = 5
REST_S, LONGEST_REST_S = 300, 4 * 3600


def rest_s(failures: int) -> int:
    """How long one rests after so many failures in a row; 0: not yet."""
    return min(REST_S * 2 ** (failures - OPENS_AFTER), LONGEST_REST_S) if OPENS_AFTER <= failures < 64 else \
        LONGEST_REST_S if failures >= 64 else 0


class Breakers:
    """Those of one table. `secret`: of the site, which their names are digested with."""

    def __init__(self, table: str, purpose: str, secret: str) -> None:
        self._purpose, self._secret = purpose, secret
        self._system = System(purpose)
        # What was said in the future was said by a clock that has been set right since.
        self._rests = ("select case when said_at < now() + interval '1 minute' then "
                       f"extract(epoch from open_until - now())::float8 end as rests_s from {table} where domain = $1")
        self._fail = (f"insert into {table} as b (domain, failures, code) values ($1, 1, $2) "
                      "on conflict (domain) do update set failures = b.failures + 1, code = excluded.code, "
                      "said_at = now() returning failures")
        self._open = f"update {table} set open_until = now() + make_interval(secs => $2) where domain = $1"
        self._forget = f"delete from {table} where said_at < now() - make_interval(days => $1)"
        self._close = f"delete from {table} where domain = $1"

    async def digest_of(self, name: str) -> bytes:
        return hmac.digest(await seal.secret(self._secret), b"domain " + name.lower().encode(), "sha256")

    async def rests(self, domain: bytes) -> float | None:
        """For how many seconds it is still let rest, 0 when it is not; None: nothing is held against it. After its
        time one may try."""
        async with reading(self._system) as r:
            row = await r.row(self._rests, domain)
        return None if row is None else max(0.0, float(row["rests_s"] or 0))

    async def fail(self, domain: bytes, code: str, *, rest: Callable[[int], float] = rest_s) -> float:
        """It took something not; how long it rests from now on."""
        async with deriving(self._purpose) as w:
            failures = (await w.change(self._fail, domain, code))[0]["failures"]
            pause_s = rest(failures)
            if pause_s:
                await w.execute(self._open, domain, float(pause_s))
        return pause_s

    async def close(self, domain: bytes) -> None:
        """It took something."""
        async with deriving(self._purpose) as w:
            await w.execute(self._close, domain)

    async def forget(self, days: int) -> int:
        """Those that failed last so long ago."""
        async with deriving(self._purpose) as w:
            return await w.execute(self._forget, days)
