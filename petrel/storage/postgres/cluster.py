"""One embedded Postgres cluster under our own supervision: made, started, watched, stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from petrel.storage.postgres import config, folders, installed, leftovers, owner, probe
from petrel.storage.postgres.binaries import Binaries
from petrel.storage.postgres.birth import ADMIN, make_cluster
from petrel.storage.postgres.errors import ClusterFailed
from petrel.storage.postgres.launch import launch_server

LOG_KEEP_BYTES = 8 * 1024 * 1024
SAY_EVERY_S = 3.0
STOP_PATIENCE_S = 120.0
"""A fast shutdown writes a checkpoint first; only after this long is the server stopped the hard way."""
ORPHAN_PATIENCE_S = 3.0
"""Sessions notice the death of their postmaster when they next wait for something; most do within milliseconds."""


class Adopted:
    """A server that this process started as an older release: its child, but nobody's `Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            try:
                pid, state = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.returncode = 1
            else:
                self.returncode = os.waitstatus_to_exitcode(state) if pid else None
        return self.returncode

    def wait(self, timeout_s: float) -> int:
        if self.poll() is None and leftovers.wait_gone(self.pid, timeout_s):
            self.poll()
        if self.returncode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout_s)
        return self.returncode


class Cluster:
    """Paths and process of one cluster. Nothing here is safe to share between threads."""

    def __init__(
        self,
        name: str,
        data: Path,
        database: str,
        profile: config.Profile,
        binaries: Binaries,
        say: Callable[[str], None] = print,
    ) -> None:
        self.name = name
        self.folder = data / name
        self.database = database
        self.log_file = data / "log" / f"postgres-{name}.log"
        self._data = data
        self._profile = profile
        self._say = say
        self._owner = owner.owner_of(self.folder)
        self._binaries = binaries
        self._server: subprocess.Popen[bytes] | Adopted | None = None
        self._died_at = 0.0

    @property
    def sockets(self) -> Path:
        return folders.socket_folder(self._data, f"pg-{self.name}")

    @property
    def pid(self) -> int | None:
        """Of the postmaster that we started, while it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def is_running(self) -> bool:
        return self.pid is not None

    def processes(self) -> list[int]:
        """All live processes of this cluster, whoever started them; the postmaster first."""
        return leftovers.processes_of(self._tag, self.folder) if self.folder.exists() else []

    def init(self) -> bool:
        """Makes the cluster and its database; true if it was not there."""
        return make_cluster(self.folder, self.database, self._owner, self._binaries)

    def start(self) -> None:
        """Launches the server and returns at once; `wait_ready` waits. The server ends when we end, however we end.

        Must be called from the main thread: the kernel counts the end of the starting thread as our end.
        """
        if self.is_running():
            return
        self.stop_leftovers()
        self._launch()

    def adopt(self, pid: int) -> None:
        """Looks after a server that runs already. One that has died meanwhile is started by `start`."""
        self._server = Adopted(pid)

    def wait_ready(self) -> None:
        """As long as it takes: recovery after a crash may need minutes, and says so every few seconds."""
        began = time.monotonic()
        next_word = began + SAY_EVERY_S
        while (state := self.answer()) is not probe.Answer.READY:
            if not self.is_running():
                raise ClusterFailed(
                    f"Postgres ({self.name}) ended while starting:\n{folders.last_lines(self.log_file, 8)}",
                    f"The whole log: {self.log_file}",
                )
            if time.monotonic() >= next_word:
                next_word += SAY_EVERY_S
                waited_s = int(time.monotonic() - began)
                doing = "recovering after a crash" if state is probe.Answer.STARTING else "starting"
                self._say(f"Postgres ({self.name}) is {doing}, {waited_s} s so far ...")
            time.sleep(0.02)

    def answer(self) -> probe.Answer:
        """How the server is, asked over its socket."""
        return probe.ask(self.sockets, ADMIN, self.database)

    def is_ready(self) -> bool:
        return self.answer() is probe.Answer.READY

    def mend(self) -> str | None:
        """Restarts a server that died, by calls repeated until `is_running`; none of them waits.

        Returns how it died, once per death. A new server is launched by a later call, when the processes of the
        dead one have ended too: two generations on the same files would destroy them.
        """
        if self.is_running():
            return None
        if self._server is not None:
            code = self._server.returncode
            assert code is not None
            self._server = None
            self._died_at = time.monotonic()
            return describe_exit(code)
        alive = self.processes()
        if not alive:
            self._launch()
        elif time.monotonic() - self._died_at > ORPHAN_PATIENCE_S:
            for pid in alive:
                leftovers.send(pid, signal.SIGKILL)
        return None

    def trim_log(self) -> None:
        """Keeps the log of a long-running server within twice LOG_KEEP_BYTES."""
        folders.trim_log(self.log_file, LOG_KEEP_BYTES)

    def stop(self) -> None:
        """A fast, clean shutdown: sessions end, everything is written, the next start needs no recovery."""
        server, self._server = self._server, None
        if server is not None:
            self._shut_down(server.pid, lambda timeout_s: _wait(server, timeout_s))

    def stop_leftovers(self) -> None:
        """Ends a server in our directory that a killed supervisor left behind, cleanly, also one that was stopped."""
        alive = self.processes()
        if not alive:
            return
        for pid in alive:
            leftovers.send(pid, signal.SIGCONT)
        postmaster = leftovers.postmaster_pid(self.folder)
        if postmaster in alive:
            self._say(f"Postgres ({self.name}) still runs from an earlier start as process {postmaster}; stopping it.")
            self._shut_down(postmaster, lambda timeout_s: leftovers.wait_gone(postmaster, timeout_s))
        # Without their postmaster the others end by themselves at once, unless stuck in a computation.
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL):
            alive = leftovers.wait_all_gone(self._tag, self.folder, timeout_s=5)
            for pid in alive:
                leftovers.send(pid, number)
        if leftovers.wait_all_gone(self._tag, self.folder, timeout_s=10):
            raise ClusterFailed(
                f"Processes of an earlier Postgres ({self.name}) cannot be ended: {alive}.",
                "Restart the machine.",
            )

    @property
    def _tag(self) -> str:
        return leftovers.tag_of(self.name, self.folder)

    def _launch(self) -> None:
        sockets = folders.make_socket_folder(self._data, f"pg-{self.name}", self._owner)
        leftovers.forget_stale_lock(self.folder)
        stale = probe.socket_file(sockets)
        stale.unlink(missing_ok=True)
        stale.with_name(stale.name + ".lock").unlink(missing_ok=True)
        config.write_all(self.folder, self._profile, self._owner, installed.major_of(self._binaries))
        log = folders.open_log(self.log_file, LOG_KEEP_BYTES)
        try:
            self._server = launch_server(self.folder, sockets, self._tag, self._owner, self._binaries, log)
        finally:
            os.close(log)

    def _shut_down(self, pid: int, wait: Callable[[float], bool]) -> None:
        leftovers.send(pid, signal.SIGINT)
        until = time.monotonic() + STOP_PATIENCE_S
        while not wait(SAY_EVERY_S):
            if time.monotonic() < until:
                self._say(f"Waiting for Postgres ({self.name}) to write everything down ...")
                continue
            self._say(f"Postgres ({self.name}) does not stop; ending it hard. The next start recovers.")
            for number in (signal.SIGQUIT, signal.SIGKILL):
                leftovers.send(pid, number)
                if wait(15):
                    break
            return


def describe_exit(code: int) -> str:
    """As in `signal 9` or `exit code 1`."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _wait(server: "subprocess.Popen[bytes] | Adopted", timeout_s: float) -> bool:
    try:
        server.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True
