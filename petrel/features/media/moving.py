"""Files from the directory into the bucket, or back, while the site runs. What is there and whole is taken away here.

It can be cut off at any time: whatever still lies where it was is moved by the next run. Nothing is opened: what is
sealed stays so.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from petrel.core.errors import Invalid, PetrelError
from petrel.features.media import shelf
from petrel.outside.stores import Item, Store

AT_ONCE = 4
PIECE_BYTES = 1 << 20


class Lying(Struct, frozen=True):
    """How many files lie in a place, and how large they are together."""

    count: int = 0
    bytes: int = 0


class NotWhole(PetrelError):
    """A file did not arrive as it was sent"""


def lying(store: Store) -> Lying:
    some = _files(store)
    return Lying(len(some), sum(one.size for one in some))


def both() -> tuple[Store, Store]:
    """From where to where, by the settings. Errors: Invalid, where there is no bucket; StoreError."""
    far = shelf.bucket()
    if far is None:
        raise Invalid(message="There is no bucket: petrel settings set media_bucket s3://BUCKET/PREFIX")
    near = shelf.directory()
    return (near, far) if shelf.chosen() == "bucket" else (far, near)


def move(say: Callable[[int, int], None]) -> Lying:
    """All that lies in the place that is not chosen. `say`: how many were moved, of how many. Errors: StoreError,
    NotWhole."""
    here, there = both()
    waiting, done = _files(here), Lying()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for size in pool.map(lambda one: _moved(here, there, one.name), waiting):
                done = Lying(done.count + 1, done.bytes + size)
                say(done.count, len(waiting))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return done


def _files(store: Store) -> list[Item]:
    return [one for one in store.items("") if shelf.NAME.fullmatch(one.name)]


def _moved(here: Store, there: Store, name: str) -> int:
    """One file: written, read again, and only then taken away. Returns its bytes, 0 for one that was deleted."""
    sent, size, writing = hashlib.sha256(), 0, None
    try:
        with here.read(name) as reading:
            writing = there.write(name)
            while piece := reading.read(PIECE_BYTES):
                sent.update(piece)
                size += len(piece)
                writing.write(piece)
    except FileNotFoundError:
        return 0
    except BaseException:
        if writing is not None:
            writing.abandon()
        raise
    writing.close()
    if _digest(there, name) != sent.digest():
        there.remove(name)
        raise NotWhole(f"{name} did not arrive whole at {there.url}: it stays where it was. Run the command again")
    if not here.has(name):
        there.remove(name)          # deleted meanwhile
        return 0
    here.remove(name)
    return size


def _digest(store: Store, name: str) -> bytes:
    found = hashlib.sha256()
    with store.read(name) as reading:
        while piece := reading.read(PIECE_BYTES):
            found.update(piece)
    return found.digest()
