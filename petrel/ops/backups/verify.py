"""Proving a backup: every byte of it is read and opened, nothing is written."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from petrel.ops.backups import places
from petrel.ops.backups.create import Progress
from petrel.ops.backups.keys import Keys
from petrel.ops.backups.sealed import Opener
from petrel.ops.backups.shapes import BadBackup, Listed, Manifest, Part, WrongKey
from petrel.ops.backups.targets import Store

MUST_HAVE = {"main": {"PG_VERSION", "backup_label", "backup_manifest", "global/pg_control"},
             "keyring": {"PG_VERSION", "backup_label", "backup_manifest", "global/pg_control"},
             "site": {"keys/journal.key"}}


class Pair(Struct, frozen=True):
    """A data copy and the keyring copy that goes with it; not always of the same backup."""

    store: Store
    data: Manifest
    keyring: Manifest

    def parts(self) -> Iterator[tuple[Manifest, Part]]:
        for manifest in (self.data, self.keyring):
            for part in manifest.parts:
                yield manifest, part


def choose(store: Store, known: Keys, backup: str | None = None, keys_from: str | None = None) -> Pair:
    """The newest whole backup, or the one asked for; its keyring copy, or a later one's. Manifests are proven.

    Errors: BadBackup, WrongKey.
    """
    for side in ("data", "keyring"):
        if side not in known:
            raise WrongKey(f"The {side} key is missing: --key-file with the text that `petrel backups key` printed")
    found = {one.backup: one for one in places.listed(store)}
    if backup is None:
        whole = [one.backup for one in found.values() if one.is_whole]
        if not whole:
            raise BadBackup(f"{store.url} holds no whole backup. `petrel backups list {store.url}` says what there is")
        backup = whole[-1]
    data = places.read(store, "data", backup, known["data"])
    keyring = _keyring_of(store, data, known, found.get(backup), keys_from)
    return Pair(store, data, keyring)


def _keyring_of(store: Store, data: Manifest, known: Keys, one: Listed | None, keys_from: str | None) -> Manifest:
    if keys_from is None and (one is None or one.keyring is None):
        raise BadBackup(f"The keyring copy of {data.backup} is gone. Say --keys-from with a later backup: it opens all "
                        "that was not deleted until then")
    keyring = places.read(store, "keyring", keys_from or data.backup, known["keyring"])
    if keyring.site != data.site:
        raise BadBackup(f"The keyring copy {keyring.backup} is of another site")
    if (keyring.began.epoch, keyring.began.xid) < (data.ended.epoch, data.ended.xid):
        raise BadBackup(f"The keyring copy {keyring.backup} is older than the data: keys would be missing. "
                        "Take one that was made after it")
    if keys_from is None and keyring.parts[0].sha256 != data.keyring:
        raise BadBackup(f"The keyring copy beside {data.backup} is not the one that was made with it")
    return keyring


def verify(pair: Pair, known: Keys, progress: Progress) -> int:
    """Reads and opens all of it; returns how many files are in it. Errors: BadBackup, WrongKey."""
    total = sum(part.plain_bytes for _, part in pair.parts())
    done = files = 0
    for manifest, part in pair.parts():
        names = set()
        with opened(pair.store, manifest, part, known) as (tar, opener):
            for member in tar:
                names.add(member.name.removeprefix("./"))
                progress(f"verifying {part.name}", done + opener.plain_bytes, total)
        if missing := MUST_HAVE[part.name] - names:
            raise BadBackup(f"{part.name} of {manifest.backup} lacks {', '.join(sorted(missing))}")
        done += part.plain_bytes
        files += len(names)
    return files


@contextmanager
def opened(store: Store, manifest: Manifest, part: Part, known: Keys) -> Iterator[tuple[tarfile.TarFile, Opener]]:
    """A part as a tar to be read from its beginning to its end; at the end its digest is compared.

    Errors: BadBackup, WrongKey.
    """
    path = places.file_of(manifest.side, manifest.backup, part.name)
    try:
        file = store.read(path)
    except OSError as e:
        raise BadBackup(f"{path} cannot be read: {e.strerror or 'it is not there'}") from e
    with file, Opener(file, path, known[manifest.side], manifest.backup, part.name) as opener:
        try:
            with tarfile.open(fileobj=_In(opener), mode="r|") as tar:
                yield tar, opener
        except tarfile.TarError as e:
            raise BadBackup(f"{path} opens, and is no archive: {e}") from e
        while opener.read(1 << 20):
            pass
        if opener.digest() != part.sha256 or opener.plain_bytes != part.plain_bytes:
            raise BadBackup(f"{path} is another file than its manifest says")


class _In(io.RawIOBase):
    """What tarfile reads from."""

    def __init__(self, opener: Opener) -> None:
        super().__init__()
        self._opener = opener

    def readable(self) -> bool:
        return True

    def read(self, count: int = -1) -> Any:
        return self._opener.read(count if count >= 0 else 1 << 20)
