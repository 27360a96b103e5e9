"""`petrel database`: the distribution's Postgres for production, its settings, moving there and back, upgrades."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def database() -> None:
    """Set up, check, move and upgrade the databases of the site."""


@database.command()
@with_data
@with_json
@click.option("--version", "major", type=int, metavar="N", help="Major version.  [default: the newest installed]")
@click.option("--listen", multiple=True, metavar="ADDRESS",
              help="Let other machines in, over TLS, at this address. It stays so; `none` ends it.")
@click.option("--name", "names", multiple=True, metavar="HOST", help="Name under which they reach this machine.")
@click.option("--only", type=click.Choice(["main", "keyring"]), help="One of both: the other is on another machine.")
@click.option("--superuser-urls", "urls", type=click.Path(path_type=Path), metavar="FILE",
              help="Servers that run elsewhere, reached as their superuser: database_url and keyring_url.")
@click.option("--use", type=click.Path(path_type=Path), metavar="FILE",
              help="Servers that were prepared elsewhere: what --print-urls printed there.")
@click.option("--print-urls", is_flag=True,
              help="The site is on another machine: print its addresses, keep nothing. So anyway where no site is.")
@click.option("--new-password", is_flag=True, help="A new one, although the login has one. The old one ends.")
@click.pass_obj
def prepare(wiring: Wiring, /, data: str | None, as_json: bool, print_urls: bool, **given: Any) -> None:
    """Find or set up Postgres of the distribution for data and keyring. May be run again at any time."""
    from petrel.ops import databases

    if given["use"] and given["new_password"]:
        raise click.UsageError("--use takes servers as they are: give --new-password where they were prepared")
    ask = databases.Ask(major=given["major"], listen=given["listen"], names=given["names"], only=given["only"],
                        superusers=databases.read_urls(given["urls"]) if given["urls"] else None,
                        ready=databases.read_urls(given["use"]) if given["use"] else None,
                        for_others=print_urls, new_password=given["new_password"])
    done = wiring.prepare_databases(wiring.settings(data), ask, say)
    lines = [f"{one.cluster}: {one.text}" for one in done.findings]
    if done.is_for_others:
        lines = [f"# {one}" for one in [*lines, done.next]]         # the output is read as TOML
        lines += [f'database_url = "{done.urls.main}"'] if done.urls.main else []
        lines += [f'keyring_url = "{done.urls.keyring}"'] if done.urls.keyring else []
    put({"findings": done.findings, "next": done.next, "urls": done.urls if done.is_for_others else None},
        "\n".join(lines if done.is_for_others else [*lines, done.next]), as_json)


@database.command()
@with_data
@with_json
@click.pass_obj
def check(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Look at the servers of the settings: lines, versions, every setting. Exit code 1 when something has to change."""
    from petrel.ops import databases

    now = wiring.settings(data)
    reports = asyncio.run(databases.look(databases.Urls(now.database_url, now.keyring_url)))
    lines = []
    for one in reports:
        lines.append(f"{one.cluster}: {one.about}")
        lines += [f"  {'BAD   ' if finding.must else 'advice'} {finding.text}" for finding in one.findings]
    put(reports, "\n".join(lines) or "The databases are the embedded ones, which set themselves up.", as_json)
    sys.exit(1 if any(f.must for one in reports for f in one.findings) else 0)


@database.command()
@with_data
@with_json
@click.option("--to", type=click.Choice(["system", "embedded"]), required=True, help="Where the databases are to live.")
@click.option("--rehearse", is_flag=True, help="Try it beside the running site, change nothing, say how long it takes.")
@click.option("--urls", type=click.Path(path_type=Path), metavar="FILE",
              help="Addresses to move to (database_url and keyring_url), when they are not the prepared ones.")
@click.pass_obj
def move(wiring: Wiring, data: str | None, as_json: bool, to: str, rehearse: bool, urls: Path | None) -> None:
    """Move both databases, with every row compared. The site has to be stopped; interrupted, run it again."""
    from petrel.ops import databases

    now = wiring.settings(data)
    moved = wiring.move_databases(now, to, rehearse, databases.read_urls(urls) if urls else None, say, _progress)
    text = (f"{moved.rows} rows in {moved.main.tables + moved.keyring.tables} tables, {moved.bytes >> 20} MB, are the "
            f"same on both sides; {moved.took_s:.0f} s.")
    if rehearse:
        text += " Nothing was changed. The move itself takes about as long, and the site stands still meanwhile."
    else:
        text += (f" The site lives on the {to} databases now: start it. The old ones are kept, for six days at most; "
                 "petrel database confirm removes them. Make a backup now: petrel backups create"
                 f"{'' if now.backup_target else ' TARGET'}.")
    put(moved, text, as_json)


@database.command()
@with_data
@with_json
@click.option("--version", "major", type=int, metavar="N", help="Major version.  [default: the newest minor one]")
@click.option("--rehearse", is_flag=True, help="Only try it, beside the running site.")
@click.pass_obj
def upgrade(wiring: Wiring, data: str | None, as_json: bool, major: int | None, rehearse: bool) -> None:
    """Bring Postgres itself to a newer version. It is tried on a copy first, whatever was asked for."""
    done = wiring.upgrade_databases(wiring.settings(data), major, rehearse, say, _progress)
    put(done, done.text, as_json)


@database.command()
@with_data
@with_json
@click.option("--forget", is_flag=True, help="The old servers are gone for good: only stop remembering them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def confirm(wiring: Wiring, data: str | None, as_json: bool, forget: bool, yes: bool) -> None:
    """Remove the old databases after a move. From then on the way back is another move."""
    if not yes:
        click.confirm("Remove the databases that the site moved away from?", abort=True, err=True)
    said = wiring.confirm_databases(wiring.settings(data), forget=forget)
    put({"done": said}, said, as_json)


@database.command()
@with_data
@with_json
@click.option("--end", "pids", type=int, multiple=True, metavar="PID", help="End this one; again for more.")
@click.option("--end-blocking", is_flag=True, help="End all that others wait for, or that write for too long.")
@click.option("--end-foreign", is_flag=True, help="End all that are not of Petrel.")
@click.pass_obj
def sessions(wiring: Wiring, data: str | None, as_json: bool, pids: tuple[int, ...], end_blocking: bool,
             end_foreign: bool) -> None:
    """Who is connected, who holds others up first. What an ended session has not committed is undone."""
    from petrel.ops.databases import sessions as room

    now = wiring.settings(data)
    with wiring.databases(now, say, migrate=False) as addresses:
        found = asyncio.run(room.sessions(addresses))
        if pids or end_blocking or end_foreign:
            found = [one for one in found if one.pid in pids or (end_blocking and one.is_in_the_way)
                     or (end_foreign and not one.ours)]
            ended = asyncio.run(room.end(addresses, found))
            put({"ended": ended, "sessions": found}, f"Ended: {ended}." if found else "Nobody is to be ended.", as_json)
            return
    rows = [("!" if one.is_in_the_way else "", one.pid, one.cluster, one.login, one.program or "-", one.state,
             f"{one.open_s:.0f} s" if one.open_s else "", one.holds_up or "") for one in found]
    put(found, lambda: table(rows, ("", "pid", "server", "login", "program", "state", "transaction", "holds up")),
        as_json)


def _progress(table: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        share = 100 * done // total if total else 0
        click.echo(f"\r{share:3d} %  {table:40.40s}", nl=False, err=True)
