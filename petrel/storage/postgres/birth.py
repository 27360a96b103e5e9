"""Makes a cluster and its database. Interrupted anywhere, the next start begins anew."""

import shutil
from pathlib import Path

from petrel.storage.postgres import folders
from petrel.storage.postgres.binaries import MAJOR, Binaries
from petrel.storage.postgres.errors import ClusterFailed
from petrel.storage.postgres.launch import HERE, run_in
from petrel.storage.postgres.owner import Owner, has_passwd_entry

ADMIN = "petrel_admin"


def make_cluster(folder: Path, database: str, owner: Owner, binaries: Binaries) -> bool:
    """True if it was not there. A directory that holds something else is refused and left alone."""
    if (folder / "PG_VERSION").exists():
        check_version(folder, binaries)
        return False
    if folder.exists() and any(folder.iterdir()):
        raise ClusterFailed(f"{folder} is not empty and holds no database.", "Choose another data directory.")
    if not has_passwd_entry(owner.uid):
        raise ClusterFailed(
            f"User {owner.uid} has no name in /etc/passwd, and Postgres' initdb insists on one.",
            "Add an entry for that user, or set PETREL_DATABASE_URL and PETREL_KEYRING_URL.",
        )
    making = folder.with_name(folder.name + ".new")
    if making.exists():
        shutil.rmtree(making)
    folders.make_private(making, owner)
    run_in(making, owner, *_initdb(binaries))
    single = [binaries.program("postgres"), "--single", "-j", "-D", HERE, "template1"]
    run_in(making, owner, *single, text=f"CREATE DATABASE {database};\n")
    if folder.exists():
        folder.rmdir()
    making.rename(folder)
    return True


def _initdb(binaries: Binaries) -> list[str]:
    return [
        binaries.program("initdb"),
        *("-D", HERE, "-U", ADMIN, "-E", "UTF8", "--auth=peer", "--no-instructions"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *("--data-checksums", "--sync-method=syncfs"),
    ]


def check_version(folder: Path, binaries: Binaries) -> None:
    """Refuses files of another major version than that of the programs, which could not read them."""
    made_by = (folder / "PG_VERSION").read_text().strip()
    if made_by != binaries.version.partition(".")[0]:
        raise ClusterFailed(
            f"{folder} was made by Postgres {made_by}; this release brings {MAJOR}.",
            f"Install its programs (`apt install postgresql-{made_by}`), and this release starts it. Or start the "
            "release that made it, move away and come back with this one: `petrel database prepare`, `petrel "
            "database move --to system`, then with this release `petrel database move --to embedded`.",
        )
