"""What setup asks of the machine. One class, so that tests can have a machine of their own."""

import os
import pwd
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from petrel.outside import clocks
from petrel.storage.postgres import holder_of

UNIT = "petrel.service"


class Machine:
    """The real one. Nothing here decides."""

    hidden: tuple[str, ...] = ("/home/", "/root/", "/tmp/", "/var/tmp/")  # noqa: S108 (where no service may look)

    @property
    def is_root(self) -> bool:
        return os.geteuid() == 0

    @property
    def program(self) -> Path:
        """What `petrel` is on this machine: the script beside the Python that runs us."""
        return Path(sys.executable).with_name("petrel")

    @property
    def python(self) -> Path:
        """The interpreter behind the virtual environment."""
        return Path(sys.executable).resolve()

    @property
    def has_systemd(self) -> bool:
        """Whether systemd runs here (sd_booted(3))."""
        return Path("/run/systemd/system").is_dir()

    @property
    def has_ipv6(self) -> bool:
        return Path("/proc/net/if_inet6").exists()

    def memory_bytes(self) -> int:
        return int(psutil.virtual_memory().total)

    def addresses_of(self, domain: str) -> set[str]:
        """Of the DNS as this machine sees it; none where there are none."""
        try:
            found = socket.getaddrinfo(domain, 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return set()
        return {str(one[4][0]) for one in found}

    def own_addresses(self) -> set[str]:
        wanted = (socket.AF_INET, socket.AF_INET6)
        return {one.address.partition("%")[0] for every in psutil.net_if_addrs().values() for one in every
                if one.family in wanted}

    def holder_of(self, port: int) -> str | None:
        """Who listens on a port, in words; None when nobody does."""
        try:
            for c in psutil.net_connections(kind="tcp"):
                if c.status == psutil.CONN_LISTEN and c.laddr.port == port:
                    return psutil.Process(c.pid).name() if c.pid else "a program of another user"
        except psutil.Error:
            return "a program that just ended"
        return None

    def is_of(self, port: int, data: Path) -> bool:
        """Whether the site in this directory listens on the port, or systemd does for it."""
        supervisor, found = holder_of(data), False
        try:
            for c in psutil.net_connections(kind="tcp"):
                if c.status == psutil.CONN_LISTEN and c.laddr.port == port:
                    if not (c.pid and (self._is_below(c.pid, supervisor) or (c.pid == 1 and self._waits_at(port)))):
                        return False
                    found = True
        except psutil.Error:
            return False
        return found

    def _is_below(self, pid: int, supervisor: int | None) -> bool:
        return supervisor is not None and supervisor in (pid, *(one.pid for one in psutil.Process(pid).parents()))

    def _waits_at(self, port: int) -> bool:
        """Whether a socket unit of ours has the port: what systemd lists is address, unit, and what it starts."""
        found = [line.split() for line in self._says("list-sockets", "--no-legend", "--no-pager").splitlines()]
        return any(line[0].rpartition(":")[2] == str(port) and UNIT in line[1:] for line in found if line)

    def ahead_s(self, address: str) -> float | None:
        return clocks.ahead_s(address)

    def user(self, name: str) -> tuple[int, int] | None:
        """Number and group of a user; None when there is none of this name."""
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return entry.pw_uid, entry.pw_gid

    def make_user(self, name: str, home: Path) -> None:
        self.run("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(home), "--shell",
                 "/usr/sbin/nologin", "--comment", "Petrel", name)

    def own(self, path: Path, owner: tuple[int, int]) -> None:
        """The directory and everything in it; what was restored by root is root's. Leads nowhere else by a link, also
        when one is put there meanwhile."""
        for _, folders, names, here in os.fwalk(path):
            if os.fstat(here).st_uid != owner[0]:
                os.chown(here, *owner)
            for name in (*folders, *names):
                with suppress(FileNotFoundError):
                    if os.stat(name, dir_fd=here, follow_symlinks=False).st_uid != owner[0]:
                        os.chown(name, *owner, dir_fd=here, follow_symlinks=False)

    def systemctl(self, *words: str) -> None:
        self.run("systemctl", *words)

    def is_enabled(self, unit: str) -> bool:
        return self._says("is-enabled", unit).startswith("enabled")

    def restarts(self, unit: str) -> int:
        """How often systemd has started it again by itself."""
        said = self._says("show", "--property=NRestarts", "--value", unit)
        return int(said) if said.isdigit() else 0

    def _says(self, *words: str) -> str:
        return subprocess.run(["systemctl", *words], check=False, text=True, capture_output=True).stdout.strip()

    def run(self, *words: str) -> str:
        """Errors: CalledProcessError, with what it said."""
        return subprocess.run(words, check=True, text=True, stdin=subprocess.DEVNULL, capture_output=True).stdout

    def closed_on_the_way(self, path: Path) -> list[Path]:
        """The file, if other users may not run it, and directories above it that they may not enter."""
        return [one for one in (path, *path.parents, *path.resolve().parents) if not one.stat().st_mode & 0o001]
