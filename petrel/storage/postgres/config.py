"""The configuration files of an embedded cluster, written anew at every start.

An operator's own lines go into `DATA/main/local.conf` or `DATA/keyring/local.conf`, read last.
"""

import os
from pathlib import Path

from msgspec import Struct

from petrel.storage.postgres.folders import write_as
from petrel.storage.postgres.owner import Owner, database_logins

MIB = 1024 * 1024


class Profile(Struct, frozen=True):
    """How big one cluster may become. Sizes in MiB."""

    shared_buffers_mib: int
    max_connections: int
    work_mem_mib: int
    maintenance_mem_mib: int
    max_wal_mib: int
    autovacuum_workers: int
    keeps_old_log: bool = True
    """Files of the write-ahead log are written over again; if not, they are removed, and what was in them with them."""


MAIN = Profile(
    shared_buffers_mib=128,
    max_connections=140,
    work_mem_mib=4,
    maintenance_mem_mib=64,
    max_wal_mib=1024,
    autovacuum_workers=2,
)
KEYRING = Profile(
    shared_buffers_mib=8,
    max_connections=90,
    work_mem_mib=1,
    maintenance_mem_mib=16,
    max_wal_mib=128,
    autovacuum_workers=1,
    keeps_old_log=False,
)


class Machine(Struct, frozen=True):
    cores: int
    memory_mib: int


def this_machine() -> Machine:
    """What we may use: a container's limit counts, not the host's memory."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        limit = "max"
    if limit.isdigit():
        memory_bytes = min(memory_bytes, int(limit))
    return Machine(len(os.sched_getaffinity(0)), memory_bytes // MIB)


LOGINS = ["petrel_admin", "petrel_reader", "petrel_writer", "petrel_system"]
NEWER = {"io_method": 18, "autovacuum_worker_slots": 18}
"""Settings that older versions do not know; a copy of another server may be one."""


def server_conf(profile: Profile, machine: Machine, major: int = 18) -> str:
    """postgresql.conf. Socket directory and cluster name come on the command line."""
    lines = _server_conf(profile, machine).splitlines(keepends=True)
    return "".join(line for line in lines if NEWER.get(line.partition(" =")[0], 0) <= major)


def _server_conf(profile: Profile, machine: Machine) -> str:
    return f"""\
# Written by Petrel at every start; put your own lines into local.conf beside this file.

# Nobody connects from outside this machine.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = {profile.max_connections}

# Acknowledged means durable.
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = replica
wal_compression = pglz
max_wal_size = {profile.max_wal_mib}MB
min_wal_size = 48MB
wal_recycle = {"on" if profile.keeps_old_log else "off"}
checkpoint_timeout = 5min
max_wal_senders = 3
max_logical_replication_workers = 0

# Small when idle. io_method = sync saves three processes.
shared_buffers = {profile.shared_buffers_mib}MB
effective_cache_size = {max(64, machine.memory_mib // 2)}MB
work_mem = {profile.work_mem_mib}MB
maintenance_work_mem = {profile.maintenance_mem_mib}MB
autovacuum_work_mem = {profile.maintenance_mem_mib // 2}MB
huge_pages = off
io_method = sync
jit = off
max_worker_processes = 4
max_parallel_workers = {min(4, machine.cores)}
max_parallel_workers_per_gather = {0 if machine.cores < 4 else 2}
max_parallel_maintenance_workers = 1
autovacuum_max_workers = {profile.autovacuum_workers}
autovacuum_worker_slots = {profile.autovacuum_workers + 1}
autovacuum_naptime = 30s
random_page_cost = 1.1

# Same results on every machine.
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.simple'

# To standard error, which the supervisor keeps in DATA/log. Never a statement, parameter or row: they hold content.
logging_collector = off
log_line_prefix = '%m [%p] %q%u@%d '
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_startup_progress_interval = 5s

include_if_exists = 'local.conf'
"""


def access_conf() -> str:
    """pg_hba.conf. The kernel says which user is at the other end of the socket, so no password has to be kept.

    `trust` would be as good for an ordinary user, whose socket directory is 0700; but a site started by root lends
    its cluster to a user like `nobody`, whom other programs on the machine may be too: they must not get in.
    """
    return "local all all peer map=petrel\nlocal replication all peer map=petrel\n"


def logins_conf(owner: Owner, major: int = 18) -> str:
    """pg_ident.conf: these operating system users may be any database role; older versions have no word for all."""
    roles = ["all"] if major >= 16 else LOGINS
    return "".join(f'petrel "{name}" {role}\n' for name in database_logins(owner) for role in roles)


def write_all(folder: Path, profile: Profile, owner: Owner, major: int = 18) -> None:
    """Replaces the three files in the cluster's directory."""
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        write_as(here, "postgresql.conf", server_conf(profile, this_machine(), major), owner)
        write_as(here, "pg_hba.conf", access_conf(), owner)
        write_as(here, "pg_ident.conf", logins_conf(owner, major), owner)
    finally:
        os.close(here)
