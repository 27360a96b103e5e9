"""`python -m tests.ops.backups.cut CUT ...`: as `petrel ...`, and the power goes at CUT, with all processes at once."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from petrel.__main__ import main
from petrel.core import whole_file
from petrel.ops.backups import bring_back, checks, going_back, replay, restore, roll
from petrel.ops.backups.predict import Host, Load

CUTS: dict[str, tuple[Any, str, int]] = {
    "fetching": (roll, "_write", 1),
    "unsealing": (restore, "verify", 1),
    "unpacking": (restore, "extract", 700),
    "replaying the log": (bring_back, "begin_epoch", 1),
    "restrictions": (replay, "_again", 2),
    "checks": (checks, "_counts", 1),
    "finishing": (roll, "forget", 2),
    "ending": (whole_file, "settle", 0),
}
"""Before which call of what, by the name of the step. The last: after the mark has gone."""


def end() -> None:
    """Nothing is ended in order; whatever writes is gone before anything else happens."""
    here = psutil.Process()
    for process in here.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    os.kill(here.pid, signal.SIGKILL)


def cutting(real: Callable[..., Any], number: int) -> Callable[..., Any]:
    count = 0

    def call(*args: Any, **given: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            end()
        return real(*args, **given)
    return call


def _without_mark(real: Callable[..., Any]) -> Callable[..., Any]:
    def settle(path: Path) -> None:
        if (path / "main").exists() and not (path / restore.MARK).exists():
            end()
        real(path)
    return settle


def _hurry(step: str) -> None:
    """Neither foretells how long it takes nor reads everything twice; what is unpacked is proven in any case."""
    going_back.tried = lambda *_: (Load(0, 0, 0, 0, 0, 0, 0), Host(0, 0, 0, 0))      # type: ignore[assignment]
    if step != "unsealing":
        restore.verify = lambda *_: 0


if __name__ == "__main__":
    step = sys.argv.pop(1)
    _hurry(step)
    where, name, number = CUTS[step]
    setattr(where, name, cutting(getattr(where, name), number) if number else _without_mark(whole_file.settle))
    main()
