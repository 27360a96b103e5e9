"""DATA/run/status.json: which process is which. Read by `petrel doctor`, the benchmark and the drills."""

import time
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from petrel.core.policy import POLICY
from petrel.ops.processes.release import Release

SiteState = Literal["starting", "ready", "draining"]
PartState = Literal["starting", "running", "restarting", "failing"]


class PartStatus(Struct, frozen=True):
    """`silent_since`: the last word of the process that has been silent for longest (`time.monotonic`, which is one
    clock for a machine); None while all of them say that they work."""

    wanted: int
    pids: list[int]
    state: PartState
    restarts: int
    last_exit: str = ""
    silent_since: float | None = None

    def silent_s(self) -> float:
        return 0.0 if self.silent_since is None else max(0.0, time.monotonic() - self.silent_since)


class ServerStatus(Struct, frozen=True):
    pid: int | None
    state: PartState
    restarts: int
    last_exit: str = ""


class Status(Struct, frozen=True):
    """`postgres` names the embedded clusters only; it is empty when external servers are used. Where the policy in
    force at the start was beyond the one that this program knows, it serves what is public and runs nothing else.
    `release`: None where it cannot hand the site over. `leaving`: processes of the release before. `refused`: why the
    last handover came to nothing, and when that was (seconds since 1970)."""

    pid: int
    state: SiteState
    address: str
    started_at: str
    clock_offset_s: float
    parts: dict[str, PartStatus]
    postgres: dict[str, ServerStatus]
    policy: int = POLICY
    policy_in_force: int = 0
    release: Release | None = None
    leaving: list[int] = []
    refused: str = ""
    refused_at: float = 0


def clock_offset_s() -> float:
    """Wall clock minus time since boot. It changes only when somebody steps the wall clock."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def status_file(data: Path) -> Path:
    return data / "run" / "status.json"


def write_status(data: Path, text: bytes) -> None:
    """A reader sees the old file or the new one, never half of one."""
    path = status_file(data)
    making = path.with_name(path.name + ".new")
    making.write_bytes(text)
    making.chmod(0o600)
    making.replace(path)


def read_status(data: Path) -> Status | None:
    """What the supervisor wrote last. It may be dead: compare `pid` with `storage.postgres.holder_of(data)`."""
    try:
        return msgspec.json.decode(status_file(data).read_bytes(), type=Status)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
