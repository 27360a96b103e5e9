"""The schedules: the canary, the doctor's rounds, the end of what was noted of alerts."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from petrel.core import asking
from petrel.core.doors import deriving
from petrel.core.jobs import every, job
from petrel.core.retention import kept_for
from petrel.ops import stranger
from petrel.ops.watching import alerts, examining
from petrel.ops.watching.canary import SWITCHED_OFF, Canary

HOST_DAYS = 30


class Site(Struct, frozen=True):
    """`environment`: what the doctor's own process has to be told of the settings."""

    data: Path
    environment: Mapping[str, str]


_canary: Canary | None = None
_site: Site | None = None
_says_off = False


def install(place: stranger.Place | None, site: Site | None = None) -> None:
    """By the jobs process, for the site that is reached there; without a place no canary flies."""
    global _canary, _says_off, _site
    _canary, _says_off, _site = None if place is None else Canary(place), place is None, site


@every(60, "watching.canary")
async def fly() -> str | None:
    """Missed times: health says that none came through."""
    global _says_off
    if _canary is not None:
        return await _canary.fly()
    if _says_off:
        _says_off = False
        async with deriving("canary") as w:
            await w.execute(SWITCHED_OFF)
    return None


@every(1800, "watching.examine")
async def examine() -> str | None:
    """Missed times: the page says when the doctor last looked."""
    return await examining.examine(_site.data, _site.environment) if _site is not None else None


@job(examining.AGAIN)
async def examine_now() -> None:
    """Twice, late, never: looks twice, later, at the next half hour."""
    await examine()


@every(6 * 3600, "watching.forget")
async def forget() -> str | None:
    """Missed times: they stay a while longer."""
    async with deriving("watching") as w:
        count = await alerts.forget(w)
    await asking.HOSTS.forget(HOST_DAYS)
    return f"{count} alerts of long ago forgotten" if count else None


kept_for("ops.alert", days=alerts.DAYS, schedule="watching.forget", overdue="cleared_at < now() - interval '91 days'")
kept_for("ops.resting_host", days=HOST_DAYS, schedule="watching.forget",
         overdue="said_at < now() - interval '31 days'")
