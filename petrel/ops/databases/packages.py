"""The distribution's packages of Postgres: which version is here, which could be, its programs unpacked aside."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from petrel.ops.databases.shapes import Unfit
from petrel.storage.postgres import Binaries, installed

TIMEOUT_S = 600
POLICY = Path("/usr/sbin/policy-rc.d")
LEAVE = """#!/bin/sh
# Of `petrel database upgrade`, while it installs: it restarts the servers itself, in a moment when nobody is refused.
[ -d /proc/{pid} ] || exit 0
case "$1" in postgresql*) exit 101 ;; esac
"""


class Offer(Struct, frozen=True):
    """Package versions, as 15.18-0+deb12u1."""

    package: str
    here: str
    newest: str

    @property
    def is_newer(self) -> bool:
        return self.here != self.newest


def offer(major: int) -> Offer:
    """What apt knows, without asking the network. Errors: Unfit."""
    package = f"postgresql-{major}"
    said = _apt("apt-cache", "policy", package)
    found = dict(re.findall(r"^\s+(Installed|Candidate): (\S+)", said, re.M))
    if found.get("Installed", "(none)") == "(none)":
        raise Unfit(f"{package} is not a package that apt installed here.", "Upgrade that server the way it came.")
    return Offer(package, found["Installed"], found["Candidate"])


def unpacked(one: Offer, folder: Path) -> Binaries:
    """The newest programs, in an empty directory; nothing is installed. Errors: Unfit."""
    folder.chmod(0o755)             # apt fetches as a user of its own, and the copy runs as another
    _apt("apt-get", "download", f"{one.package}={one.newest}", folder=folder)
    [package] = folder.glob("*.deb")
    _apt("dpkg-deb", "-x", str(package), str(folder / "root"))
    [root] = (folder / "root" / "usr" / "lib" / "postgresql").iterdir()
    return installed.at(root)


def install(one: Offer, version: str) -> None:
    """As root; Debian's package stops and starts its clusters itself unless they are `left_running`. Also back to an
    older version. Errors: Unfit."""
    client = one.package.replace("postgresql", "postgresql-client")
    _apt("apt-get", "install", "--yes", "--allow-downgrades", "--no-install-recommends", f"{one.package}={version}",
         f"{client}={version}")


@contextmanager
def left_running(policy: Path = POLICY) -> Iterator[None]:
    """Packages stop and start no Postgres meanwhile; where somebody has said already what they may, that counts.

    source: the Debian policy manual, 9.3.3.1 (policy-rc.d)."""
    mine = LEAVE.format(pid=os.getpid())
    if policy.exists() and not policy.read_text(errors="replace").startswith(LEAVE.partition("{")[0]):
        yield
        return
    policy.unlink(missing_ok=True)              # a former one was cut off by a power cut
    policy.write_text(mine)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def _apt(*command: str, folder: Path | None = None) -> str:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive",
                   "NEEDRESTART_SUSPEND": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False,
                              timeout=TIMEOUT_S)
    except (FileNotFoundError, subprocess.TimeoutExpired) as problem:
        raise Unfit(f"{command[0]} failed: {problem}", "This works on Debian and its relatives.") from problem
    if done.returncode:
        raise Unfit(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-600:]}",
                    "Look at the message above; `apt update` renews what apt knows. Nothing was changed.")
    return done.stdout
