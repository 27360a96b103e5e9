"""`petrel stranger`: how the site's own stranger fares."""

import asyncio
import sys
import time

import click

from petrel.cli.common import put, say, with_data, with_json
from petrel.cli.wiring import Wiring

PROBE_S = 30.0


@click.group()
def stranger() -> None:
    """The site asks itself for what nobody may have, every ten seconds."""


@stranger.command()
@with_data
@with_json
@click.pass_obj
def show(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """When it last asked, when it had last asked everything and found nothing, and whether it is blind."""
    from petrel.core.doors import reading
    from petrel.core.viewer import System
    from petrel.ops import stranger as room

    async def work() -> "room.State":
        async with reading(System("stranger")) as r:
            return await room.state(r)

    found = wiring.call(wiring.settings(data), work, say)
    put(found, lambda: _told(found), as_json)


@stranger.command()
@with_data
@with_json
@click.pass_obj
def probe(wiring: Wiring, data: str | None, as_json: bool) -> None:
    """Ask everything at once. Exit code 1 when something was found, or it could not look."""
    from petrel.core.doors import reading
    from petrel.core.errors import Unavailable
    from petrel.core.viewer import System
    from petrel.ops import stranger as room

    async def work() -> "room.State":
        await room.probe_now()
        end = time.monotonic() + PROBE_S
        async with reading(System("stranger")) as r:
            before = await room.state(r)
            while (now := await room.state(r)).asked_at == before.asked_at or (
                    now.clean_at == before.clean_at and not now.said):
                if time.monotonic() > end:
                    raise Unavailable("The stranger has not asked. Does the site run, and is PETREL_STRANGER on?")
                await asyncio.sleep(0.1)
        return now

    found = wiring.call(wiring.settings(data), work, say)
    put(found, lambda: _told(found), as_json)
    sys.exit(1 if found.said else 0)


def _told(found: object) -> str:
    from petrel.ops.stranger import State

    assert isinstance(found, State)
    lines = [f"last asked        {found.asked_at or 'never'}", f"all well at       {found.clean_at or 'never'}"]
    if found.blind_since is not None:
        lines.append(f"BLIND since       {found.blind_since}")
    return "\n".join([*lines, *([f"it said           {found.said}"] if found.said else [])])
