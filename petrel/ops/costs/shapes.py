"""Shapes of costs. Bytes are of data and keys with their indexes; months have 30 days, GB are powers of ten."""

from typing import Annotated

from msgspec import Meta, Struct

Euros = Annotated[float, Meta(ge=0, le=1e6)]


class Each(Struct, frozen=True, kw_only=True):
    """What one thing takes. source: bench/growth_bench.py and bench/RESULTS.md, as in docs/handbook/costs.md.

    `rest_*`: of a site at rest. `home_bytes`: memory for the home timeline of somebody who came lately. `packed`: a
    full copy in the backup, of the data's size. `request_cpu_s` with HTTPS; `request_bytes` is a guess, packed.
    """

    account_bytes: float = 3_150
    follow_bytes: float = 1_100
    post_bytes: float = 2_000
    like_bytes: float = 1_000
    post_log_bytes: float = 2_300
    like_log_bytes: float = 2_000
    follow_log_bytes: float = 2_000
    rest_day_bytes: float = 2e6
    rest_log_day_bytes: float = 0.1e9
    request_bytes: float = 5_000
    request_cpu_s: float = 0.00108 * 1.06
    rest_memory_bytes: float = 0.32e9
    load_memory_bytes: float = 0.42e9
    home_bytes: float = 8_400
    packed: float = 0.22


class Habits(Struct, frozen=True, kw_only=True):
    """Of one active account, a day; all assumed. `sleeping`: accounts beside it that no longer come. `busiest_hour`:
    its share of a day; `peak`: the busiest moments, of that hour's mean."""

    posts: float = 1
    likes: float = 2
    follows: float = 0.2
    first_follows: float = 30
    requests: float = 200
    letters: float = 0.1
    sleeping: float = 2
    busiest_hour: float = 0.1
    peak: float = 3


class Prices(Struct, frozen=True, kw_only=True):
    """Euros a month. Guesses of ours about what machines are rented for: replace them by your own."""

    core: Euros = 2.0
    memory_gib: Euros = 1.0
    disk_gb: Euros = 0.05
    target_gb: Euros = 0.02
    traffic_tb: Euros = 1.0
    letters_1000: Euros = 0.4
    watcher: Euros = 4.0
    name: Euros = 1.0


class Month(Struct, frozen=True, kw_only=True):
    """What has to be rented, rounded up. `growth_year_gb`: of data and keys; `load_cores`: taken in the busiest
    moments. `euros`: by what is paid for."""

    active: int
    cores: int
    memory_gib: int
    disk_gb: float
    target_gb: float
    traffic_tb: float
    letters: int
    growth_year_gb: float
    memory_gb: float
    load_cores: float
    euros: dict[str, float]

    @property
    def sum_euros(self) -> float:
        return round(sum(self.euros.values()), 2)
