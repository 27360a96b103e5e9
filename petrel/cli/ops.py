"""`petrel ops`: the operations console in a terminal, and what the crew does with incidents."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.core.doors import Writer
    from petrel.ops.incidents import Board, Card, Incident, Slip

WITHIN_S = 8.0
"""So long the databases are asked where one can do without."""

with_which = click.argument("which", metavar="NUMBER")
with_number = click.argument("number", type=int)
with_name = click.option("--as", "who", required=True, help="Who you are, as the crew calls you.")


@click.group(invoke_without_command=True)
@click.option("--data", metavar="DIR", help="Data directory of the site.  [default: petrel-data]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def ops(context: click.Context, data: str | None, as_json: bool) -> None:
    """Is it well; if not, what hurts whom since when, what probably did it, what is next. Exit code 1 when it is not.

    Needs no database: it shows what the site wrote down last, and says how old that is.
    """
    if context.invoked_subcommand is None:
        _screen(context.obj, data, as_json)


def _screen(wiring: Wiring, data: str | None, as_json: bool) -> None:
    from datetime import UTC, datetime

    from petrel import rescue
    from petrel.ops import incidents

    folder, now = wiring.settings_or_defaults(data).folder, datetime.now(UTC)
    board = incidents.board.read(folder)
    word, _ = incidents.telling.verdict(board, now)
    more = ["", *rescue.status(folder)] if word != "well" and folder.is_dir() else []
    put({"verdict": word, "next": incidents.telling.next_of(board, now), "board": board, "machine": more[1:]},
        lambda: "\n".join((incidents.screen(board, now), *more)), as_json)
    sys.exit(0 if word == "well" else 1)


@ops.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool, limit: int) -> None:
    """Incidents: open ones first."""
    from petrel.ops import incidents

    found: list[Incident] = _act(wiring, data, lambda w: incidents.listed(w, limit))
    rows = [(one.id, one.severity, one.root, f"{one.began_at:%F %T}", one.taken_by,
             f"{one.ended_at:%F %T}" if one.ended_at else "OPEN", one.why) for one in found]
    put(found, lambda: table(rows, ("number", "severity", "fails", "since (UTC)", "on it", "until", ""))
        if rows else "There was no incident yet.", as_json)


@ops.command()
@with_which
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, which: str, data: str | None, as_json: bool) -> None:
    """The brief of one, for whoever joins late; with its whole timeline. Without databases, as it was known last."""
    from datetime import UTC, datetime

    from petrel.ops import incidents

    now = datetime.now(UTC)
    board = incidents.board.read(wiring.settings(data).folder) or incidents.Board(at=now)
    card = _card(wiring, data, which, board)
    put(card, lambda: "\n".join((incidents.telling.brief(card, board, now), "",
                                 *map(incidents.telling.line, card.events))), as_json)


@ops.command()
@with_number
@with_data
@click.pass_obj
def draft(wiring: Wiring, number: int, data: str | None) -> None:
    """The account of one for afterwards, as far as it is known, in Markdown."""
    from petrel.ops import incidents

    click.echo(incidents.telling.draft(_card(wiring, data, str(number), None)))


@ops.command()
@with_data
@click.pass_obj
def handover(wiring: Wiring, data: str | None) -> None:
    """The card that one on call gives to the next. Needs no database."""
    from datetime import UTC, datetime

    from petrel.core.errors import NotFound
    from petrel.ops import incidents

    folder = wiring.settings_or_defaults(data).folder
    if (board := incidents.board.read(folder)) is None:
        raise NotFound(f"{folder} holds no board: has the site ever run there?")
    click.echo(incidents.telling.handover(board, datetime.now(UTC)))


@ops.command()
@with_which
@with_name
@with_data
@click.pass_obj
def take(wiring: Wiring, which: str, who: str, data: str | None) -> None:
    """Say that you are on incident NUMBER: nobody else is called. Works with the databases dead; what has no number
    yet is called by what fails."""
    from petrel.ops import incidents

    one = _say(wiring, data, incidents.slip(which, who))
    click.echo(f"Incident {one.id or one.root} is {one.taken_by}'s. "
               f"Say what you find: petrel ops note {one.id or one.root} \"...\" --as {who}")


@ops.command()
@with_which
@click.argument("said")
@with_name
@with_data
@click.pass_obj
def note(wiring: Wiring, which: str, said: str, who: str, data: str | None) -> None:
    """Write SAID into the timeline of incident NUMBER. Works with the databases dead, as `take` does."""
    from petrel.ops import incidents

    _say(wiring, data, incidents.slip(which, who, said))
    click.echo("Noted.")


@ops.command()
@with_number
@click.option("--reason", required=True)
@with_data
@click.pass_obj
def end(wiring: Wiring, number: int, reason: str, data: str | None) -> None:
    """End incident NUMBER. Those of its alerts that stand open another one."""
    from petrel.ops import incidents

    _act(wiring, data, lambda w: incidents.end(w, number, reason))
    click.echo("Ended.")


@ops.command()
@with_data
@with_json
@click.pass_obj
def drift(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """What grows a little every day, and when it will hurt."""
    from petrel.core import amounts
    from petrel.ops import signals

    found = _act(wiring, data, signals.drifts)
    rows = [(f"{one.left_days:.0f} days", f"{one.name} {one.target}", "" if one.hour > 23 else f"{one.hour:02}:00",
             amounts.of(one.name, one.first), amounts.of(one.name, one.last), one.days, one.said) for one in found]
    put(found, lambda: table(rows, ("hurts in", "series", "at (UTC)", "first", "last", "days", ""))
        if rows else "Nothing grows, as far as eight days or more tell.", as_json)


@ops.command()
@with_data
@with_json
@click.pass_obj
def census(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """What runs by the clock, by the time of day at which it last did."""
    from petrel.ops import signals

    folder = wiring.settings(data).folder
    wiring.load_rooms()
    found = _act(wiring, data, lambda w: signals.census(w, folder))
    rows = [(f"{one.last_at:%H:%M:%S}", one.kind, one.name, f"{one.every_s:g} s" if one.every_s else "",
             f"{one.last_at:%F}") for one in found]
    put(found, lambda: table(rows, ("at (UTC)", "kind", "what", "every", "last")), as_json)


def _say(wiring: Wiring, data: str | None, slip: "Slip") -> "Incident":
    """Into the databases; where they do not answer, to the brain of this machine, which writes it there later."""
    from msgspec.structs import replace

    from petrel.core.errors import NotFound, Unavailable
    from petrel.ops import incidents

    folder = wiring.settings(data).folder
    board = incidents.board.read(folder)
    known = next((card.incident for card in board.open if slip.is_of(card.incident)), None) if board else None
    try:
        heard: Incident = _act(wiring, data, lambda w: incidents.hear(w, slip), WITHIN_S if known else None)
    except (Unavailable, NotFound):
        if known is None:
            raise
        incidents.slips.leave(folder, slip)
        click.echo("The databases do not have it yet: it holds on this machine, and is written there later.", err=True)
        return known if slip.said else replace(known, taken_by=slip.who, taken_at=slip.at)
    return heard


def _card(wiring: Wiring, data: str | None, which: str, board: "Board | None") -> "Card":
    """`board`: what it is taken from where the databases do not answer."""
    from petrel.core.errors import NotFound, Unavailable
    from petrel.ops import incidents, watching

    now = wiring.settings(data)
    known = incidents.board.card(board, which) if board else None
    number = known.incident.id if known else int(which) if which.isdecimal() else 0
    if not number:
        if known is None:
            raise NotFound(f"Nothing that is called {which!r} is wrong now. `petrel ops list` shows what is.")
        return known
    plan = watching.plan(now.folder, watching.crew(now.alert_mail, now.alert_webhook))
    try:
        card: Card = _act(wiring, data, lambda w: incidents.card_of(w, number, plan), WITHIN_S if known else None)
    except Unavailable:
        if known is None:
            raise
        return known
    return card


def _act(wiring: Wiring, data: str | None, act: "Callable[[Writer], Awaitable[Any]]",
         within_s: float | None = None) -> Any:
    from petrel.core.doors import writing
    from petrel.core.viewer import System

    async def work() -> Any:
        async with writing(System("cli"), cause="petrel ops") as w:
            return await act(w)

    return wiring.call(wiring.settings(data), work, say, within_s)
