"""The schedules: the canary, and the end of what was noted of alerts."""

from petrel.core.doors import deriving
from petrel.core.jobs import every
from petrel.core.retention import kept_for
from petrel.ops import stranger
from petrel.ops.watching import alerts
from petrel.ops.watching.canary import SWITCHED_OFF, Canary

_canary: Canary | None = None
_is_installed = False


def install(place: stranger.Place | None) -> None:
    """By the jobs process, for the site that is reached there; None switches it off."""
    global _canary, _is_installed
    _canary, _is_installed = None if place is None else Canary(place), True


@every(60, "watching.canary")
async def fly() -> str | None:
    """Missed times: health says that none came through."""
    global _is_installed
    if _canary is not None:
        return await _canary.fly()
    if _is_installed:
        _is_installed = False
        async with deriving("canary") as w:
            await w.execute(SWITCHED_OFF)
    return None


@every(6 * 3600, "watching.forget")
async def forget() -> str | None:
    """Missed times: they stay a while longer."""
    async with deriving("watching") as w:
        count = await alerts.forget(w)
    return f"{count} alerts of long ago forgotten" if count else None


kept_for("ops.alert", days=alerts.DAYS, schedule="watching.forget", overdue="cleared_at < now() - interval '91 days'")
