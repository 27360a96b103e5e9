"""Who runs Postgres. It refuses root, so a site started by root borrows an unprivileged user."""

import os
import pwd
from pathlib import Path

from msgspec import Struct

from petrel.storage.postgres.errors import ClusterFailed

CANDIDATES = ("petrel", "postgres", "nobody")
"""Tried in this order when root starts a site. `petrel` is best: the others are shared with strangers."""

SHARED = frozenset({"postgres", "nobody"})
"""Users that other programs may run as too; they get files and processes, never a login to the database."""


class Owner(Struct, frozen=True):
    """The operating system user of one cluster. `borrowed` is true when it is not the user we run as."""

    uid: int
    gid: int
    name: str
    borrowed: bool


def owner_of(folder: Path) -> Owner:
    """The user for the cluster in `folder`: whoever owns an existing one, so that a later start finds its files."""
    me = os.geteuid()
    owned_by = folder.stat().st_uid if folder.exists() else None
    if me != 0:
        if owned_by not in (None, me):
            raise ClusterFailed(
                f"{folder} belongs to user {_name(owned_by)}, and you are {_name(me)}.",
                f"Start the site as {_name(owned_by)} or as root, or choose another data directory.",
            )
        return Owner(me, os.getegid(), _name(me), borrowed=False)
    if owned_by:
        return Owner(owned_by, folder.stat().st_gid, _name(owned_by), borrowed=True)
    for candidate in CANDIDATES:
        try:
            entry = pwd.getpwnam(candidate)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name, borrowed=True)
    raise ClusterFailed(
        "Postgres refuses to run as root, and none of the users petrel, postgres, nobody exists here.",
        "Create one (`useradd --system petrel`), start as an ordinary user, or set PETREL_DATABASE_URL.",
    )


def database_logins(owner: Owner) -> list[str]:
    """Operating system users whose processes may log in: ours, and the cluster's own if nobody shares it."""
    names = {_name(os.geteuid())}
    if owner.name not in SHARED:
        names.add(owner.name)
    return sorted(names)


def has_passwd_entry(uid: int) -> bool:
    """initdb and peer authentication both need the user to have a name."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _name(uid: int | None) -> str:
    if uid is None:
        return "nobody"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
