"""One embedded Postgres cluster under our own supervision: made, started, watched, stopped.

The server reaches its directories through descriptors that we opened (`/proc/self/cwd`, `/proc/self/fd/N`), because
the user who runs it may not be allowed to walk there: a site in /root keeps its doors closed.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from petrel.storage.postgres import config, folders, leftovers, owner, probe
from petrel.storage.postgres.binaries import MAJOR, Binaries
from petrel.storage.postgres.errors import ClusterFailed

ADMIN = "petrel_admin"
LOG_KEEP_BYTES = 8 * 1024 * 1024
SAY_EVERY_S = 3.0
STOP_PATIENCE_S = 120.0
"""A fast shutdown writes a checkpoint first; only after this long is the server stopped the hard way."""

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


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
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def sockets(self) -> Path:
        return folders.socket_folder(self._data, f"pg-{self.name}")

    @property
    def pid(self) -> int | None:
        """Of the postmaster that we started, while it runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def is_running(self) -> bool:
        return self.pid is not None

    def init(self) -> bool:
        """Makes the cluster and its database; true if it was not there. Interrupted anywhere, it starts over."""
        if (self.folder / "PG_VERSION").exists():
            self._check_version()
            return False
        if self.folder.exists() and any(self.folder.iterdir()):
            raise ClusterFailed(
                f"{self.folder} is not empty and holds no database.",
                "Choose another data directory.",
            )
        if not owner.has_passwd_entry(self._owner.uid):
            raise ClusterFailed(
                f"User {self._owner.uid} has no name in /etc/passwd, and Postgres' initdb insists on one.",
                "Add an entry for that user, or set PETREL_DATABASE_URL and PETREL_KEYRING_URL.",
            )
        making = self.folder.with_name(self.name + ".new")
        if making.exists():
            shutil.rmtree(making)
        folders.make_private(making, self._owner)
        self._run_in(making, *self._initdb())
        single = [
            self._binaries.program("postgres"),
            "--single",
            "-j",
            "-D",
            "/proc/self/cwd",
            "template1",
        ]
        self._run_in(making, *single, text=f"CREATE DATABASE {self.database};\n")
        if self.folder.exists():
            self.folder.rmdir()
        making.rename(self.folder)
        return True

    def start(self) -> None:
        """Launches the server and returns at once; `wait_ready` waits. The server ends when we end, however we end.

        Must be called from the main thread: the kernel counts the end of the starting thread as our end.
        """
        if self.is_running():
            return
        self.stop_leftovers()
        self._launch()

    def wait_ready(self) -> None:
        """As long as it takes: recovery after a crash may need minutes, and says so every few seconds."""
        began = time.monotonic()
        next_word = began + SAY_EVERY_S
        while self.answer() is not probe.Answer.READY:
            if not self.is_running():
                raise ClusterFailed(
                    f"Postgres ({self.name}) ended while starting:\n{folders.last_lines(self.log_file, 8)}",
                    f"The whole log: {self.log_file}",
                )
            if time.monotonic() >= next_word:
                next_word += SAY_EVERY_S
                waited_s = int(time.monotonic() - began)
                self._say(
                    f"Postgres ({self.name}) is recovering what a crash left behind, {waited_s} s so far ..."
                )
            time.sleep(0.02)

    def answer(self) -> probe.Answer:
        """How the server is, asked over its socket."""
        return probe.ask(self.sockets, ADMIN, self.database)

    def mend(self) -> str | None:
        """Restarts a server that died; never waits. Returns a line for the console if there is news.

        Call it again and again: the dead server's children have to end before a new one may open the same files.
        """
        if self.is_running():
            return None
        if self._server is not None:
            code = self._server.returncode
            self._server = None
            return f"Postgres ({self.name}) died ({describe_exit(code)}); restarting it."
        if leftovers.processes_of(self._tag, self.folder):
            return None
        self._launch()
        return None

    def stop(self) -> None:
        """A fast, clean shutdown: sessions are ended, everything is written, the next start needs no recovery."""
        if self._server is None:
            return
        self._shut_down(self._server.pid, lambda timeout_s: _wait(self._server, timeout_s))
        self._server = None

    def stop_leftovers(self) -> None:
        """Ends a server in our directory that a killed supervisor left behind, cleanly."""
        alive = leftovers.processes_of(self._tag, self.folder)
        if not alive:
            return
        postmaster = leftovers.postmaster_pid(self.folder)
        if postmaster in alive:
            self._say(
                f"Postgres ({self.name}) still runs from an earlier start as process {postmaster}; stopping it."
            )
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
        self._write_settings()
        log = folders.open_log(self.log_file, LOG_KEEP_BYTES)
        door = os.open(sockets, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            self._server = subprocess.Popen(
                [
                    self._binaries.program("postgres"),
                    *("-D", "/proc/self/cwd"),
                    *("-c", f"unix_socket_directories=/proc/self/fd/{door}"),
                    *("-c", f"cluster_name={self._tag}"),
                ],
                stdout=log,
                stderr=log,
                pass_fds=[door],
                preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 (start() says: main thread)
                **self._as_owner(self.folder),
            )
        finally:
            os.close(log)
            os.close(door)

    def _initdb(self) -> list[str]:
        return [
            self._binaries.program("initdb"),
            *(
                "-D",
                "/proc/self/cwd",
                "-U",
                ADMIN,
                "-E",
                "UTF8",
                "--auth=peer",
                "--no-instructions",
            ),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--data-checksums", "--sync-method=syncfs"),
        ]

    def _as_owner(self, folder: Path) -> dict[str, Any]:
        """A clean environment, the owner's rights, and a process group of its own: Ctrl-C is the supervisor's."""
        rights: dict[str, Any] = {}
        if self._owner.borrowed:
            rights = {
                "user": self._owner.uid,
                "group": self._owner.gid,
                "extra_groups": [],
            }
        return {
            "cwd": folder,
            "env": {"PATH": os.defpath, "LC_ALL": "C"},
            "process_group": 0,
            **rights,
        }

    def _run_in(self, folder: Path, *command: str, text: str = "") -> None:
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            **self._as_owner(folder),
        )
        if done.returncode != 0 or "FATAL" in done.stderr or "ERROR" in done.stderr:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-8:])
            raise ClusterFailed(
                f"{Path(command[0]).name} failed for {self.folder}:\n{said}",
                "See the message above.",
            )

    def _check_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text().strip()
        if made_by != str(MAJOR):
            raise ClusterFailed(
                f"{self.folder} was made by Postgres {made_by}; this release brings {MAJOR}.",
                f"Dump it with the release that made it, or convert it with pg_upgrade {made_by} -> {MAJOR}.",
            )

    def _write_settings(self) -> None:
        here = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            conf = config.server_conf(self._profile, config.this_machine())
            folders.write_as(here, "postgresql.conf", conf, self._owner)
            folders.write_as(here, "pg_hba.conf", config.access_conf(), self._owner)
            folders.write_as(here, "pg_ident.conf", config.logins_conf(self._owner), self._owner)
        finally:
            os.close(here)

    def _shut_down(self, pid: int, wait: Callable[[float], bool]) -> None:
        leftovers.send(pid, signal.SIGINT)
        until = time.monotonic() + STOP_PATIENCE_S
        while not wait(SAY_EVERY_S):
            if time.monotonic() >= until:
                self._say(f"Postgres ({self.name}) does not stop; ending it hard. The next start recovers.")
                leftovers.send(pid, signal.SIGQUIT)
                if not wait(15):
                    leftovers.send(pid, signal.SIGKILL)
                    wait(15)
                return
            self._say(f"Waiting for Postgres ({self.name}) to write everything down ...")


def describe_exit(code: int) -> str:
    """As in `signal 9` or `exit code 1`."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _wait(server: "subprocess.Popen[bytes] | None", timeout_s: float) -> bool:
    assert server is not None
    try:
        server.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end_with(parent: int) -> Callable[[], None]:
    """For the new process: shut down cleanly (SIGINT) when the process that started it is gone."""

    def ask_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel
