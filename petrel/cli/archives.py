"""`petrel archives`: bringing in what a member wrote elsewhere, and taking it back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from petrel.cli.accounts import find
from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.features.archives import Report


@click.group()
def archives() -> None:
    """Bring in what a member wrote elsewhere: quiet, back-dated, and undone by one command."""


@archives.command("import")
@click.argument("handle")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only read it, and say what would be taken.")
@click.option("--at-once", is_flag=True, help="Without the rests that leave half of the machine to others.")
@with_data
@with_json
@click.pass_obj
def import_(wiring: Wiring, handle: str, file: Path, dry_run: bool, at_once: bool, data: str | None,
            as_json: bool) -> None:
    """Import FILE into the account: an archive of Mastodon (ZIP or TAR), one of its CSV files, or a Petrel's export.

    Again with the same file: goes on where it ended, and takes nothing twice. Nobody is told of old posts.
    """
    from petrel.features import archives as room

    async def work() -> "Report":
        account = await find(handle)
        return await room.bring_in(account.id, file, say, dry_run=dry_run, rests=not at_once)

    report = wiring.call(wiring.settings(data), work, say)
    put({"import": report.id or None, "archive": report.who, **report.numbers()},
        lambda: _said(report, handle, dry_run), as_json)


def _said(report: "Report", handle: str, dry_run: bool) -> str:
    whose = f" of {report.who}" if report.who else ""
    if dry_run:
        head = f"What would be taken into @{handle.removeprefix('@')} from this archive{whose}:"
    else:
        head = f"Import {report.id} into @{handle.removeprefix('@')}{whose}:"
    tail = [] if dry_run else [f"`petrel archives undo {report.id}` takes it back."]
    return "\n".join([head, *report.lines(), *tail])


@archives.command("list")
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """Imports into an account, newest first."""
    from petrel.features import archives as room

    async def work() -> list[dict[str, object]]:
        return await room.imports((await find(handle)).id)

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(one["id"], one["state"], f"{one['begun_at']:%Y-%m-%d %H:%M}",
             json.loads(str(one["report"])).get("taken", {}).get("posts", 0)) for one in found]
    put(found, lambda: table(rows, ("number", "state", "begun", "posts")), as_json)


@archives.command()
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_data
@with_json
@click.pass_obj
def undo(wiring: Wiring, number: int, yes: bool, data: str | None, as_json: bool) -> None:
    """Delete the posts that an import made, and end the follows that it began."""
    from petrel.features import archives as room

    if not yes:
        click.confirm("The posts of this import will be deleted for good. Go on?", abort=True, err=True)
    gone = wiring.call(wiring.settings(data), lambda: room.undo(number, say), say)
    put({"deleted": gone}, f"{gone:,} posts were deleted.", as_json)
