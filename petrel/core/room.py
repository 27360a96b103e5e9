"""Room on the disk: when it runs out, what fills it is refused first, in a fixed order: uploads, then posts. Reading,
deleting and what the crew does are never refused: they are how room is made.

Each process asks the file system itself, once a second at most, and believes nobody else: this works when databases,
jobs and everything else stand still. source: docs/law/SCENARIOS.md row 1.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from petrel.core.errors import Full
from petrel.core.limits import current

Kind = Literal["uploads", "posts"]
LOOK_S = 1.0
MIB = 1 << 20
AGAIN = 1.1
"""Taken again when there is a tenth more room than what they are refused at: no flapping."""

FILES_LEAST = 2_000
"""File entries: with fewer the databases soon can make no file, whatever room there is. source: our choice."""

UPLOAD_BYTES = 65_536
ROUTES: dict[str, Kind] = {
    "POST /api/v1/statuses": "posts", "PUT /api/v1/statuses/:id": "posts",
    "POST /api/v1/statuses/:id/reblog": "posts", "POST /api/v1/accounts": "posts", "POST /api/v1/apps": "posts",
    "POST /api/v1/media": "uploads", "POST /api/v2/media": "uploads",
    "POST /api/v1/petrel/uploads": "uploads"}

COPIES = 2
"""Of a file that arrives: as it comes and sealed, then sealed and what is made of it."""

_folder: Path | None = None
_looked_at_s = 0.0
_free_bytes = 0
_shut: set[Kind] = set()
_coming_bytes = 0
_guards: dict[Kind, list[Callable[[], None]]] = {"uploads": [], "posts": []}


def install(folder: Path) -> None:
    """By the wiring: where the site keeps everything."""
    global _folder, _looked_at_s
    _folder, _looked_at_s = folder, 0.0
    _shut.clear()


def most_bytes(kind: Kind) -> int:
    """Room below which this is refused; 0 for never."""
    mib = current().disk_uploads_mib if kind == "uploads" else current().disk_posts_mib
    return mib * MIB


def guard(kind: Kind, refuses: Callable[[], None]) -> None:
    """By a room: another reason to take nothing of this kind for a while, as an error that `refuses` raises."""
    if refuses not in _guards[kind]:
        _guards[kind].append(refuses)


def refuse(kind: Kind, more_bytes: int = 0) -> None:
    """Errors: Full, when there is no room for this kind; what a guard raises. `more_bytes` will be taken besides."""
    global _looked_at_s, _free_bytes
    if _folder is None:
        return
    if (now_s := time.monotonic()) - _looked_at_s >= LOOK_S:
        _looked_at_s = now_s
        try:
            state = os.statvfs(_folder)
        except OSError:
            return
        has_files = not state.f_files or state.f_favail >= FILES_LEAST      # some file systems do not count them
        _free_bytes = state.f_bavail * state.f_frsize if has_files else 0
    least = most_bytes(kind)
    # The other web processes are taking as much, for all that is known here.
    coming = (_coming_bytes + more_bytes) * COPIES * current().web_workers if kind == "uploads" else 0
    if _free_bytes < least:
        _shut.add(kind)
    elif _free_bytes >= least * AGAIN:
        _shut.discard(kind)
    if kind in _shut or (least and _free_bytes - coming < least):
        raise Full()
    for refuses in _guards[kind]:
        refuses()


class Coming:
    """Room that a file which is being sent will take, kept for it until `end`. Errors: as `refuse`."""

    __slots__ = ("_bytes",)

    def __init__(self, bytes: int) -> None:
        global _coming_bytes
        refuse("uploads", bytes)
        self._bytes = bytes
        _coming_bytes += bytes

    def end(self) -> None:
        """Twice does no harm."""
        global _coming_bytes
        _coming_bytes -= self._bytes
        self._bytes = 0


def coming_bytes() -> int:
    """Announced to this process, of files that are being sent."""
    return _coming_bytes


def refuse_route(name: str, headers: dict[bytes, bytes]) -> None:
    """`name`: method and pattern of the address. A form with files is an upload, wherever it goes. Errors: Full."""
    if name.startswith("GET"):
        return
    if kind := ROUTES.get(name):
        refuse(kind)
    if headers.get(b"content-type", b"").startswith(b"multipart/"):
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or int(length) > UPLOAD_BYTES:
            refuse("uploads")
