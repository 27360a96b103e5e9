"""What comes before the processes of a site: sockets, folders, databases that know this release."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from petrel import app, settings
from petrel.core.late import Late
from petrel.core.policy import POLICY
from petrel.ops.processes import sockets, this_release
from petrel.settings import Settings
from petrel.storage.migrate import OlderProgram
from petrel.storage.pools import AWAY, Addresses

if TYPE_CHECKING:
    from petrel.ops import changes
else:
    changes = Late("petrel.ops.changes")    # as in program.py

Say = Callable[[str], None]


def listen(now: Settings) -> dict[str, socket.socket]:
    """"site", and "plain" where it is wanted. Errors: Unavailable, Invalid."""
    from petrel.api.http.wiring import proxies

    proxies(now.trusted_proxies)
    return sockets(now.host, now.port, now.http_port if now.tls != "off" and now.http_port else None)


def with_ports(now: Settings, listeners: dict[str, socket.socket]) -> Settings:
    """The settings with the ports that the sockets have."""
    now = settings.replace(now, port=listeners["site"].getsockname()[1])
    if "plain" not in listeners:
        return now
    return settings.replace(now, http_port=listeners["plain"].getsockname()[1])


def make_folders(data: Path) -> None:
    for name in ("run", "keys", "witness", "log"):
        (data / name).mkdir(mode=0o700, parents=True, exist_ok=True)


async def make_ready(now: Settings, addresses: Addresses, say: Say, *, is_first: bool) -> int:
    """Migrates and registers what the parts need; returns the number of the policy in force. `is_first`: no other
    release ran here until now, so there is nobody who may hold a link to set the site up."""
    try:
        ran = await app.migrate_site(addresses)
    except OlderProgram as older:
        say(str(older))
        await app.say_older(now, addresses, older)
        return older.in_force
    if ran:
        changes.migrated(now.folder, ran, this_release().name)
        say(f"Brought the databases up to date: {len(ran)} steps.")
    await app.register_followers(addresses)
    if is_first and (link := await app.setup_link(now, addresses)):
        say(f"Nobody administers this site yet. To begin, open (it works once): {link}")
    return await app.policy_in_force(addresses)


async def look_at_policy(part: str, now: Settings, addresses: Addresses, say: Say) -> None:
    """Of a program older than the policy only the web runs. Errors: OlderProgram; OSError for databases that are away,
    without which nothing but the brain begins."""
    try:
        in_force = await app.policy_in_force(addresses)
    except AWAY:
        if part != "brain":
            raise
        return
    if in_force > POLICY:
        older = OlderProgram(in_force)
        say(str(older))
        await app.say_older(now, addresses, older)
        if part != "web":
            raise older
