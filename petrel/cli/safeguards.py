"""`petrel safeguards`: what must hold for each scenario, whose it is, whether it still does, what to do."""

import sys
from typing import TYPE_CHECKING, Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring

if TYPE_CHECKING:
    from petrel.ops.safeguards import Standing, View


@click.group()
def safeguards() -> None:
    """What must hold for each scenario, whose it is, whether it still does, and what to do.

    Red by itself: when a signal speaks, when fewer than two owners could come, when its proof is too old or of another
    build. Works while the site is down; then owners and signals are not known.
    """


@safeguards.command("list")
@click.option("--red", is_flag=True, help="Only what is red.")
@with_data
@with_json
@click.pass_obj
def list_(wiring: Wiring, data: str | None, as_json: bool, red: bool) -> None:
    """All rows of docs/law/SCENARIOS.md. Exit code 1 when something is red."""
    found = _view(wiring, data)
    shown = [one for one in found.standings if one.wrong or not red]
    rows = [(one.safeguard.row, one.name, _state(one), "RED" if one.wrong else "",
             "; ".join(wrong.says for wrong in one.wrong)) for one in shown]
    put([_told(one) for one in shown], lambda: "\n".join(filter(None, (
        table(rows, ("row", "safeguard", "drill", "", "why")) if rows else "Nothing is red.",
        "" if found.is_heard else "\nThe databases cannot be asked: signals and owners are not known."))), as_json)
    sys.exit(1 if found.causes else 0)


@safeguards.command()
@click.argument("name")
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, name: str, data: str | None, as_json: bool) -> None:
    """One safeguard: promise, signals, owners, what it leans on, last proof, runbook. Exit code 1 when it is red."""
    from petrel.core import amounts
    from petrel.core.errors import NotFound

    one = next((one for one in _view(wiring, data).standings if one.name == name), None)
    if one is None:
        raise NotFound(f"There is no safeguard {name}; `petrel safeguards list` has all.")
    safeguard, proof = one.safeguard, one.proof
    lines = [(f"row {safeguard.row}", name), ("promise", safeguard.promise),
             ("built", safeguard.built or "nothing"), ("open", safeguard.open or "nothing that is known")]
    lines += [("RED", f"{wrong.says}. {wrong.cure}") for wrong in one.wrong]
    lines += [("signals", ", ".join(f"{s.name}{' SPEAKS' if s.since else ''}" for s in one.signals)
               or "none: nobody would be told"),
              ("owners", _people(one)), ("keeps", ", ".join(one.keeps) or "no component"),
              ("leans on", "; ".join(f"{how}: {', '.join(names)}" for how in ("hard", "soft", "boot")
                                     if (names := getattr(safeguard, how))) or "nothing"),
              ("budgets", ", ".join(f"{n} {amounts.of(n, v)}" for n, v in safeguard.budgets.items()) or "none"),
              ("drill", _state(one))]
    if proof is not None and proof.at:
        lines += [("last run", f"{proof.at[:10]}, build {proof.build}: {proof.verdict}; without its protection: "
                               f"{proof.sabotage or 'not run'}; counts until {proof.until[:10]}"),
                  ("figures", " ".join(f"{n}={v}" for n, v in proof.figures.items()) or "none")]
    lines.append(("runbook", one.runbook or "none: nothing is built"))
    put(_told(one), lambda: table(lines, ("", "")), as_json)
    sys.exit(1 if one.wrong else 0)


@safeguards.command()
@click.argument("name")
@click.argument("people", nargs=-1, metavar="[@HANDLE]...")
@with_data
@with_json
@click.pass_obj
def own(wiring: Wiring, name: str, people: tuple[str, ...], data: str | None, as_json: bool) -> None:
    """Give NAME to two people of the crew, or more; to nobody: it is the site's owners' again.

    They are told of what fires about it. Kept in DATA/safeguards.toml.
    """
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import safeguards as room

    async def work() -> "list[room.Person]":
        async with reading(System("cli")) as r:
            return await room.crew_of(r)

    now = wiring.settings(data)
    named = room.own(now.folder, name, people, wiring.call(now, work, say))
    put({"safeguard": name, "owners": named},
        f"{name} is {' and '.join(f'@{one}' for one in named)}'s." if named else f"{name} is the site's owners'.",
        as_json)


def _view(wiring: Wiring, data: str | None) -> "View":
    """With what can be had: where the site does not run, without owners and signals."""
    from petrel.core.doors import reading
    from petrel.core.errors import PetrelError
    from petrel.core.viewer import System
    from petrel.ops import drills
    from petrel.ops import safeguards as room

    now = wiring.settings_or_defaults(data)

    async def work() -> "tuple[list[room.Person], room.Heard]":
        async with reading(System("cli")) as r:
            return await room.crew_of(r), await room.heard_of(r)

    crew, heard = None, None
    if wiring.is_running(now):
        try:
            crew, heard = wiring.call(now, work, say)
        except (PetrelError, OSError) as e:
            say(f"The databases cannot be asked: {e}")
    try:
        return room.view(now.folder, room.proofs.fresh(now.folder), crew, heard)
    except drills.Broken as e:
        raise PetrelError(str(e)) from e


def _state(one: "Standing") -> str:
    """As `petrel drills` says it."""
    return one.proof.state if one.proof is not None else "missing"


def _people(one: "Standing") -> str:
    if one.owners is None:
        return "not known" if one.safeguard.built else "none: nothing is built"
    return ", ".join(f"@{p.handle}{'' if p.is_awake else ' (away)' if p.account else ' (left)'}"
                     for p in one.owners) or "nobody"


def _told(one: "Standing") -> dict[str, Any]:
    return {"row": one.safeguard.row, "name": one.name, "drill": _state(one), "red": bool(one.wrong),
            "wrong": one.wrong, "safeguard": one.safeguard, "proof": one.proof, "signals": one.signals,
            "keeps": one.keeps, "owners": one.owners, "runbook": one.runbook}
