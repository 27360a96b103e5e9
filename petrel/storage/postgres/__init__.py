"""Postgres, embedded under our own supervision or given by URL.

Words: a *site* has two *clusters*, `main` (everything) and `keyring` (the keys of sealed content). The *owner* is the
operating system user who runs them. Invariants: one supervisor per data directory (an flock); nothing listens on the
network; a server is only ever signalled after its process was verified to live in our directory; no permission of a
directory that is not ours is changed.
"""

from petrel.storage.postgres import installed
from petrel.storage.postgres.binaries import MAJOR, Binaries
from petrel.storage.postgres.birth import ADMIN
from petrel.storage.postgres.cluster import Cluster, describe_exit
from petrel.storage.postgres.config import Machine, this_machine
from petrel.storage.postgres.errors import (
    BinariesMissing,
    ClusterFailed,
    PostgresTooOld,
    SiteBusy,
    StorageError,
)
from petrel.storage.postgres.external import OLDEST, check_asks, check_external
from petrel.storage.postgres.leftovers import wait_gone
from petrel.storage.postgres.links import Link, LinkRefused, check_link, greet, link_of
from petrel.storage.postgres.lock import SiteLock, holder_of
from petrel.storage.postgres.logins import give_passwords, scram_verifier
from petrel.storage.postgres.site import (
    DATABASES,
    VARIABLES,
    ClusterName,
    Held,
    Storage,
    hand_over,
    one_cluster,
    preview,
    stop_leftovers,
)

__all__ = [
    "ADMIN",
    "DATABASES",
    "MAJOR",
    "OLDEST",
    "VARIABLES",
    "Binaries",
    "BinariesMissing",
    "Cluster",
    "ClusterFailed",
    "ClusterName",
    "Held",
    "Link",
    "LinkRefused",
    "Machine",
    "PostgresTooOld",
    "SiteBusy",
    "SiteLock",
    "Storage",
    "StorageError",
    "check_asks",
    "check_external",
    "check_link",
    "describe_exit",
    "give_passwords",
    "greet",
    "hand_over",
    "holder_of",
    "installed",
    "link_of",
    "one_cluster",
    "preview",
    "scram_verifier",
    "stop_leftovers",
    "this_machine",
    "wait_gone",
]
