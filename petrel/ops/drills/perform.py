"""Runs one drill from the lock to the verdict."""

import asyncio
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from petrel.core.errors import PetrelError
from petrel.ops.drills import records
from petrel.ops.drills.find import Run, load
from petrel.ops.drills.judge import judge
from petrel.ops.drills.lock import measuring
from petrel.ops.drills.scenarios import now_utc
from petrel.ops.drills.shapes import Broken, Drill, Impossible, Outcome, Verdict, Word
from petrel.ops.drills.stage import OpenDoors, Say, Stage
from petrel.storage.build import build_of
from petrel.storage.postgres import holder_of

Ended = tuple[Drill | None, Outcome | None, Verdict]


def run(name: str, open_doors: OpenDoors, say: Say, *, sabotage: bool, keeps: bool = False) -> Ended:
    """The whole drill. Whatever goes wrong in it is a verdict too; only KeyboardInterrupt is raised, for SIGTERM too.

    `keeps`: the scratch directory stays, to be looked at.
    """
    try:
        drill, act = load(name)
        with measuring(f"petrel drill {name}"):
            build = build_of()
            return drill, *_acted(drill, act, open_doors, say, build=build, sabotage=sabotage, keeps=keeps)
    except (Broken, PetrelError, ImportError, SyntaxError, AttributeError) as e:
        why = e.message if isinstance(e, PetrelError) else str(e)
        return None, None, broken(name, why, sabotage=sabotage)


def broken(name: str, why: str, *, sabotage: bool) -> Verdict:
    """Of a drill that did not even begin."""
    return Verdict(drill=name, verdict="broken", harm=(), figures={}, tier="real", build=build_of(),
                   at=now_utc().isoformat(), sabotage=sabotage, why=why)


def _acted(drill: Drill, act: Run, open_doors: OpenDoors, say: Say, *, build: str, sabotage: bool,
           keeps: bool) -> tuple[Outcome | None, Verdict]:
    folder = Path(tempfile.mkdtemp(prefix="petrel-drill-"))
    began = now_utc()
    try:
        stage = Stage(folder, open_doors, say, sabotage=sabotage)
        outcome, word, why = asyncio.run(_judged(drill, act, stage))
    finally:
        if keeps:
            say(f"Kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    now = now_utc()
    figures = {} if outcome is None else outcome.figures
    verdict = Verdict(
        drill=drill.name, verdict=word, harm=outcome.harm if outcome and word in ("passed", "failed") else (),
        figures={**figures, "took_s": round((now - began).total_seconds(), 1)}, tier=drill.tier, build=build,
        at=now.isoformat(), sabotage=sabotage, why=why)
    return outcome, verdict


async def _judged(drill: Drill, act: Run, stage: Stage) -> tuple[Outcome | None, Word, str]:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)   # clean up, as for Ctrl-C
    try:
        async with asyncio.timeout(drill.limit_s):
            outcome = await act(stage)
    except Impossible as e:
        return None, "impossible", str(e)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None       # told to stop: that is no verdict
    except TimeoutError:
        return None, "broken", f"it did not end within {drill.limit_s:.0f} s"
    except Exception as e:
        stage.say(traceback.format_exc())
        return None, "broken", f"{type(e).__name__}: {e}"
    return outcome, *judge(drill, outcome, sabotage=stage.sabotage)


def keep(data: Path, verdict: Verdict, open_doors: OpenDoors, say: Callable[[str], None]) -> None:
    """The verdict into the file, and into the journal where the site of `data` runs. Never spoils the verdict."""
    try:
        records.keep(data, verdict)
    except OSError as e:
        say(f"The verdict could not be kept in {records.file_of(data)}: {e.strerror}")
        return
    if holder_of(data) is None:
        say(f"Kept in {records.file_of(data)}. The site there is not running: its journal takes the verdict later.")
        return

    async def take() -> int:
        async with open_doors(data):
            return await records.record(data)

    try:
        count = asyncio.run(take())
        say(f"Kept in {records.file_of(data)} and as {count} entries in the journal of the site there.")
    except (PetrelError, OSError) as e:
        say(f"Kept in {records.file_of(data)}, but not in the journal: {e!r}")
