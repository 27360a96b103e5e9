"""`petrel doctor`: what is wrong on this machine or with this site, each with its cure."""

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.ops.doctor import Outside

WITHIN_S = 5.0
"""So long the running site is asked what it knows of itself."""

SOMEBODY = "select handle from accounts.account where domain is null and state = 0 order by id limit 1"


@click.command()
@click.option("--here", is_flag=True, help="Only this machine: ask nobody outside.")
@with_data
@with_json
@click.pass_obj
def doctor(wiring: Wiring, data: str | None, as_json: bool, here: bool) -> None:
    """Examine machine, databases, work, backups, and how others reach the site. Exit code 1: something is wrong."""
    from petrel.ops.doctor import examine

    now = wiring.settings_or_defaults(data)
    checks = asyncio.run(examine(
        data=now.folder, host=now.host, port=now.port, database_url=now.database_url, keyring_url=now.keyring_url,
        load_settings=lambda: wiring.settings(data), outside=None if here else _outside(wiring, now)))
    lines = [line for c in checks for line in (f"{'ok ' if c.ok else 'BAD'} {c.name}: {c.found}", f"      {c.cure}")]
    put(checks, "\n".join(line for line in lines if line.strip()), as_json)
    sys.exit(0 if all(c.ok for c in checks) else 1)


def _outside(wiring: Wiring, now: Any) -> "Outside":
    """With what the running site knows; without that where it does not run, or cannot be asked."""
    from petrel.core.doors import reading
    from petrel.core.errors import PetrelError
    from petrel.core.viewer import System
    from petrel.features import mail, media
    from petrel.ops import watching
    from petrel.ops.doctor import Bucket, Letters, Outside
    from petrel.storage.postgres import StorageError, holder_of

    async def ask() -> tuple[str, str, tuple[str, str]]:
        async with reading(System("doctor")) as r:
            handle = await r.value(SOMEBODY)
        keys = [(one.name, one.text) for one in await mail.records() if "v=DKIM1" in one.text]
        return await watching.health.watch_key(), handle or "", keys[0] if keys else ("", "")

    key, handle, dkim = "", "", ("", "")
    if holder_of(now.folder) is not None:
        try:
            key, handle, dkim = wiring.call(now, ask, say, WITHIN_S)
        except (PetrelError, StorageError):
            pass                                # what stands in the way is said by the checks of this machine
    wiring.media_places(now)
    sender = now.mail_from or f"petrel@{(now.address.partition('://')[2]).partition(':')[0]}"
    return Outside(address=now.address, watch_key=key, handle=handle,
                   resolvers=tuple(filter(None, map(str.strip, now.resolvers.split(",")))),
                   clock=now.acme_directory if now.tls == "acme" else "",
                   bucket=Bucket(media.shelf.opened, now.media_store == "bucket") if now.media_bucket else None,
                   letters=Letters(sender, now.mail_server, *dkim, wiring.relay(now)) if now.mail_server else None)
