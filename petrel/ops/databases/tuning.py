"""Which settings a server of the site's should have on this machine, and whether it has them.

Sizes are a share of the machine, since the site runs beside it. source for the shares: the manual of Postgres 15,
section 20.4 (a quarter of the memory, at most), and less, because the web processes keep timelines in memory.
"""

from collections.abc import Sequence
from typing import Any

from petrel.ops.databases.shapes import Finding, Wish
from petrel.storage.postgres import ClusterName, Machine

UNITS = {"B": 1, "kB": 1 << 10, "8kB": 8 << 10, "MB": 1 << 20, "GB": 1 << 30, "ms": 1, "s": 1000, "min": 60_000}
HELD = """
select s.name, s.setting, coalesce(s.unit, '') as unit, s.context from pg_settings s where s.name = any ($1)
"""

# What people write must not reach the log of a server: no statement, no parameter, no row in a detail.
QUIET = tuple(Wish(name, value, "texts and secrets would stand in its log", must=True) for name, value in (
    ("log_statement", "none"), ("log_min_error_statement", "panic"), ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"), ("log_parameter_max_length_on_error", "0"),
    ("log_min_duration_statement", "-1"), ("log_min_duration_sample", "-1"), ("log_transaction_sample_rate", "0")))

DURABLE = (
    Wish("fsync", "on", "acknowledged means durable", must=True),
    Wish("full_page_writes", "on", "a power cut would leave torn pages", must=True),
    Wish("synchronous_commit", "off", "acknowledged means durable", must=True, rule="not"),
    Wish("autovacuum", "on", "tables would grow for ever", must=True),
    Wish("password_encryption", "scram-sha-256", "passwords would be kept in a form that can be replayed", must=True),
    Wish("wal_level", "minimal", "backups copy the running server", must=True, rule="not"),
    Wish("max_wal_senders", "3", "backups copy the running server", must=True, rule="least"),
    Wish("data_checksums", "on", "a rotten disk would not be noticed"),
)


def wishes(cluster: ClusterName, machine: Machine, disk_mib: int = 0) -> tuple[Wish, ...]:
    """All of them for one server. `disk_mib`: size of its disk, 0 when nobody knows."""
    own = _keyring(machine) if cluster == "keyring" else _main(machine, disk_mib)
    return (*DURABLE, *QUIET, *own)


def conf(asked: Sequence[Wish], more: Sequence[tuple[str, str]] = ()) -> str:
    """The text of a configuration file; `more` are settings that nobody judges."""
    lines = ["# Written by `petrel database prepare`, and written over by the next one. Your own lines: a file that",
             "# sorts after this one, such as zz-own.conf."]
    lines += [f"{one.name} = '{one.value}'" for one in asked if one.rule != "not" and one.name != "data_checksums"]
    return "\n".join(lines + [f"{name} = '{value}'" for name, value in more]) + "\n"


async def judge(connection: Any, cluster: ClusterName, machine: Machine | None) -> list[Finding]:
    """What of a running server is not as wished. `machine`: None for one that runs elsewhere, whose size nobody knows.

    Half of a wished size is enough: an operator may know better.
    """
    asked = wishes(cluster, machine or Machine(2, 1024))
    rows = {r["name"]: r for r in await connection.fetch(HELD, [one.name for one in asked])}
    found = []
    for one in asked:
        row = rows.get(one.name)
        if row is None or (one.rule == "least" and not one.must and machine is None):
            continue
        if not _holds(one, row["setting"], row["unit"]):
            found.append(Finding(cluster, one.name, _shown(row["setting"], row["unit"]), _wanted(one), one.why,
                                 one.must, row["context"] in ("postmaster", "internal")))
    return found


def _main(machine: Machine, disk_mib: int) -> tuple[Wish, ...]:
    memory = machine.memory_mib
    return (
        _size("shared_buffers", _between(128, memory // 5, 8192), "what is read often would come from the disk"),
        _size("effective_cache_size", _between(256, memory // 2, 65536), "plans would avoid indexes"),
        _size("work_mem", _between(4, memory // 1000, 32), "sorts would go to the disk"),
        _size("maintenance_work_mem", _between(64, memory // 20, 1024), "vacuum and indexes would take long"),
        _size("max_wal_size", _between(1024, disk_mib // 40, 8192), "it would write checkpoints all the time"),
        Wish("max_connections", "140", "two releases at once, backups and the crew need so many", rule="least"),
        *_common("on"),
    )


def _keyring(machine: Machine) -> tuple[Wish, ...]:
    return (
        Wish("wal_recycle", "off", "destroyed keys would stay in files kept for writing over", must=True),
        _size("shared_buffers", _between(16, machine.memory_mib // 40, 1024), "keys would come from the disk"),
        _size("maintenance_work_mem", 32, "vacuum would take long"),
        _size("max_wal_size", 128, "destroyed keys stay in it until a checkpoint"),
        Wish("max_connections", "90", "two releases at once and the crew need so many", rule="least"),
        *_common("off"),
    )


def _common(recycle: str) -> tuple[Wish, ...]:
    fast = "the disk is taken for one with turning plates"
    own = () if recycle == "off" else (Wish("wal_recycle", "on", "every file of the log would be made anew"),)
    return (*own, Wish("random_page_cost", "1.1", fast), Wish("jit", "off", "short queries would be compiled"),
            Wish("wal_compression", "pglz", "the log would be larger"),
            Wish("checkpoint_timeout", "10min", "it would write checkpoints all the time", rule="least"),
            Wish("TimeZone", "UTC", "times in logs would move twice a year"))


def _size(name: str, mib: int, why: str) -> Wish:
    return Wish(name, f"{mib}MB", why, rule="least")


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))


def _holds(one: Wish, setting: str, unit: str) -> bool:
    if one.rule == "not":
        return setting != one.value
    if one.rule == "is":
        return setting == one.value or _both_on(one.value, setting)
    share = 1.0 if one.must else 0.5
    return _number(setting, unit) >= share * _number(one.value, "")


def _both_on(wanted: str, setting: str) -> bool:
    # Compression has kinds, and any will do.
    return (wanted == "pglz" and setting in ("on", "lz4", "zstd", "pglz")) or {wanted, setting} <= {"UTC", "Etc/UTC"}


def _number(text: str, unit: str) -> float:
    digits = text.rstrip("kKMGBminsh")
    own = text[len(digits):]
    return float(digits) * UNITS.get(own or unit, 1)


def _shown(setting: str, unit: str) -> str:
    if unit in ("8kB", "kB", "MB") and setting.lstrip("-").isdigit():
        return f"{int(setting) * UNITS[unit] >> 20} MB"
    return f"{setting} {unit}".strip()


def _wanted(one: Wish) -> str:
    return {"is": one.value, "least": f"at least {one.value}", "not": f"anything but {one.value}"}[one.rule]
