"""What writes into the data directory, how large each is, and what it may have."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from petrel.core.errors import Invalid

MIB = 1 << 20
FILE = "disk.toml"
FOLDERS = {"main": "posts and accounts", "main/pg_wal": "log of the main database", "keyring": "keys",
           "keyring/pg_wal": "log of the keyring", "log": "logs", "witness": "witness", "exports": "exports",
           "imports": "imports", "backups": "backups", "run": "home timelines and records of reads",
           "media": "pictures, video and sound", "ballast": "ballast"}
OTHERS = "others on this disk"
Budgets = Mapping[str, int]
BUDGETS: Budgets = {"log of the main database": 4096, "log of the keyring": 1024, "logs": 512, "witness": 2048,
                    "exports": 4096, "home timelines and records of reads": 1024}
"""MiB. What is not here may have what there is."""


class Size(Struct, frozen=True):
    """`budget`: 0 for none."""

    place: str
    bytes: int
    budget: int = 0


def budgets(data: Path) -> Budgets:
    """With what DATA/disk.toml says: [budgets] "logs" = 200. Errors: Invalid."""
    path = data / FILE
    try:
        said = tomllib.loads(path.read_text()).get("budgets", {}) if path.exists() else {}
    except (OSError, tomllib.TOMLDecodeError) as e:
        raise Invalid(message=f"{path}: {e}") from e
    if unknown := [name for name, mib in said.items()
                   if name not in FOLDERS.values() or not isinstance(mib, int) or mib < 0]:
        raise Invalid(message=f"{path}: {', '.join(unknown)}: names are {', '.join(FOLDERS.values())}, numbers MiB")
    return {**BUDGETS, **said}


def sizes(data: Path) -> list[Size]:
    """Reads every folder: for a thread. What is not of this directory comes last."""
    allowed = budgets(data)
    inner = {name: _bytes_in(data / name) for name in FOLDERS}
    for name in FOLDERS:
        parent = name.rpartition("/")[0]
        if parent in inner:
            inner[parent] -= inner[name]
    found = [Size(FOLDERS[name], count, allowed.get(FOLDERS[name], 0) * MIB) for name, count in inner.items() if count]
    state = os.statvfs(data)
    used = (state.f_blocks - state.f_bfree) * state.f_frsize
    return [*sorted(found, key=lambda one: -one.bytes), Size(OTHERS, max(0, used - sum(inner.values())))]


def _bytes_in(folder: Path) -> int:
    """Blocks that are really taken; files that go meanwhile count for nothing."""
    whole, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        else:
                            whole += entry.stat(follow_symlinks=False).st_blocks * 512
                    except OSError:
                        continue
        except OSError:
            continue
    return whole
