"""What can go wrong before there is a database to talk to. Every error carries its cure."""


class StorageError(Exception):
    """Base of this room. `cure` is one sentence an operator can act on."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(f"{message}\n  {cure}" if cure else message)
        self.message = message
        self.cure = cure


class SiteBusy(StorageError):
    """Another supervisor owns this data directory."""


class BinariesMissing(StorageError):
    """No usable Postgres programs were found in the installed packages."""


class ClusterFailed(StorageError):
    """A Postgres cluster could not be made, started or stopped."""


class PostgresTooOld(StorageError):
    """An external server is older than what the SQL of this site needs."""
