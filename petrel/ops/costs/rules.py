"""The arithmetic of docs/handbook/costs.md. Pure."""

import math

import msgspec

from petrel.ops.costs.shapes import Each, Habits, Month, Prices

DAYS = 30
AIR = 1.2                       # of tables in use
COPIES = 7                      # full copies kept. source: setting backup_keep
ASIDE_GB, SYSTEM_GB = 5, 8      # log, logs, ballast and what is kept free; the system
LEAST_GIB = 2


def reckon(active: int, each: Each = Each(), habits: Habits = Habits(), prices: Prices = Prices(), *,
           years: float = 1) -> Month:
    """For so many people who come on most days, after so many years."""
    written = habits.posts * each.post_bytes + habits.likes * each.like_bytes + habits.follows * each.follow_bytes
    day = active * written + each.rest_day_bytes
    once = active * ((1 + habits.sleeping) * each.account_bytes + habits.first_follows * each.follow_bytes)
    data = once + 365 * years * day
    log_day = each.rest_log_day_bytes + active * (
        habits.posts * each.post_log_bytes + habits.likes * each.like_log_bytes
        + habits.follows * each.follow_log_bytes)
    copy = each.packed * AIR * data
    peak_s = active * habits.requests * habits.busiest_hour * habits.peak / 3600
    load_cores = peak_s * each.request_cpu_s
    memory = each.rest_memory_bytes + each.load_memory_bytes + active * each.home_bytes
    month = Month(
        active=active, cores=_doubled(2, 2 * load_cores + 1),
        memory_gib=_doubled(LEAST_GIB, 2 * (memory + 7 * day) / 2**30),
        disk_gb=_up(2 * AIR * data / 1e9 + ASIDE_GB + SYSTEM_GB), target_gb=_up((COPIES * copy + 7 * log_day) / 1e9),
        traffic_tb=_up(DAYS * (active * habits.requests * each.request_bytes + copy + log_day) / 1e12),
        letters=round(DAYS * habits.letters * active), growth_year_gb=365 * day / 1e9, memory_gb=memory / 1e9,
        load_cores=load_cores, euros={})
    return _paid(month, prices)


def _paid(month: Month, prices: Prices) -> Month:
    euros = {"machine": month.cores * prices.core + month.memory_gib * prices.memory_gib,
             "disk": month.disk_gb * prices.disk_gb, "backup target": month.target_gb * prices.target_gb,
             "traffic": month.traffic_tb * prices.traffic_tb, "letters": month.letters / 1000 * prices.letters_1000,
             "watcher": prices.watcher, "name": prices.name}
    return msgspec.structs.replace(month, euros={name: round(one, 2) for name, one in euros.items()})


def _doubled(least: int, wanted: float) -> int:
    """As machines are rented: 2, 4, 8, ..."""
    return max(least, 2 ** math.ceil(math.log2(wanted)))


def _up(number: float) -> float:
    """Two digits count."""
    step = 10.0 ** (math.floor(math.log10(number)) - 1)
    return round(math.ceil(round(number / step, 6)) * step, 6)
