"""What archives do behind the pages."""

from petrel.core import jobs
from petrel.core.doors import writing
from petrel.core.retention import kept_for
from petrel.features.archives import running, waiting

kept_for("archives.waiting", days=waiting.DAYS, schedule="archives.waiting",
         overdue="made_at < now() - interval '7 days'")


@jobs.job(waiting.JOB)
async def take_list(account: int, number: int) -> None:
    """Twice: does what is left. Late: the page says that it is being done. Never: nothing changes, and the file goes
    after a week."""
    await running.take_list(account, number)


@jobs.every(3600, "archives.waiting")
async def sweep() -> str | None:
    """Lists that nobody said yes to. Twice: finds nothing more. Late or never: they stay, sealed."""
    async with writing(running.SYSTEM, cause="archives.waiting") as w:
        gone = await waiting.sweep(w)
    return f"{gone} lists that waited for a week" if gone else None
