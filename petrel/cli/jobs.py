"""`petrel jobs`: work that waits, and dead letters: what failed so often that it is no longer tried."""

from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

LISTED = """
select id, lane, name, attempts, run_at, locked_until > now() as is_running, dead_at, last_error from ops.job
 where (dead_at is not null) = $1 order by coalesce(dead_at, run_at), id limit $2
"""
RETRY = """
update ops.job set dead_at = null, attempts = 0, run_at = now(), locked_until = null
 where dead_at is not null and ($1 or id = any($2::bigint[])) returning id
"""
DROP = "delete from ops.job where dead_at is not null and name <> all($1::text[]) returning id"
with_limit = click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)


@click.group()
def jobs() -> None:
    """Look at work that waits or failed."""


@jobs.command("list")
@with_limit
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool, limit: int) -> None:
    """What waits or runs, the next one first."""
    _list(wiring, data, as_json, limit, dead=False)


@jobs.command()
@with_limit
@with_data
@with_json
@click.pass_obj
def dead(wiring: Wiring, data: str | None, as_json: bool, limit: int) -> None:
    """Dead letters, oldest first. `petrel jobs retry` tries them again."""
    _list(wiring, data, as_json, limit, dead=True)


@jobs.command()
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All dead letters.")
@with_data
@with_json
@click.pass_obj
def retry(wiring: Wiring, data: str | None, as_json: bool, numbers: tuple[int, ...], everything: bool) -> None:
    """Try dead letters again, from the first attempt on."""
    from petrel.core.doors import current, writing
    from petrel.core.viewer import System

    if not numbers and not everything:
        raise click.UsageError("name the numbers of dead letters (`petrel jobs dead`), or --all")

    async def work() -> list[int]:
        async with writing(System("cli"), cause="petrel jobs retry") as w:
            again = [row["id"] for row in await w.change(RETRY, everything, list(numbers))]
            for number in again:
                w.record("ops.job.retried", number, cell=0)
        current().hint("jobs")
        return again

    again = wiring.call(wiring.settings(data), work, say)
    put({"retried": again}, f"{len(again)} of {'them' if everything else len(numbers)} will be tried again.", as_json)


@jobs.command()
@click.option("--unknown", is_flag=True, required=True, help="Dead letters of jobs that this release does not have.")
@with_data
@with_json
@click.pass_obj
def drop(wiring: Wiring, data: str | None, as_json: bool, unknown: bool) -> None:
    """Forget work that only a release that is gone could do. Nobody can do it any more."""
    from petrel.core.doors import writing
    from petrel.core.jobs import HANDLERS
    from petrel.core.viewer import System

    async def work() -> list[int]:
        async with writing(System("cli"), cause="petrel jobs drop") as w:
            gone = [row["id"] for row in await w.change(DROP, list(HANDLERS))]
            for number in gone:
                w.record("ops.job.dropped", number, cell=0)
        return gone

    gone = wiring.call(wiring.settings(data), work, say)
    put({"dropped": gone}, f"{len(gone)} dead letters dropped.", as_json)


def _list(wiring: Wiring, data: str | None, as_json: bool, limit: int, *, dead: bool) -> None:
    from petrel.core.doors import reading
    from petrel.core.viewer import System

    async def work() -> list[dict[str, Any]]:
        async with reading(System("cli")) as r:
            return [dict(row) for row in await r.fetch(LISTED, dead, limit)]

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(j["id"], j["lane"], j["name"], j["attempts"], f"{j['dead_at'] or j['run_at']:%F %T}",
             "running" if j["is_running"] else (j["last_error"] or "")[:80]) for j in found]
    put(found, lambda: table(rows, ("number", "lane", "job", "tries", "died" if dead else "due", "")), as_json)
