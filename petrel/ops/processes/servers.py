"""Watches the embedded Postgres servers: one that dies is started again, and recovers by itself."""

import time
from collections.abc import Callable

from petrel.ops.processes.patience import Deaths, Patience
from petrel.ops.processes.status import PartState, ServerStatus
from petrel.storage.postgres import Cluster, StorageError

TIDY_EVERY_S = 60.0


class ServerWatch:
    def __init__(self, cluster: Cluster, patience: Patience, say: Callable[[str], None]) -> None:
        self.cluster = cluster
        self.deaths = Deaths(patience)
        self.is_well = True
        self._patience = patience
        self._say = say
        self._down_since = 0.0
        self._up_since = time.monotonic()
        self._tidy_at = 0.0

    def look_after(self, now: float) -> None:
        """Never waits longer than one question over the socket."""
        if self.cluster.is_running():
            self._look_at_living(now)
        elif now >= self.deaths.retry_at:
            self._look_at_dead(now)

    def _look_at_living(self, now: float) -> None:
        if not self.is_well and self.cluster.is_ready():
            self.is_well = True
            self._up_since = now
            self._say(f"Postgres ({self.cluster.name}) is back after {now - self._down_since:.1f} s.")
        if self.deaths.has_lived(self._up_since, now):
            self._say(f"Postgres ({self.cluster.name}) runs well again.")
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY_S
            self.cluster.trim_log()

    def _look_at_dead(self, now: float) -> None:
        try:
            how = self.cluster.mend()
        except (OSError, StorageError) as problem:
            how = f"cannot start: {problem}"
        if how is None:
            return
        if self.is_well:
            self.is_well = False
            self._down_since = now
        if self.deaths.add(now, how):
            self._say(
                f"Postgres ({self.cluster.name}) keeps dying (last: {how}); trying again every "
                f"{self._patience.slow_s:g} s. Its log: {self.cluster.log_file}"
            )
        elif not self.deaths.failing:
            self._say(f"Postgres ({self.cluster.name}) died ({how}); restarting it.")

    def status(self) -> ServerStatus:
        state: PartState = "running" if self.is_well else "restarting"
        if self.deaths.failing:
            state = "failing"
        return ServerStatus(self.cluster.pid, state, self.deaths.total, self.deaths.last)
