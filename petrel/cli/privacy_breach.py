"""`petrel privacy breach`: the files of breaches, their clocks, and the drafts of what has to be said."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.ops.breaches import Breach, Note

with_number = click.argument("number", type=int)


@click.group()
def breach() -> None:
    """Times when somebody could see what is not theirs. From finding it, 72 hours to tell the authority."""


@breach.command("list")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """All, newest first."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import breaches

    async def work() -> "list[Breach]":
        async with reading(System("breaches")) as r:
            return await breaches.listed(r)

    found = wiring.call(wiring.settings(data), work, say)
    rows = [(one.id, one.state, one.surface, one.door, f"{one.found_at:%Y-%m-%d %H:%M:%S}", _left(one))
            for one in found]
    put(found, lambda: table(rows, ("number", "state", "surface", "door", "found", "clock")), as_json)


@breach.command()
@with_number
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, number: int, data: str | None, as_json: bool) -> None:
    """One breach: what was seen, since when, what was noted, how to learn who read what, and the drafts."""
    from petrel.core import limits
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import breaches

    async def work() -> "tuple[Breach, list[Note], str]":
        async with reading(System("breaches")) as r:
            return await breaches.find(r, number), await breaches.notes(r, number), limits.current().site_name

    one, noted, site = wiring.call(wiring.settings(data), work, say)
    put({"breach": one, "notes": noted}, lambda: "\n".join(
        [*_told(one), *(f"  {n.at:%Y-%m-%d %H:%M} {n.state}: {n.text}" for n in noted), "",
         breaches.to_authority(one, site), "", breaches.to_people(one, site)]), as_json)


@breach.command()
@with_number
@click.argument("text")
@click.option("--state", type=click.Choice(["assessed", "notified"]), help="How far it has come with this.")
@with_data
@with_json
@click.pass_obj
def note(wiring: Wiring, number: int, text: str, state: Any, data: str | None, as_json: bool) -> None:
    """Note TEXT: found out, decided or done. Kept sealed."""
    _note(wiring, number, text, state, data, as_json)


@breach.command()
@with_number
@click.option("--reason", required=True, help="Why nothing more is to be done.")
@with_data
@with_json
@click.pass_obj
def close(wiring: Wiring, number: int, reason: str, data: str | None, as_json: bool) -> None:
    """Nothing more is to be done about it. The file stays."""
    _note(wiring, number, reason, "closed", data, as_json)


def _note(wiring: Wiring, number: int, text: str, state: Any, data: str | None, as_json: bool) -> None:
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.ops import breaches

    async def work() -> "Breach":
        async with writing(System("breaches"), cause="petrel privacy breach") as w:
            return await breaches.note(w, number, text, state)

    one = wiring.call(wiring.settings(data), work, say)
    put(one, lambda: "\n".join(_told(one)), as_json)


def _told(one: "Breach") -> list[str]:
    first = one.first_at or one.found_at - timedelta(minutes=1)
    until = one.until_at or datetime.now(UTC)
    shown = one.until_at and f"{one.until_at:%Y-%m-%d %H:%M:%S} UTC"
    return [
        f"Breach {one.id}: {one.state}; {_left(one)}",
        f"  {', '.join(one.kinds)}, seen by {one.viewer}",
        f"  through {one.door} (surface {one.surface}); build {one.build}, policy {one.policy}",
        f"  not before {first:%Y-%m-%d %H:%M:%S} UTC, found {one.found_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"shut {shown or 'NOT YET'}",
        "  who read what, of one post or account (two people): petrel access ask privacy.who-saw about=ID "
        f"since={first:%Y-%m-%dT%H:%M:%SZ} until={until:%Y-%m-%dT%H:%M:%SZ} --reason 'breach {one.id}' --as HANDLE"]


def _left(one: "Breach") -> str:
    if one.state in ("notified", "closed"):
        return "nothing due"
    left_h = (one.due_at - datetime.now(UTC)).total_seconds() / 3600
    return f"{left_h:.0f} hours left" if left_h > 0 else f"OVERDUE by {-left_h:.0f} hours"
