"""What sign-up throws away when its time is over."""

from petrel.core import jobs
from petrel.core.doors import writing
from petrel.core.retention import kept_for
from petrel.core.viewer import System
from petrel.features.signup import rows

DAYS = 30

kept_for("signup.arrival", days=DAYS, schedule="signup.sweep", overdue="at < now() - interval '31 days'")


@jobs.every(3600, "signup.sweep")
async def sweep() -> str | None:
    """Twice: finds nothing more. Late or never: the table grows, and networks are known for longer than promised."""
    async with writing(System("signup.sweep"), cause="signup.sweep") as w:
        gone = await w.execute(rows.SWEEP, DAYS)
        if gone:
            w.record("signup.arrival.swept", 0, cell=0, refs=[gone])
    return f"{gone} arrivals of more than {DAYS} days ago" if gone else None
