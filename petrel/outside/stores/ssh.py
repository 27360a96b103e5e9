"""A directory on another host, by the system's own `ssh` and that host's SFTP service: no shell is needed there."""

import posixpath
from collections.abc import Iterator
from pathlib import Path

from petrel.outside.stores.sftp import DIRECTORY, Failed, Sftp
from petrel.outside.stores.shapes import Item, Reading

UNFINISHED = ".part"
PATIENCE = ["ConnectTimeout=10", "ServerAliveInterval=10", "ServerAliveCountMax=3", "BatchMode=yes",
            "StrictHostKeyChecking=yes", "ClearAllForwardings=yes"]


class SshStore:
    """`path` from the host's root; `config`: a file for `ssh -F`, "" for the user's own. Connects when it is made."""

    is_near = False
    rest_s = 0.5

    def __init__(self, user: str, host: str, port: int | None, path: str, config: str) -> None:
        where = f"{user}@{host}" if user else host
        self.url = f"ssh://{where}{f':{port}' if port else ''}{path}"
        self._root = path.rstrip("/") or "/"
        options = [word for one in PATIENCE for word in ("-o", one)]
        command = ["ssh", *(["-F", config] if config else []), *options, *(["-p", str(port)] if port else []),
                   "-s", "--", where, "sftp"]
        self._sftp = Sftp(command, f"{self.url}", _cure)
        self._folders: set[str] = set()
        try:
            self._make(self._root)
        except BaseException:
            self._sftp.close()
            raise

    def _path(self, name: str) -> str:
        return posixpath.join(self._root, name)

    def _make(self, folder: str) -> None:
        """And those above it."""
        if folder in self._folders:
            return
        if not self._sftp.exists(folder):
            if (above := posixpath.dirname(folder)) != folder:
                self._make(above)
            try:
                self._sftp.mkdir(folder)
            except Failed:
                if not self._sftp.exists(folder):
                    raise
        self._folders.add(folder)

    def items(self, folder: str) -> Iterator[Item]:
        yield from sorted(self._below(folder), key=lambda one: one.name)

    def _below(self, folder: str) -> Iterator[Item]:
        try:
            found = self._sftp.listed(self._path(folder))
        except FileNotFoundError:
            return
        for name, mode, size in found:
            full = posixpath.join(folder, name)
            if mode & 0o170000 == DIRECTORY:
                yield from self._below(full)
            elif not name.endswith(UNFINISHED):
                yield Item(full, size)

    def read(self, name: str, start: int = 0) -> Reading:
        return self._sftp.reading(self._path(name), start)

    def has(self, name: str) -> bool:
        return self._sftp.exists(self._path(name))

    def write(self, name: str) -> "_Remote":
        path = self._path(name)
        self._make(posixpath.dirname(path))
        try:
            return _Remote(self._sftp, path)
        except FileNotFoundError:               # somebody removed the empty folder meanwhile
            self._folders.clear()
            self._make(posixpath.dirname(path))
            return _Remote(self._sftp, path)

    def remove(self, name: str) -> None:
        path = self._path(name)
        try:
            self._sftp.remove(path)
        except FileNotFoundError:
            pass
        folder = posixpath.dirname(path)
        while folder != self._root and self._sftp.rmdir(folder):
            self._folders.discard(folder)
            folder = posixpath.dirname(folder)

    def free_bytes(self) -> int | None:
        return self._sftp.free_bytes(self._root)

    def close(self) -> None:
        self._sftp.close()


class _Remote:
    """Written beside its name, made durable where the host can, then renamed."""

    def __init__(self, sftp: Sftp, path: str) -> None:
        self._sftp, self._path, self._made = sftp, path, path + UNFINISHED
        self._file = sftp.writing(self._made)

    def write(self, piece: bytes) -> None:
        self._file.write(piece)

    def close(self) -> None:
        self._file.close()
        self._sftp.rename(self._made, self._path)

    def abandon(self) -> None:
        try:
            self._file.close()
            self._sftp.remove(self._made)
        except OSError:
            pass        # the next copy begins another; what is left ends in .part


def _cure(said: str) -> str:
    if "Host key verification failed" in said:
        return ("Its key is not known here, or has changed. Compare it, and add it: ssh-keyscan HOST >> "
                f"{Path.home()}/.ssh/known_hosts")
    if "Permission denied" in said:
        return "Give that user's authorized_keys the public key of the user that runs Petrel"
    if "Could not resolve" in said:
        return "Look at the name of the host"
    if "subsystem request failed" in said:
        return "Its sshd offers no SFTP: Subsystem sftp internal-sftp"
    return "Try it by hand as the user that runs Petrel: sftp"

