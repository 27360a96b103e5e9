"""Words of backups as structs, and what can go wrong; every error says its cure."""

from typing import Literal

from msgspec import Struct

from petrel.core.errors import PetrelError

Side = Literal["data", "keyring"]
SIDES: tuple[Side, ...] = ("data", "keyring")

KEYS_LIVE_DAYS = 7
"""source: docs/law/visibility.md section 8: key backups live at most seven days."""


class BadBackup(PetrelError):
    """This backup cannot be used"""


class WrongKey(BadBackup):
    """This is not the key"""


class NotNow(PetrelError):
    """This cannot be done"""


class Moment(Struct, frozen=True):
    """Where the site was: time, the journal's horizon (epoch, xid), its last entry, root, and line of restrictions."""

    at_ms: int
    epoch: int
    xid: int
    entry: int
    root: int
    restrictions: int


class Part(Struct, frozen=True):
    """One sealed file. `sha256` of the file as it is stored."""

    name: str
    plain_bytes: int
    stored_bytes: int
    sha256: str
    took_s: float


class Manifest(Struct, frozen=True, kw_only=True):
    """What a copy is; beside it stands its MAC under the backup key of its side.

    `site`: the public key of its journal. `rows`: of some tables, counted at the beginning and at the end. `keyring`:
    in the data's manifest the digest of the keyring copy that was made right after. `until_ms`: when the copy has to
    be gone, 0 for never. `log`: the archive of the log that goes on from position `lsn`, which the copy is not behind;
    "" where none ran.
    """

    format: int = 2
    backup: str
    side: Side
    site: str
    build: str
    policy: int
    postgres: str
    began: Moment
    ended: Moment
    parts: tuple[Part, ...]
    rows: dict[str, tuple[int, int]] = {}
    keyring: str = ""
    until_ms: int = 0
    log: str = ""
    lsn: int = 0

    @property
    def stored_bytes(self) -> int:
        return sum(part.stored_bytes for part in self.parts)


class Listed(Struct, frozen=True):
    """A backup in a directory, as far as it is there."""

    backup: str
    data: Manifest | None
    keyring: Manifest | None
    is_whole: bool
    problem: str = ""
