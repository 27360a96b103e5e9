"""The whole examination, in the order in which an operator should mend what is wrong."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from petrel.ops.backups import newest
from petrel.ops.doctor.backups import check_backups
from petrel.ops.doctor.bucket import check_bucket
from petrel.ops.doctor.certificates import check_certificates
from petrel.ops.doctor.machine import (
    check_clock,
    check_directories,
    check_disk,
    check_entry,
    check_kept_time,
    check_port,
    check_right_time,
)
from petrel.ops.doctor.names import LOCAL, Names, check_issuers, check_letters, check_names
from petrel.ops.doctor.policy import check_policy
from petrel.ops.doctor.reached import check_reached
from petrel.ops.doctor.relay import check_relay
from petrel.ops.doctor.shapes import Check, Outside, bad, fine
from petrel.ops.doctor.site import check_postgres, check_processes, check_settings
from petrel.ops.doctor.work import check_work
from petrel.ops.processes import read_status
from petrel.storage.postgres import ClusterName, Storage, holder_of

CHECKS = frozenset((
    "access", "address", "backups", "brain", "breaches", "bucket", "certificate", "certificates", "clock",
    "data directory", "data requests", "deletions", "destroyed keys", "directories", "disk", "federation identity",
    "followers", "issuers", "jobs", "journal", "mail DKIM", "mail DMARC", "mail SPF", "mail bounces", "mail names",
    "mail reverse name", "mail server", "names", "plain address", "policy", "port", "postgres keyring",
    "postgres keyring clock", "postgres keyring settings", "postgres main", "postgres main clock",
    "postgres main settings", "processes", "proxy headers", "reached", "rights", "settings", "stranger", "surfaces",
    "test gate", "time elsewhere", "time source", "transactions", "work"))
"""What checks are called; each directory that is open to others is a check of its own beside `directories`."""
CLUSTERS: tuple[ClusterName, ...] = ("main", "keyring")


async def examine(
    *,
    data: Path,
    host: str,
    port: int,
    database_url: str = "",
    keyring_url: str = "",
    load_settings: Callable[[], object] = lambda: None,
    outside: Outside | None = None,
) -> list[Check]:
    """Takes about a second, and some more where the site is looked at from outside. Where we may
    not look into the data directory, that alone is said. `load_settings` raises if the settings are invalid; the rest
    are plain values of them."""
    if closed := check_entry(data):
        return [closed]
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
    checks += [*await check_policy(storage), *await check_work(storage, status), *check_certificates(storage.data)]
    is_public = outside is not None and urlsplit(outside.address).hostname not in LOCAL
    if is_public or newest(storage.data) is not None:
        checks.append(check_backups(storage.data))
    if outside is not None and outside.bucket is not None:
        checks.append(await asyncio.to_thread(check_bucket, storage.data, outside.bucket))
    return checks + (await asyncio.to_thread(check_outside, outside) if outside is not None else [])


def check_outside(outside: Outside) -> list[Check]:
    """As others see the site: its names, its door, its mail. Blocking: for a thread."""
    place = urlsplit(outside.address)
    host = str(place.hostname)
    checks, by = [], Names(outside.resolvers)
    if host in LOCAL:
        checks.append(fine("address", f"{outside.address} is for this machine alone: nobody else reaches it"))
    else:
        if place.scheme != "https":
            checks.append(bad("address", f"{outside.address} is not safe: passwords can be read on the way",
                              "Set tls = acme, or put a proxy with a certificate in front; base_url = https://..."))
        named, addresses = check_names(by, host)
        checks += [named, check_issuers(by, host), check_kept_time()]
        checks += check_reached(outside, addresses) if addresses else []
    if outside.clock:
        checks.append(check_right_time(outside.clock))
    if outside.letters is None:
        return checks
    return [*checks, *check_relay(outside.letters), *check_letters(by, outside.letters)]
