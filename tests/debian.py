"""Debian's Postgres for tests that need the real one: clusters made by `prepare`, in places of their own."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from petrel.ops.databases.debian import NAMES, Homes
from petrel.storage.postgres import installed

needs_debian = pytest.mark.skipif(
    os.geteuid() != 0 or not installed.system() or shutil.which("pg_createcluster") is None,
    reason="needs root and Debian's Postgres: apt-get install postgresql")


@contextmanager
def homes(folder: Path) -> Iterator[Homes]:
    """Places for clusters below `folder`; what runs there is stopped at the end."""
    place = Path(subprocess.run(["mktemp", "-d", "/tmp/petrel-debian-XXXXXX"], check=True, capture_output=True,
                                text=True).stdout.strip())     # sockets have short names, and postgres has to get there
    place.chmod(0o755)
    own = Homes(conf=place / "etc", data=place / "data", sockets=place / "run", log=place / "log", ours=folder / "ca")
    for one in (own.conf, own.data, own.sockets, own.log):
        one.mkdir()                                            # type: ignore[union-attr]
        shutil.chown(one, "postgres", "postgres")
    try:
        yield own
    finally:
        for cluster in own.conf.glob("*/*"):
            stop(own, cluster.name, int(cluster.parent.name))
        shutil.rmtree(place)


def stop(own: Homes, name: str = NAMES["main"], major: int | None = None) -> None:
    major = major or installed.major_of(installed.system()[0])
    subprocess.run(["pg_ctlcluster", str(major), name, "stop", "-m", "immediate"], check=False, capture_output=True,
                   env={"PATH": os.environ["PATH"], "PG_CLUSTER_CONF_ROOT": str(own.conf)})
