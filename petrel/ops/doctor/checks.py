"""The whole examination, in the order in which an operator should mend what is wrong."""

from collections.abc import Callable
from pathlib import Path

from petrel.ops.doctor.machine import check_clock, check_directories, check_disk, check_port
from petrel.ops.doctor.policy import check_policy
from petrel.ops.doctor.shapes import Check
from petrel.ops.doctor.site import check_postgres, check_processes, check_settings
from petrel.ops.doctor.work import check_work
from petrel.ops.processes import read_status
from petrel.storage.postgres import ClusterName, Storage, holder_of

CLUSTERS: tuple[ClusterName, ...] = ("main", "keyring")


async def examine(
    *,
    data: Path,
    host: str,
    port: int,
    database_url: str = "",
    keyring_url: str = "",
    load_settings: Callable[[], object] = lambda: None,
) -> list[Check]:
    """Takes about a second. `load_settings` raises if the settings are invalid; the rest are plain values of them."""
    storage = Storage(data, database_url, keyring_url)
    status = read_status(storage.data) if holder_of(storage.data) else None
    checks = [
        check_settings(load_settings),
        check_disk(storage.data),
        *check_directories(storage.data),
        await check_clock(storage.data, status),
        check_port(host, port, status),
        check_processes(storage.data, status),
    ]
    for cluster in CLUSTERS:
        checks += await check_postgres(storage, cluster)
    return [*checks, *await check_policy(storage), *await check_work(storage, status)]
