"""`petrel policy`: the number of the privacy policy in force, and raising it. Nothing lowers it."""

from typing import Any

import click

from petrel.cli.common import put, say, table, with_data, with_json
from petrel.cli.wiring import Wiring


@click.group()
def policy() -> None:
    """Show which privacy policy is in force and which programs know it; raise it."""


@policy.command()
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """The number in force, this program's, every one there was, and the programs that are connected."""
    from petrel.core.doors import reading
    from petrel.core.policy import POLICY
    from petrel.core.viewer import System
    from petrel.ops import policy as room

    async def work() -> dict[str, Any]:
        async with reading(System("policy")) as r:
            history = await room.history(r)
            return {"in_force": history[-1].number, "this_program": POLICY, "history": history,
                    "programs": await room.programs(r)}

    found = wiring.call(wiring.settings(data), work, say)
    put(found, lambda: _told(found), as_json)


@policy.command("raise")
@click.argument("number", type=click.IntRange(1, 1_000_000))
@click.option("--request", type=int, required=True, help="Number of the approved request (petrel access ask "
                                                         "policy.raise policy=NUMBER).")
@with_data
@with_json
@click.pass_obj
def raise_(wiring: Wiring, number: int, request: int, data: str | None, as_json: bool) -> None:
    """Put policy NUMBER into force, for ever: programs that do not know it then get what is public, and no more."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.ops import policy as room

    async def work() -> None:
        async with writing(System("cli"), cause="petrel policy raise") as w:
            await room.raise_to(w, number, request)

    wiring.call(wiring.settings(data), work, say)
    put({"in_force": number}, f"Policy {number} is in force.", as_json)


def _told(found: dict[str, Any]) -> str:
    versions = [(v.number, f"{v.in_force_at:%Y-%m-%d %H:%M} UTC", v.reason) for v in found["history"]]
    programs = [(p.build, p.policy, p.sessions, "outdated" if p.is_outdated else "") for p in found["programs"]]
    return "\n".join([
        f"In force: {found['in_force']}. This program knows {found['this_program']}.", "",
        table(versions, ("policy", "since", "why")), "", table(programs, ("build", "knows", "sessions", ""))])
