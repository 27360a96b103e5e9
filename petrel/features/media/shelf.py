"""Where finished files are kept: in DATA/media, or in a bucket that speaks S3. The same names, the same sealed bytes.

The setting `media_store` says where new ones go. What is asked for is looked for in both places, so that files may be
moved from one to the other while everything runs (`moving.py`). What just came in stays on this machine until it was
read. Everything here blocks: for a thread. Errors: StoreError, with words for the operator.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal

from petrel.features.media import places
from petrel.outside.stores import Reading, Store, StoreError, Writing
from petrel.outside.stores.directory import DirectoryStore

Place = Literal["directory", "bucket"]
NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}-([0-9a-f]{1,16})")

_open: Callable[[], Store] | None = None
_chosen: Place = "directory"
_bucket: Store | None = None
_near: Store | None = None


def install(bucket: Callable[[], Store] | None, chosen: Place) -> None:
    """By the wiring. `bucket`: opens it, when it is first needed; None where there is none."""
    global _open, _chosen, _bucket, _near
    _open, _chosen, _bucket, _near = bucket, chosen, None, None


def chosen() -> Place:
    """Where new files go."""
    return _chosen if _open is not None else "directory"


def bucket() -> Store | None:
    global _bucket
    if _bucket is None and _open is not None:
        _bucket = _open()
    return _bucket


def opened() -> Store:
    """The bucket, where there is one. Errors: StoreError, with the reason."""
    far = bucket()
    if far is None:
        raise StoreError("no bucket is set (media_bucket)")
    return far


def directory() -> Store:
    global _near
    home = places.home()
    if _near is None or _near.url != str(home):
        _near = DirectoryStore(home, is_steady=True)
    return _near


def writing(number: int, digest: bytes) -> Writing:
    """A new file: it is there, durable, when this was closed."""
    far = bucket() if _chosen == "bucket" else None
    return (far or directory()).write(places.file_name(number, digest))


def reading(number: int, digest: bytes, start: int) -> Reading:
    """Its sealed bytes, from `start` on. Errors: FileNotFoundError."""
    name, far = places.file_name(number, digest), bucket()
    for one in (directory(), far, directory()):             # it may be on its way from there to here
        if one is not None:
            try:
                return one.read(name, start)
            except FileNotFoundError:
                if far is None:
                    break
    raise FileNotFoundError(name)


def has(number: int, digest: bytes) -> bool:
    name, far = places.file_name(number, digest), bucket()
    return directory().has(name) or (far is not None and far.has(name))


def may_have(number: int, digest: bytes) -> bool:
    """As `has`, without asking the bucket: that costs a journey, and opening the file asks the same."""
    return _open is not None or places.file_path(number, digest).exists()


def remove(number: int, digest: bytes) -> None:
    places.unlink(places.file_path(number, digest))
    if (far := bucket()) is not None:
        far.remove(places.file_name(number, digest))


def in_bucket() -> Sequence[str]:
    """The names of all files there, sorted."""
    far = bucket()
    return [] if far is None else [one.name for one in far.items("") if NAME.fullmatch(one.name)]


def remove_from_bucket(name: str) -> None:
    if (far := bucket()) is not None:
        far.remove(name)


def number_of(name: str) -> int:
    """From the name of a file as `places.file_name` makes it."""
    return int(name.rpartition("-")[2], 16)
