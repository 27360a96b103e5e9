"""`petrel signup`: who wants in, the gate, taking back a wave."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from petrel.cli.accounts import find
from petrel.cli.changes import shown, told
from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

TIME = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"])


@click.group()
def signup() -> None:
    """Let people in or not, shut and open the gate, take back a wave of sign-ups."""


@signup.command()
@click.option("--waiting", is_flag=True, help="Only who waits to be let in.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, waiting: bool, limit: int, data: str | None, as_json: bool) -> None:
    """Whether the gate is open, and who came lately: when, how many from the same network, what they answered."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import signup as room

    async def work() -> tuple[Any, list[Any]]:
        async with reading(System("cli")) as r:
            return await room.crew.wave(r), await room.crew.arrivals(r, waiting=waiting, most=limit)

    wave, found = wiring.call(wiring.settings(data), work, say)
    rows = [(f"@{one.handle}", f"{one.at:%Y-%m-%d %H:%M}",
             "waits" if one.waits else "undone" if one.is_undone else "invited" if one.is_invited else "",
             one.peers or "", " ".join(one.answers.split())[:60]) for one in found]
    head = "The gate is open." if wave is None else (
        f"The gate is shut since {wave.shut_at:%Y-%m-%d %H:%M} UTC: {wave.why}. {wave.arrivals} came in "
        f"since {wave.since_at:%Y-%m-%d %H:%M}, {wave.waiting} wait. `petrel signup undo` takes back who came in (with "
        "--waiting: who waits too), `petrel signup open` opens.")
    text = f"{head}\n{table(rows, ('who', 'came (UTC)', '', 'same network', 'answer'))}" if rows else head
    put({"wave": wave, "arrivals": [msgspec.to_builtins(one) | {"account": str(one.account)} for one in found]}, text,
        as_json)


@signup.command()
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def admit(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """Let somebody in who waits; they are told by mail."""
    from petrel.features import signup as room

    async def work(actor: Any) -> None:
        await room.crew.admit(actor, (await find(handle)).id, cause="petrel signup admit")

    _act(wiring, data, work)
    put({"admitted": True}, f"@{handle.removeprefix('@')} is in.", as_json)


@signup.command()
@click.argument("handle")
@with_data
@with_json
@click.pass_obj
def refuse(wiring: Wiring, handle: str, data: str | None, as_json: bool) -> None:
    """Turn somebody away who waits: the account goes with all that is in it; they are told by mail."""
    from petrel.features import signup as room

    async def work(actor: Any) -> None:
        await room.crew.refuse(actor, (await find(handle)).id, cause="petrel signup refuse")

    _act(wiring, data, work)
    put({"refused": True}, f"@{handle.removeprefix('@')} is gone.", as_json)


@signup.command("open")
@with_data
@with_json
@click.pass_obj
def open_(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Open the gate again: people join as the setting registrations says."""
    from petrel.features import signup as room

    done = _act(wiring, data, lambda actor: room.crew.open_gate(actor, cause="petrel signup open"))
    put({"opened": done}, "The gate is open." if done else "The gate was open already.", as_json)


@signup.command()
@with_data
@with_json
@click.pass_obj
def shut(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Shut the gate: until it is opened, only the invited join."""
    from petrel.features import signup as room

    done = _act(wiring, data, lambda actor: room.crew.shut(actor, cause="petrel signup shut"))
    put({"shut": done}, "The gate is shut." if done else "The gate was shut already.", as_json)


@signup.command()
@click.option("--since", type=TIME, help="UTC. Without it: the wave for which the gate is shut.")
@click.option("--until", type=TIME, help="UTC; now, if it is not said.")
@click.option("--like", metavar="HANDLE", help="Only who came from the network of this account.")
@click.option("--waiting", is_flag=True, help="Also who waits to be let in.")
@click.option("--back", is_flag=True, help="The other way round: bring them back.")
@click.option("--dry-run", is_flag=True, help="Only say how many, and between which times.")
@click.option("--reason", default="they are not people", show_default=True, help="Why, where it is a change.")
@with_data
@with_json
@click.pass_obj
def undo(wiring: Wiring, /, since: datetime | None, until: datetime | None, like: str | None, waiting: bool, back: bool,
         dry_run: bool, reason: str, data: str | None, as_json: bool) -> None:
    """Suspend everybody who came in without an invitation between two times: a whole wave. Whom the crew has let in
    stays, and who waits to be let in goes on waiting. --back undoes that.

    So many (setting accounts_at_once) are moved at once. More are gathered for a change, which is planned here, and
    begins with `petrel changes start`.
    """
    from petrel.core.doors import reading, writing
    from petrel.core.errors import Invalid
    from petrel.core.viewer import System
    from petrel.features import signup as room
    from petrel.ops import changes

    async def work(actor: Any) -> tuple[datetime, datetime, int, Any]:
        async with reading(System("cli")) as r:
            wave = await room.crew.wave(r)
        if since is None and wave is None:
            raise Invalid(message="The gate is open, so there is no wave to go by: say --since, and perhaps --until.")
        start = since.replace(tzinfo=UTC) if since else wave.since_at       # type: ignore[union-attr]
        end = until.replace(tzinfo=UTC) if until else datetime.now(UTC)
        whom: Any = {"like": (await find(like)).id if like else None, "waiting": waiting, "back": back}
        if dry_run:
            async with reading(System("cli")) as r:
                return start, end, await room.crew.in_wave(r, start, end, **whom), None
        try:
            return start, end, await room.crew.undo(actor, start, end, **whom, cause="petrel signup undo"), None
        except room.crew.TakesAChange:
            async with writing(System("cli"), cause="petrel signup undo") as w:
                number = await room.crew.gather(w, start, end, **whom)
                planned = await changes.plan(w, "wave", {"set": str(number), "to": "in" if back else "out"}, reason)
            return start, end, int(planned[0].what["accounts"]), planned

    start, end, count, planned = _act(wiring, data, work)
    said = f"From {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC: {count} accounts "
    if planned is not None:
        put({"since": start, "until": end, "accounts": count, "change": shown(planned[0])},
            f"{said}are too many to be moved at once, so it is a change. Nothing is done yet.\n{told(*planned)}\n"
            f"Who they are: petrel signup gathered {planned[0].what['set']}", as_json)
        return
    did = f"{'would be' if dry_run else 'were'} {'brought back' if back else 'suspended'}"
    put({"since": start, "until": end, "accounts": count}, f"{said}{did}.", as_json)


@signup.command()
@click.argument("number", type=int)
@with_data
@with_json
@click.pass_obj
def gathered(wiring: Wiring, number: int, data: str | None, as_json: bool) -> None:
    """Who is in the set NUMBER, which a change is about, and who of them is out by now."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.features import signup as room

    async def work() -> list[tuple[str, bool]]:
        async with reading(System("cli")) as r:
            return await room.crew.named(r, number)

    found = wiring.call(wiring.settings(data), work, say)
    rows: list[tuple[Any, ...]] = [(f"@{handle}", "out" if is_out else "") for handle, is_out in found]
    put([{"handle": handle, "is_out": is_out} for handle, is_out in found],
        lambda: table(rows, ("who", "")) if rows else f"Nobody is in {number}.", as_json)


def _act(wiring: Wiring, data: str | None, act: Callable[[Any], Awaitable[Any]]) -> Any:
    from petrel.core.viewer import System

    return wiring.call(wiring.settings(data), lambda: act(System("cli")), say)
