"""A pause while a server is restarted on purpose: whoever of this machine would begin something waits a moment, and
what has begun ends. Told by a file in DATA/run, because whoever restarts servers is another process, and another user.

Nobody waits longer than MOST_S for it, so one that is left behind by a power cut does no harm.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "databases.held"
MOST_S = 5.0
AGAIN_S = 0.02


@contextmanager
def held(run_directory: Path) -> Iterator[None]:
    """Until the block ends, or MOST_S at most. Where no site has run yet there is nobody to hold."""
    path = run_directory / NAME
    try:
        path.touch(mode=0o644)
        os.utime(path)
    except OSError:
        pass                                    # they wait for the server itself then
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def is_on(path: str) -> bool:
    """One look at a file's name, before everything that begins: nearly always there is none, and no error is made."""
    try:
        if not os.access(path, os.F_OK):
            return False
        return 0 <= time.time() - Path(path).stat().st_mtime < MOST_S
    except OSError:
        return False


async def over(path: str) -> None:
    while is_on(path):                      # noqa: ASYNC110 (told by another process)
        await asyncio.sleep(AGAIN_S)
