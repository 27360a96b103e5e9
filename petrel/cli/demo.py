"""`petrel demo`: a site full of invented people, to look at and to play with."""

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from petrel.cli.common import put, say, with_json
from petrel.cli.wiring import Wiring
from petrel.core.errors import Conflict

if TYPE_CHECKING:
    from petrel.ops.demo import Filled

DIRECTORY = "petrel-demo"
NOTE = "demo.json"
WORDS = ("anchor", "beacon", "cedar", "dune", "ember", "fjord", "gannet", "harbour", "island", "juniper", "kelp",
         "lagoon", "meadow", "north", "otter", "pebble", "quay", "reef", "spindrift", "tern", "upland", "vessel",
         "willow", "yarrow")
DESCRIPTION = "A small harbour of invented people: sea birds, bread, trains, and machines that are boring on purpose."


class Note(msgspec.Struct, frozen=True):
    """What is kept beside the demo's data, so that a second start can say it again."""

    password: str
    people: list[str]


@click.command()
@click.option("--data", metavar="DIR", help=f"Directory for the demo alone.  [default: {DIRECTORY}]")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.  [default: 8000]")
@click.option("--no-serve", is_flag=True, help="Only make it; `petrel demo` serves it later.")
@with_json
@click.pass_obj
def demo(wiring: Wiring, data: str | None, host: str | None, port: int | None, no_serve: bool, as_json: bool) -> None:
    """Make a demo site in a directory of its own (petrel-demo), and serve it until Ctrl-C.

    Everybody in it is invented. The password that is printed opens all accounts; remove the directory to be rid of it.
    """
    data = data or DIRECTORY
    now = wiring.settings(data, host=host, port=port)
    note = _note(now.folder) or _make(wiring, data, now)
    put({"data": str(now.folder), "password": note.password, "people": note.people}, _said(note), as_json)
    if not no_serve:
        sys.exit(wiring.up(wiring.settings(data, host=host, port=port), say if as_json else click.echo))


def _note(folder: Path) -> Note | None:
    """Of a demo made earlier; None where there is nothing yet. Errors: Conflict."""
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=Note)
    except FileNotFoundError:
        if folder.exists() and any(folder.iterdir()):
            raise Conflict(f"{folder} is not a demo, or its making was interrupted. "
                           "Remove it, or choose another directory with --data.") from None
        return None


def _make(wiring: Wiring, data: str, now: "object") -> Note:
    from petrel.ops import demo as room

    password = "-".join((secrets.choice(WORDS), secrets.choice(WORDS), str(secrets.randbelow(9000) + 1000)))

    async def work() -> "Filled":
        return await room.fill(password, say)

    wiring.call(now, work, say)
    for name, value in (("site_name", "Petrel"), ("site_description", DESCRIPTION)):
        wiring.set(data, name, value)
    note = Note(password, [person.handle for person in room.CAST if not person.is_bot])
    path = Path(data).absolute() / NOTE
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(note))
    return note


def _said(note: Note) -> str:
    return (f"All accounts of this demo sign in with the password {note.password}\n"
            f"  {note.people[0]} keeps the site; the others are {', '.join(note.people[1:])}.\n"
            "They are invented. Do not show this site to the internet.")
