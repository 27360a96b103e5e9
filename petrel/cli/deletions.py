"""`petrel deletions`: what was deleted, whether anything of it remains, and receipts."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.features.deletions import Deletion, Look, Remain


@click.group()
def deletions() -> None:
    """What was deleted, whether anything of it remains, and receipts."""


@deletions.command(name="list")
@with_data
@with_json
@click.option("--by", "handle", help="Only by this account.")
@click.option("--remaining", is_flag=True, help="Only those of which something remains.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.pass_obj
def listing(wiring: Wiring, data: str | None, as_json: bool, handle: str | None, remaining: bool, limit: int) -> None:
    """The latest deletions, newest first."""
    from petrel.cli.accounts import find
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import deletions as room

    async def work() -> list["Deletion"]:
        account = (await find(handle)).id if handle else None
        async with reading(System("deletions")) as r:
            return await room.listed(r, account=account, state=room.State.REMAINS if remaining else None, most=limit)

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(f"{d.asked_at:%F %T}", d.kind.name.lower(), d.id, d.account, d.state.name.lower().replace("_", " "),
             f"{d.keys_gone_at:%F %T}" if d.keys_gone_at else "", ", ".join(d.remains)) for d in found]
    put(found, lambda: table(rows, ("asked", "what", "id", "by", "state", "key seen gone", "remains")), as_json)


@deletions.command()
@with_data
@with_json
@click.argument("number", metavar="ID", type=int)
@click.pass_obj
def verify(wiring: Wiring, data: str | None, as_json: bool, number: int) -> None:
    """Look through every store for what remains of ID. Exit code 1 when something does."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import deletions as room

    async def work() -> tuple["Deletion", list["Remain"], list["Look"]]:
        async with reading(System("deletions")) as r:
            one = await room.find(r, number)
            return one, *await room.verify(r, one)

    one, remains, looks = wiring.call(wiring.settings(data), work, say)
    put({"deletion": one, "remains": remains, "looked_at": looks}, lambda: _told(one, remains, looks), as_json)
    sys.exit(1 if remains else 0)


def _told(one: "Deletion", remains: Sequence["Remain"], looks: Sequence["Look"]) -> str:
    times = [("asked for", one.asked_at), ("key seen gone", one.keys_gone_at),
             ("bytes of the key gone from the keyring's files", one.shredded_at), ("last swept", one.swept_at)]
    lines = [f"{name}: {at:%F %T} UTC" if at else f"{name}: not yet" for name, at in times]
    shown = [(look.store, look.found, look.allowed and f"may stay: {look.allowed}") for look in looks]
    said = f"{len(remains)} remains: " + ", ".join(f"{r.place} ({r.count})" for r in remains) if remains else \
        f"Nothing remains of it in {len(looks)} places that were looked through."
    return "\n".join([f"{one.kind.name.lower()} {one.id} of account {one.account}", *lines, "",
                      table(shown, ("store", "found", "")), "", said])


@deletions.command()
@with_data
@click.argument("number", metavar="ID", type=int)
@click.pass_obj
def receipt(wiring: Wiring, data: str | None, number: int) -> None:
    """Print the signed receipt of ID, as JSON."""
    from petrel.core import chain
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import deletions as room

    now = wiring.settings(data)

    async def work() -> bytes:
        async with reading(System("deletions")) as r:
            return await room.signed(r, await room.find(r, number), chain.load_key(now.folder / "keys"),
                                     wiring.address(now))

    click.echo(wiring.call(now, work, say).decode())


@deletions.command()
@with_data
@with_json
@click.pass_obj
def shred(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Make the bytes of destroyed keys leave the keyring's files now. Done every ten minutes anyway."""
    from petrel.features import deletions as room

    done = wiring.call(wiring.settings(data), room.shred, say)
    put(done, lambda: room.said(done), as_json)


@deletions.command()
@with_json
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="The site's public key in hex, as somebody you trust has it.")
def check(as_json: bool, file: Path, key: str | None) -> None:
    """Check a receipt without any site. Exit code 1 when it does not hold."""
    from petrel.features.deletions import check as checked

    found, wrong = checked(file.read_bytes(), key)
    put({"receipt": found, "wrong": wrong}, lambda: wrong or _shown(found, key), as_json)
    sys.exit(1 if wrong else 0)


def _shown(found: Any, key: str | None) -> str:
    by = "of the site whose key you gave" if key else "that fits the key inside it (give --key to know whose that is)"
    gone = f"its key was destroyed by {found.keys_destroyed_at:%F %T} UTC" if found.keys_destroyed_at else \
        "its key was not destroyed yet"
    return f"A receipt {by}: {found.kind} {found.id}, deleted on {found.site} at {found.asked_at:%F %T} UTC; {gone}."
