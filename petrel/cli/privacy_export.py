"""`petrel privacy export`: a copy of everything that is somebody's, as an archive, for the crew to hand over."""

from pathlib import Path
from typing import Any

import click

from petrel.cli.accounts import find
from petrel.cli.common import put, say, with_data, with_json
from petrel.cli.wiring import Wiring


@click.command()
@click.argument("handle")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_data
@with_json
@click.pass_obj
def export(wiring: Wiring, handle: str, folder: Path, data: str | None, as_json: bool) -> None:
    """Write everything that is HANDLE's into an archive in FOLDER. Begun again after a kill, it goes on."""
    from petrel.core.doors import writing
    from petrel.core.viewer import System
    from petrel.features.privacy import exporting

    folder.mkdir(parents=True, exist_ok=True)

    async def work() -> dict[str, Any]:
        account = await find(handle)
        async with writing(System("cli"), cause="petrel privacy export") as w:
            number = await exporting.ask(w, account.id, by_crew=True)
        await exporting.make(account.id, number, say)
        to = folder / f"petrel-{account.handle}-{number}.zip"
        digest = await exporting.deliver(account.id, number, to)
        return {"file": str(to), "bytes": to.stat().st_size, "sha256": digest}

    made = wiring.call(wiring.settings(data), work, say)
    put(made, f"{made['file']}: {made['bytes']} bytes, SHA-256 {made['sha256']}", as_json)
