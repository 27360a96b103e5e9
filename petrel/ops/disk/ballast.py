"""Ballast: room that is taken in pieces while there is enough, and given up piece by piece when there is none left.

What is shed at the doors leaves the databases room. When something else takes that too, this is what they finish a
checkpoint with, or come up again by.
"""

import os
from pathlib import Path

import structlog

from petrel.core import room

log = structlog.get_logger("petrel.disk")

PIECES = 4
FLOOR_BYTES = 16 << 20


class Ballast:
    """`bytes`: of all pieces; 0 for none."""

    def __init__(self, data: Path, bytes: int) -> None:
        self._folder = data / "ballast"
        self._piece = bytes // PIECES

    def tend(self, free_bytes: int, *, is_losing: bool = False) -> None:
        """Once a second: at most one piece is given up, or taken. Errors: OSError.

        None is given while room is still being lost: it would go to whatever fills the disk. When that has come to the
        end of the disk, most programs stop, and then the databases need it.
        """
        pieces = sorted(self._folder.glob("piece-*")) if self._folder.exists() else []
        if pieces and ((free_bytes < FLOOR_BYTES and not is_losing) or not self._piece):
            pieces[-1].unlink()
            log.error("no room is left: a piece of ballast is given to the databases", left=len(pieces) - 1)
        elif len(pieces) < PIECES and self._piece and free_bytes > 2 * room.most_bytes("posts") + 2 * self._piece:
            self._take(len(pieces))

    def held_bytes(self) -> int:
        return sum(one.stat().st_size for one in self._folder.glob("piece-*"))

    def _take(self, number: int) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fresh = self._folder / f"piece-{number}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self._piece)
        except OSError:
            fresh.unlink()
            raise
        finally:
            os.close(descriptor)
