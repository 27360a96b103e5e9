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
    path = str(run_directory / NAME)
    begun, at, seen = b"", 8, None
    looks: list[array[int]] = [array("q")] * LOOKS
    while True:
        new = array("q")
        # Mostly nothing has come, and then the file is not even opened.
        if (state := _state_of(path)) != seen and state is not None:
            try:
                beginning, found = _read(path, at)
                if beginning != begun:
                    begun, at = beginning, 8
                    clear()
                    _, found = _read(path, at)
                new.frombytes(found[: len(found) // 8 * 8])
                at += 8 * len(new)
                seen = state
            except OSError:
                pass  # the followers' process begins anew
        looks = [*looks[1:], new]
        for some in looks:
            for post in some:
                drop(post)
        await asyncio.sleep(LOOK_S)


def _state_of(path: str) -> tuple[int, int] | None:
    """What changes whenever something is added, or the file is another; None while there is none."""
    try:
        state = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return state.st_ino, state.st_size


def _read(path: str, at: int) -> tuple[bytes, bytes]:
    """The random number at the beginning, and what stands from `at` on."""
    with open(path, "rb") as file:  # noqa: PTH123
        beginning = file.read(8)
        file.seek(at)
        return beginning, file.read()
