"""`petrel media`: where photos and films lie, and moving them."""

from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

MIB = 1 << 20


@click.group()
def media() -> None:
    """See where photos and films lie, move them into a bucket or back."""


@media.command()
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """How many files lie in the data directory, and how many in the bucket."""
    from petrel.features import media as room

    now = wiring.settings(data)
    wiring.media_places(now)
    near, far = room.shelf.directory(), room.shelf.bucket()
    found = {one.url: room.moving.lying(one) for one in (near, far) if one is not None}
    chosen = far.url if far is not None and room.shelf.chosen() == "bucket" else near.url
    rows = [(url, str(one.count), f"{one.bytes / MIB:.0f}", "new ones" if url == chosen else "")
            for url, one in found.items()]
    put(found, table(rows, ("where", "files", "MiB", "")), as_json)


@media.command()
@with_data
@with_json
@click.pass_obj
def move(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Bring all files to where new ones go (setting media_store). The site may run meanwhile; cut off, run it again."""
    from petrel.features import media as room

    now = wiring.settings(data)
    wiring.media_places(now)
    here, there = room.moving.both()
    click.echo(f"From {here.url} to {there.url} ...", err=True)

    def told(done: int, whole: int) -> None:
        if done % 100 == 0 or done == whole:
            click.echo(f"{done} of {whole}", err=True)

    done = room.moving.move(told)
    found: dict[str, Any] = {"moved": done.count, "bytes": done.bytes, "left": room.moving.lying(here).count}
    put(found, f"{done.count} files, {done.bytes / MIB:.0f} MiB, are at {there.url} now, each compared; "
        f"{found['left']} are left.", as_json)


@media.group()
def known() -> None:
    """Lists of files that nobody may have, by their SHA-256: who uploads one is told that it cannot be used."""


@known.command()
@click.argument("name")
@click.argument("file", type=click.File("r"))
@with_data
@click.pass_obj
def take(wiring: Wiring, name: str, file: Any, data: str | None) -> None:
    """Take FILE in as the list NAME, or add it to that: a SHA-256 at the beginning of each line."""
    from petrel.features import media as room

    plain = room.known.digests(file)

    async def work() -> int:
        return await room.known.take(name, plain)

    count = wiring.call(wiring.settings(data), work, say)
    click.echo(f"{count} new ones of {len(plain)} are in {name}. They hold from now on.")


@known.command("list")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Every list, how many it names, and when it last grew."""
    from petrel.features import media as room

    found = wiring.call(wiring.settings(data), room.known.lists, say)
    put(found, lambda: table([(one.name, str(one.count), one.at) for one in found], ("list", "files", "grew")), as_json)


@known.command()
@click.argument("name")
@with_data
@click.pass_obj
def forget(wiring: Wiring, name: str, data: str | None) -> None:
    """Take the list NAME away: what it named may be uploaded again, unless another list names it."""
    from petrel.features import media as room

    async def work() -> int:
        return await room.known.forget(name)

    click.echo(f"{wiring.call(wiring.settings(data), work, say)} are forgotten.")
