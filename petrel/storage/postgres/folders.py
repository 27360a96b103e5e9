"""Private directories and files. Nothing here widens a permission or follows a link that a stranger planted."""

import hashlib
import os
import shutil
import stat
from pathlib import Path

from petrel.storage.postgres.errors import ClusterFailed
from petrel.storage.postgres.owner import Owner
from petrel.storage.postgres.probe import socket_file

SOCKET_PATH_MAX_BYTES = 107
"""sun_path of Linux holds 108 bytes with its terminating zero."""


def make_private(folder: Path, owner: Owner | None = None) -> Path:
    """Creates the directory with 0700 if it is missing, and hands it to `owner`. An existing one is left as it is."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir() or folder.is_symlink():
            raise ClusterFailed(
                f"{folder} is in the way: a directory is expected there.",
                "Move it away.",
            ) from None
        return folder
    folder.chmod(0o700)
    if owner is not None and owner.borrowed:
        os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)
    return folder


def socket_folder(data: Path, label: str) -> Path:
    """DATA/run/`label`, or a private place in /tmp when that would not fit into a socket address."""
    folder = data / "run" / label
    if len(os.fsencode(socket_file(folder))) <= SOCKET_PATH_MAX_BYTES:
        return folder
    key = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path("/tmp") / f"petrel-{data.stat().st_uid}-{key}" / label  # noqa: S108 (made 0700, owner checked)


def make_socket_folder(data: Path, label: str, owner: Owner) -> Path:
    """Creates what `socket_folder` names."""
    folder = socket_folder(data, label)
    parent = make_private(folder.parent)
    state = parent.lstat()
    if state.st_uid not in (os.geteuid(), data.stat().st_uid) or state.st_mode & 0o022 or stat.S_ISLNK(state.st_mode):
        raise ClusterFailed(
            f"{parent} belongs to somebody else.",
            f"Remove {parent} or use a shorter data directory.",
        )
    return make_private(folder, owner)


def write_as(folder: int, name: str, text: str, owner: Owner) -> None:
    """Replaces a file in the directory behind descriptor `folder`.

    The directory may belong to a user with fewer rights than we have, who could have put a link in its place.
    """
    making = name + ".new"
    try:
        os.unlink(making, dir_fd=folder)
    except FileNotFoundError:
        pass
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(making, flags, 0o600, dir_fd=folder), "w") as file:
        file.write(text)
        if owner.borrowed:
            os.fchown(file.fileno(), owner.uid, owner.gid)
    os.rename(making, name, src_dir_fd=folder, dst_dir_fd=folder)


def open_log(path: Path, keep_bytes: int) -> int:
    """Appends; what is older than `keep_bytes` moves to `.1` first. Returns a descriptor."""
    if path.exists() and path.stat().st_size > keep_bytes:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(
        path,
        os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC,
        0o600,
    )


def trim_log(path: Path, keep_bytes: int) -> None:
    """For a log that a running process appends to: copies it to `.1` and empties it."""
    if path.exists() and path.stat().st_size > keep_bytes:
        shutil.copyfile(path, path.with_name(path.name + ".1"))
        os.truncate(path, 0)


def last_lines(path: Path, count: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
