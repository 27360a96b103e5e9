"""The way back to the release before, while no contract step was run and no policy raised that it does not know."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from petrel.ops.processes import read_status
from petrel.ops.upgrades import records
from petrel.ops.upgrades.records import Record
from petrel.ops.upgrades.running import Hands, _at, _contracts, _note, hand_over
from petrel.ops.upgrades.shapes import CannotUpgrade, Problem
from petrel.storage import migrate, replacing
from petrel.storage.postgres import holder_of

FORWARD = "There is no way back by command; a backup from before is one (docs/handbook/restore.md)."


def way_back(folder: Path) -> Record:
    """What would be undone. Errors: CannotUpgrade, where there is nothing, or the older release is no longer there."""
    record = records.read(folder)
    if record is None:
        raise CannotUpgrade(Problem("This site did not come here by `petrel upgrade`.", FORWARD))
    if record.step == "back":
        raise CannotUpgrade(Problem(f"The site is back at {record.giver.name} already.", "There is nothing to do."))
    if record.giver == record.taker:
        raise CannotUpgrade(Problem("The last upgrade was from this release to itself.", FORWARD))
    if problem := record.giver.why_not_here():
        raise CannotUpgrade(Problem(f"{record.giver.name} cannot be started: {problem}.",
                                    "Install it again in the same place, and try again. " + FORWARD))
    return record


async def why_not(record: Record, main: Any) -> Problem | None:
    """What has happened in the database since that the older release could not live with."""
    if since := sorted(set(await _contracts(main)) - set(record.contracts)):
        return Problem(f"Contract steps were run since: {', '.join(since)}. What the older release needs is gone.",
                       FORWARD)
    if (in_force := await migrate.policy_in_force(main)) > record.giver.policy:
        return Problem(f"Privacy policy {in_force} is in force, and the older release knows {record.giver.policy}.",
                       "The policy only moves forward: install a later release instead.")
    return None


def go_back(folder: Path, hands: Hands, say: Callable[[str], None]) -> Record:
    """To the release before; what the newer one added to the database stays, unused. Errors: CannotUpgrade."""
    with records.one_at_a_time(folder):
        return _go_back(folder, hands, say)


def _go_back(folder: Path, hands: Hands, say: Callable[[str], None]) -> Record:
    record = way_back(folder)
    if problem := hands.owning(lambda main: why_not(record, main)):
        raise CannotUpgrade(problem)
    _try(record, folder)
    status = read_status(folder) if holder_of(folder) is not None else None
    if status is None:
        records.write(folder, _at(record, "back"))
        say("The site does not run: it will be served by the older release when it is started with it.")
        return record
    hand_over(folder, status, record.giver, _at(record, "done"), say)
    hands.owning(replacing.drop_left_over)
    hands.doors(lambda: _note("back", record.taker, record.giver))
    records.write(folder, _at(record, "back"))
    return record


def _try(record: Record, folder: Path) -> None:
    """The older release must begin at all, and know every setting. Errors: CannotUpgrade."""
    tried = subprocess.run(record.giver.command("settings", "show", "--data", str(folder)), capture_output=True,
                           text=True, env=record.giver.environment(), timeout=120, check=False)
    if tried.returncode != 0:
        raise CannotUpgrade(Problem(f"{record.giver.name} does not begin: {tried.stderr.strip()[-500:]}",
                                    "Take back what it does not know (`petrel settings`), and try again."))
