"""Words of the databases' room as structs, and what can go wrong; every error says its cure."""

from typing import Literal

from msgspec import Struct

from petrel.storage.postgres import ClusterName, StorageError

LOGIN = "petrel_admin"
"""The login of every URL that we make: owner of its database, maker of Petrel's roles, no superuser."""

CLUSTERS: tuple[ClusterName, ...] = ("main", "keyring")
Where = Literal["embedded", "system"]


class Unfit(StorageError):
    """This server or machine cannot be used like this"""


class Wish(Struct, frozen=True):
    """A setting of a server. `must`: a promise of the site rests on it. `rule`: how `value` is meant."""

    name: str
    value: str
    why: str
    must: bool = False
    rule: Literal["is", "least", "not"] = "is"


class Finding(Struct, frozen=True):
    """A setting that is not as it should be."""

    cluster: ClusterName
    name: str
    found: str
    wanted: str
    why: str
    must: bool
    needs_restart: bool

    @property
    def text(self) -> str:
        return f"{self.name} = {self.found}, {'has to be' if self.must else 'better'} {self.wanted}: {self.why}"


class Urls(Struct, frozen=True):
    """Where both databases are; an empty one is the embedded."""

    main: str = ""
    keyring: str = ""

    def of(self, cluster: ClusterName) -> str:
        return self.main if cluster == "main" else self.keyring

    def but(self, cluster: ClusterName, url: str) -> "Urls":
        return Urls(url, self.keyring) if cluster == "main" else Urls(self.main, url)

    @property
    def where(self) -> Where:
        return "system" if self.main and self.keyring else "embedded"
