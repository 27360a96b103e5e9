"""`petrel journal`: what happened, and whether the record of it is still what it was."""

import sys
from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

SHOW = """
select id::text, cell, at, kind, subject::text, actor::text, refs::text[], cause from journal.entry
 where ($1::text is null or kind like $1)
   and ($2::bigint is null or (cell = law.cell($2) and subject = $2) or actor = $2)
 order by epoch desc, xid desc, id desc limit $3
"""


@click.group()
def journal() -> None:
    """Look at the journal, and verify that nobody changed it."""


@journal.command()
@with_data
@with_json
@click.pass_obj
def verify(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Recompute the chain of the whole journal. Exit code 1 when something is not as it was sealed."""
    from petrel.core import chain, chain_check, witness
    from petrel.core.doors import reading
    from petrel.core.viewer import System

    now = wiring.settings(data)

    async def work() -> chain_check.Report:
        async with reading(System("journal verify")) as r:
            await r.fetch("begin transaction isolation level repeatable read, read only")
            try:
                key = chain.load_key(now.folder / "keys").public_key()
                return await chain_check.verify(r.fetch, key, witness.Witness(now.folder / "witness"))
            finally:
                await r.fetch("rollback")

    report = wiring.call(now, work, say)
    put(report, lambda: _told(report), as_json)
    sys.exit(1 if report.findings else 0)


def _told(report: Any) -> str:
    checked = (f"{report.entries} entries in {report.seals} seals under {report.roots} signed roots "
               f"({report.witnessed} witnessed), {report.unsealed} not sealed yet")
    notes = [f"note: {note}" for note in report.notes]
    if not report.findings:
        return "\n".join([*notes, f"The journal is as it was written: {checked}."])
    lines = [f"{finding.what}: {finding.text}" for finding in report.findings]
    return "\n".join([*notes, *lines, f"The journal is NOT as it was written: {len(lines)} findings in {checked}."])


@journal.command()
@with_data
@with_json
@click.option("--kind", help="Only this kind; % stands for anything: posts.post.%")
@click.option("--about", type=int, help="Only entries about or by this id.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.pass_obj
def show(wiring: Wiring, data: str | None, as_json: bool, kind: str | None, about: int | None, limit: int) -> None:
    """The latest entries, newest first. The journal holds ids, never text."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System

    async def work() -> list[dict[str, Any]]:
        async with reading(System("journal show")) as r:
            return [dict(row) for row in await r.fetch(SHOW, kind, about, limit)]

    entries = wiring.call(wiring.settings(data), work, say)
    rows = [(f"{e['at']:%F %T}", e["kind"], e["subject"], e["actor"], ",".join(e["refs"]), e["cause"]) for e in entries]
    put(entries, lambda: table(rows, ("at", "kind", "subject", "actor", "refs", "cause")), as_json)
