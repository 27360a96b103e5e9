"""`petrel changes`: what alters the running site, planned, watched and undone."""

import math
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.core.doors import Reader, Writer
    from petrel.ops.changes import Change, Plan

SUSPECTS = 10
with_number = click.argument("number", type=int)


@click.group()
def changes() -> None:
    """Plan what alters the running site, and watch it go from cell to cell.

    A change goes to one cell of sixteen first, then to a quarter, then to all but one, and is confirmed when nothing
    spoke against it; more answers that fail or are slow where it is, and it is undone by itself.
    """


@changes.command()
@with_json
def kinds(as_json: bool) -> None:
    """What can be changed so."""
    from petrel.ops.changes import KINDS

    rows = [(name, " ".join(kind.fields), kind.sentence) for name, kind in sorted(KINDS.items())]
    put([{"kind": a, "fields": b.split(), "sentence": c} for a, b, c in rows],
        lambda: table(rows, ("kind", "takes", "")), as_json)


@changes.command()
@click.argument("kind")
@click.argument("what", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--reason", required=True, help="Why; whoever finds this change at night decides by it.")
@click.option("--needs", type=int, help="Number of a change that this one builds on.")
@with_data
@with_json
@click.pass_obj
def plan(wiring: Wiring, /, kind: str, what: tuple[str, ...], reason: str, needs: int | None, data: str | None,
         as_json: bool) -> None:
    """Write down what a change would do, where, in which order, and how it is undone. Does nothing yet."""
    from petrel.core.errors import Invalid
    from petrel.ops import changes as room

    given = {}
    for one in what:
        name, equals, value = one.partition("=")
        if not equals:
            raise Invalid(None, f"{one} is not NAME=VALUE")
        given[name] = value

    async def work(w: "Writer") -> "tuple[Change, room.Plan]":
        return await room.plan(w, kind, given, reason, needs)

    change, planned = _act(wiring, data, work, lambda: room.look(kind, given))
    put(shown(change) | {"effect": planned.effect}, lambda: told(change, planned), as_json)


@changes.command()
@with_number
@click.option("--request", type=int, help="Number of the approved request, for what takes two people.")
@with_data
@with_json
@click.pass_obj
def start(wiring: Wiring, number: int, request: int | None, data: str | None, as_json: bool) -> None:
    """Give change NUMBER to its first cell. It goes on by itself."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import changes as room

    async def look() -> None:
        async with reading(System("cli")) as r:
            found = await room.find(r, number)
        await room.look(found.kind, found.what)

    change = _act(wiring, data, lambda w: room.start(w, number, request), look)
    put(shown(change), f"It goes to cell {change.cells[0]}. petrel changes show {number} says how it fares.", as_json)


@changes.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True)
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool, limit: int) -> None:
    """Changes under way first, then the newest. Says when all are frozen."""
    from petrel.ops import changes as room

    found, frozen = _act(wiring, data, lambda w: _both(room.listed(w, limit), room.frozen(w)))
    rows = [(c.id, c.state, c.kind, _what(c.what), f"{c.reach} of {len(c.visiting)}", _when(c.ended_at or c.wave_at),
             c.why) for c in found]
    if frozen is not None and not as_json:
        click.echo(f"ALL CHANGES ARE FROZEN since {frozen.since:%F %T} UTC: {frozen.why}\n")
    put({"frozen": frozen, "changes": [shown(c) for c in found]},
        lambda: table(rows, ("number", "state", "kind", "what", "cells", "since (UTC)", "")) if rows
        else "Nothing was ever changed this way.", as_json)


@changes.command()
@with_number
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, number: int, data: str | None, as_json: bool) -> None:
    """One change: what, where, how it fares. Exit code 1 when it was undone."""
    from petrel.ops import changes as room

    change, way = _seen(wiring, data, lambda r: room.way_of(r, number))
    lines = [("what", f"{change.kind} {_what(change.what)}"), ("why", change.reason),
             ("state", f"{change.state}: {change.why}" if change.why else change.state),
             ("has it", ", ".join(map(str, change.cells)) or "no cell"),
             ("control", ", ".join(map(str, change.visiting[change.reach:])) or "none is left"),
             ("judged by", f"{change.evidence.exposed} trials where it is, {change.evidence.control} where it is not"),
             ("undone by", _what(change.inverse)), ("way back", way.line), ("planned", _when(change.made_at)),
             ("last step", _when(change.wave_at)), ("ends by", _when(change.confirm_by))]
    if change.state == "planned":
        lines.append(("begins by", _begins(change)))
    put(shown(change) | {"way_back": way.answer}, lambda: table(lines, ("", "")), as_json)
    sys.exit(1 if change.state == "undone" else 0)


@changes.command()
@with_number
@click.option("--reason", required=True)
@with_data
@click.pass_obj
def undo(wiring: Wiring, number: int, reason: str, data: str | None) -> None:
    """Take change NUMBER back from every cell, now. Takes one person."""
    from petrel.ops import changes as room

    async def work(w: "Writer") -> None:
        await room.undo(w, await room.find(w, number), reason)

    _act(wiring, data, work)
    click.echo("Undone. It is gone from every process within seconds.")


@changes.command()
@with_number
@click.option("--reason", help="Plan it, too, when it is safe; why: whoever finds this at night decides by it.")
@with_data
@with_json
@click.pass_obj
def revert(wiring: Wiring, number: int, reason: str | None, data: str | None, as_json: bool) -> None:
    """What going back from change NUMBER would take, whenever it was. Does nothing yet.

    Safe, safe after something else, or one way, with why and with the commands in order. With --reason a safe one is
    planned as a change of its own; `petrel changes start` starts that. Exit code 1 when it cannot be gone back from.
    """
    from petrel.ops import changes as room

    change, way = _seen(wiring, data, lambda r: room.way_of(r, number))
    made = None
    if reason is not None and way.answer == "safe" and way.do[0].startswith("petrel changes revert"):
        made, _ = _act(wiring, data, lambda w: room.plan(w, change.kind, change.inverse, reason),
                       lambda: room.look(change.kind, change.inverse))
    do = (f"petrel changes start {made.id}",) if made is not None else way.do
    put({"answer": way.answer, "says": way.says, "why": way.why, "first": [str(one) for one in way.first],
         "do": do, "planned": str(made.id) if made is not None else None},
        lambda: "\n".join((way.says, *(f"  {why}" for why in way.why), *(f"    {one}" for one in do))), as_json)
    sys.exit(1 if way.answer == "one way" else 0)


@changes.command()
@click.option("--hours", type=click.IntRange(1, 24), default=24, show_default=True)
@with_data
@with_json
@click.pass_obj
def suspects(wiring: Wiring, hours: int, data: str | None, as_json: bool) -> None:
    """Which changes explain what cells went through in the last hours, the likeliest first.

    By answers that failed or were slow in the cells that a change had come to, minute by minute. Nothing is said of a
    change that all cells have had all the time; of those that harm only together `petrel changes narrow` tells.
    """
    from petrel.ops import changes as room

    now = datetime.now(UTC)
    found = _seen(wiring, data, lambda r: room.suspects(r, now - timedelta(hours=hours), now))
    rows = [(one.change.id, _likelier(one.score), one.change.kind, _what(one.change.what), one.change.state,
             f"petrel changes {'undo' if one.change.is_open else 'revert'} {one.change.id} --reason ...")
            for one in found[:SUSPECTS]]
    put([shown(one.change) | {"score": round(one.score, 2)} for one in found],
        lambda: table(rows, ("number", "likelier if it harms", "kind", "what", "state", "goes by")) if rows
        else "Nothing was changed in these hours.", as_json)


@changes.command()
@click.option("--by", type=click.Choice(["failed", "slow"]), default="failed", show_default=True,
              help="What hurts: answers that fail, or that are slow.")
@click.option("--reason", help="Plan the next round, too; why: whoever finds this at night decides by it.")
@with_data
@with_json
@click.pass_obj
def narrow(wiring: Wiring, by: str, reason: str | None, data: str | None, as_json: bool) -> None:
    """Which change of a flag harms, or which two together: by rounds that take some of them out of some cells.

    Says what is believed after the rounds so far, and what the next would be. With --reason that is planned as a change
    of its own; `petrel changes start` starts it, from cell to cell like any other. Does nothing else.
    """
    from petrel.ops import changes as room

    one = _seen(wiring, data, lambda r: room.narrow(r, by, datetime.now(UTC)))
    lines = [f"{len(one.known.changes)} changes can be taken out of cells, {one.others} cannot. Rounds: {one.rounds}.",
             *(f"  {weight:4.0%} {' together with '.join(map(str, which))}" for weight, which in one.known.ways)]
    do = [f"petrel changes revert {number}" for number in one.known.cheapest]
    if one.known.guilty:
        lines.append("It is this. What going back takes:" if len(do) == 1 else
                     "It is these, together: one has to go, best the first. What that takes:")
    elif one.open_round is not None:
        lines.append(f"Round {one.open_round.id} is there. End it after {_when(one.ripe_at)} UTC, and look again.")
        do = [f"petrel changes undo {one.open_round.id} --reason \"the round is over\"",
              f"petrel changes narrow --by {by}"]
    elif not one.next:
        lines.append("It is none of these." if one.known.changes else "There is nothing to try.")
    else:
        out = room.by_change(one.next)
        lines.append(f"Next: {len(out)} changes out of some cells each, for ten minutes.")
        do = [f"petrel changes narrow --by {by} --reason \"looking for what harms\""]
        if reason is not None:
            what = {"without": room.written(out)}
            made, _ = _act(wiring, data, lambda w: room.plan(w, "without", what, reason))
            do = [f"petrel changes start {made.id}", f"petrel changes narrow --by {by}"]
    put({"suspects": [str(number) for number in one.known.changes], "others": one.others, "rounds": one.rounds,
         "ways": [{"weight": round(weight, 4), "changes": [str(n) for n in which]}
                  for weight, which in one.known.ways],
         "guilty": [str(number) for number in one.known.guilty], "do": do},
        lambda: "\n".join((*lines, *(f"    {command}" for command in do))), as_json)


@changes.command()
@with_number
@click.option("--reason", required=True)
@with_data
@click.pass_obj
def pause(wiring: Wiring, number: int, reason: str, data: str | None) -> None:
    """Keep change NUMBER where it is."""
    from petrel.ops import changes as room

    async def work(w: "Writer") -> None:
        await room.pause(w, await room.find(w, number), reason)

    _act(wiring, data, work)
    click.echo("It stays where it is. When nobody says more within the hour of its start it is undone.")


@changes.command()
@with_number
@with_data
@click.pass_obj
def resume(wiring: Wiring, number: int, data: str | None) -> None:
    """Let change NUMBER go on: you have looked, and what fired was not its doing."""
    from petrel.ops import changes as room

    async def work(w: "Writer") -> None:
        await room.resume(w, await room.find(w, number))

    _act(wiring, data, work)
    click.echo("It goes on.")


@changes.command()
@with_number
@with_data
@click.pass_obj
def confirm(wiring: Wiring, number: int, data: str | None) -> None:
    """Say that change NUMBER did what it was to do: everybody has it from now on."""
    from petrel.ops import changes as room

    async def work(w: "Writer") -> None:
        await room.confirm(w, await room.find(w, number), "somebody of the crew confirmed it")

    _act(wiring, data, work)
    click.echo("Confirmed.")


@changes.command()
@with_number
@with_data
@click.pass_obj
def drop(wiring: Wiring, number: int, data: str | None) -> None:
    """Throw away a plan that was not started."""
    from petrel.ops import changes as room

    async def work(w: "Writer") -> None:
        await room.drop(w, await room.find(w, number))

    _act(wiring, data, work)
    click.echo("Dropped.")


@changes.command()
@click.option("--reason", required=True)
@with_data
@click.pass_obj
def freeze(wiring: Wiring, reason: str, data: str | None) -> None:
    """Nothing begins or goes on from now on; undoing still works. Takes one person, thawing takes two."""
    from petrel.ops import changes as room

    done = _act(wiring, data, lambda w: room.freeze(w, reason))
    click.echo(f"All changes are frozen{'' if done else ' already'}. To thaw, two people: "
               "petrel access ask change.thaw since=... (petrel changes list says since when)")


@changes.command()
@click.option("--request", type=int, required=True, help="Number of the approved request.")
@with_data
@click.pass_obj
def thaw(wiring: Wiring, request: int, data: str | None) -> None:
    """Let changes begin and go on again, by an approved request."""
    from petrel.ops import changes as room

    _act(wiring, data, lambda w: room.thaw(w, request))
    click.echo("Changes go on.")


def told(change: "Change", planned: "Plan") -> str:
    """What is to be known of a plan before it is started."""
    return "\n".join((
        f"Change {change.id}: {planned.effect}",
        f"  goes to cells {', '.join(map(str, change.visiting))}, in this order",
        f"  is undone by {_what(change.inverse)}",
        f"  risk {change.risk}, plan {change.plan.hex()[:16]}",
        f"Start it: {_begins(change)}"))


def _begins(change: "Change") -> str:
    asks = f" --request N (petrel access ask change.start change={change.id} plan={change.plan.hex()[:16]})"
    return f"petrel changes start {change.id}" + (asks if change.risk >= 2 else "")


def _act(wiring: Wiring, data: str | None, act: "Callable[[Writer], Awaitable[Any]]",
         look: Callable[[], Awaitable[None]] | None = None) -> Any:
    """In one transaction, as the command line; before it `look`."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System

    async def work() -> Any:
        if look is not None:
            await look()
        async with writing(System("cli"), cause="petrel changes") as w:
            return await act(w)

    return wiring.call(wiring.settings(data), work, say)


def _seen(wiring: Wiring, data: str | None, look: "Callable[[Reader], Awaitable[Any]]") -> Any:
    from petrel.core.doors import reading
    from petrel.core.viewer import System

    async def work() -> Any:
        async with reading(System("cli")) as r:
            return await look(r)

    return wiring.call(wiring.settings(data), work, say)


async def _both(one: Awaitable[Any], other: Awaitable[Any]) -> tuple[Any, Any]:
    return await one, await other


def shown(change: "Change") -> dict[str, Any]:
    """As JSON has it."""
    return {"id": str(change.id), "kind": change.kind, "what": change.what, "inverse": change.inverse,
            "plan": change.plan.hex(), "risk": change.risk, "visiting": list(change.visiting),
            "cells": list(change.cells), "state": change.state, "reason": change.reason, "why": change.why,
            "made_at": change.made_at, "wave_at": change.wave_at, "confirm_by": change.confirm_by,
            "ended_at": change.ended_at}


def _what(what: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in what.items())


def _likelier(score: float) -> str:
    return f"{math.exp(score):.3g} times" if score < 30 else "beyond doubt"


def _when(at: Any) -> str:
    return f"{at:%F %T}" if at else ""
