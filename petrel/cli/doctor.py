"""`petrel doctor`: what is wrong on this machine or with this site, each with its cure."""

import asyncio
import sys

import click

from petrel.cli.common import put, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@with_data
@with_json
@click.pass_obj
def doctor(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Examine Postgres, disk, clock, port, processes and settings. Exit code 1 when something is wrong."""
    from petrel.ops.doctor import examine

    now = wiring.settings_or_defaults(data)
    checks = asyncio.run(examine(
        data=now.folder, host=now.host, port=now.port, database_url=now.database_url, keyring_url=now.keyring_url,
        load_settings=lambda: wiring.settings(data)))
    lines = [line for c in checks for line in (f"{'ok ' if c.ok else 'BAD'} {c.name}: {c.found}", f"      {c.cure}")]
    put(checks, "\n".join(line for line in lines if line.strip()), as_json)
    sys.exit(0 if all(c.ok for c in checks) else 1)
