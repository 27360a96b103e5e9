"""Posts whose rendered copies are to leave memory, told by the followers' process to every web process of this
machine: one file in DATA/run, a random number of its own and then the number of one post after the other.

Nobody needs this to be shown the right thing, since a copy is shown only for the version that the law names; it is
how a deleted text leaves memory within a second. source: docs/law/visibility.md section 8, object cache.
"""

import asyncio
import os
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path

NAME = "gone"
MOST_BYTES = 1 << 20
LOOK_S = 0.2
LOOKS = 5  # a request that had read the text before its deletion may keep a copy a moment after


class Teller:
    """The writer. A new file, at every start and when one is full, makes the readers drop all they have."""

    def __init__(self, run_directory: Path) -> None:
        self._path = run_directory / NAME
        self._begin()

    def _begin(self) -> None:
        fresh = self._path.with_name(f"{NAME}.new")
        fresh.write_bytes(os.urandom(8))
        fresh.chmod(0o600)
        fresh.replace(self._path)

    def tell(self, posts: Iterable[int]) -> None:
        with self._path.open("ab") as file:
            file.write(array("q", posts).tobytes())
            is_full = file.tell() > MOST_BYTES
        if is_full:
            self._begin()


async def watch(run_directory: Path, drop: Callable[[int], None], clear: Callable[[], None]) -> None:
    """The reader: looks until it is cancelled."""
    begun, at = b"", 8
    looks: list[array[int]] = [array("q")] * LOOKS
    while True:
        new = array("q")
        try:
            with (run_directory / NAME).open("rb") as file:
                if (beginning := file.read(8)) != begun:
                    begun, at = beginning, 8
                    clear()
                file.seek(at)
                found = file.read()
                new.frombytes(found[: len(found) // 8 * 8])
                at += 8 * len(new)
        except OSError:
            pass  # the followers' process has not begun, or begins anew
        looks = [*looks[1:], new]
        for some in looks:
            for post in some:
                drop(post)
        await asyncio.sleep(LOOK_S)
