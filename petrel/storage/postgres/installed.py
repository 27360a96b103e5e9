"""Postgres as the distribution packages it: `/usr/lib/postgresql/MAJOR`, several versions side by side."""

import re
import subprocess
from pathlib import Path

from petrel.storage.postgres import binaries
from petrel.storage.postgres.binaries import Binaries
from petrel.storage.postgres.errors import BinariesMissing

HOME = Path("/usr/lib/postgresql")


def major_of(found: Binaries) -> int:
    return int(re.match(r"\d+", found.version)[0])      # type: ignore[index]


def system() -> list[Binaries]:
    """Every packaged version that has a server, the newest first."""
    roots = [path.parent.parent for path in HOME.glob("*/bin/postgres")]
    return sorted((Binaries(root, _version(root)) for root in roots), key=_order, reverse=True)


def at(root: Path) -> Binaries:
    """The programs in `root`/bin."""
    return Binaries(root, _version(root))


def of_major(major: int) -> Binaries:
    """The programs of one major version: ours, or the distribution's. Errors: BinariesMissing."""
    if major == binaries.MAJOR:
        return binaries.find()
    for found in system():
        if major_of(found) == major:
            return found
    raise BinariesMissing(f"The programs of Postgres {major} are not on this machine.",
                          f"Install them: `apt install postgresql-{major}`.")


def for_files(folder: Path) -> Binaries:
    """The programs that start the cluster in `folder`: of the version that made it, where they are on this machine;
    otherwise ours, as where there is no cluster yet."""
    try:
        return of_major(int((folder / "PG_VERSION").read_text()))
    except (OSError, ValueError, BinariesMissing):
        return binaries.find()


def client(url: str) -> Binaries:
    """Whose client programs reach `url`: the newest there are; ours are built without TLS and reach sockets only."""
    packaged = system()
    if "sslmode=" not in url:
        return max([binaries.find(), *packaged], key=_order)
    if not packaged:
        raise BinariesMissing("A program that can copy a database over TLS is missing.",
                              "Install it: `apt install postgresql`, the version of that server or newer.")
    return packaged[0]


def _order(found: Binaries) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", found.version)]


def _version(root: Path) -> str:
    said = subprocess.run([str(root / "bin" / "postgres"), "-V"], capture_output=True, text=True, check=False).stdout
    return said.split()[2] if len(said.split()) > 2 else root.name
