"""A private site: `petrel up` as a process of its own in a scratch directory, with real databases and all its parts."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil  # type: ignore[import-untyped]

from petrel.ops.drills.shapes import Broken
from petrel.ops.processes import COMPONENTS, Status, read_status
from petrel.storage.build import ROOT
from petrel.storage.postgres import ClusterName, Storage, holder_of

START_S, STOP_S, LOOK_S = 90.0, 40.0, 0.02
# A drill plays everybody from one address; its limits would be the limits of the site.
SETTINGS = {"PETREL_RATE_LIMITS": "off", "PETREL_WEB_WORKERS": "2", "PETREL_NOTHING_AFTER_MS": "0",
            "PETREL_STRANGER": "off", "PETREL_CANARY": "off", "PETREL_LINK_CARDS": "off",
            "PETREL_BALLAST_MIB": "0"}

SIZE = """select coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8 from pg_class c
           where c.relkind in ('r', 'm', 'p') and c.relnamespace not in
                 (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema', 'pg_toast'))"""


class Site:
    """Runs while the block of `private_site` does. `address` without a slash at its end."""

    def __init__(self, data: Path, process: asyncio.subprocess.Process, console: Path) -> None:
        self.data = data
        self.process = process
        self.console = console
        self.address = ""

    def status(self) -> Status | None:
        """What the supervisor said last; None while it says nothing."""
        status = read_status(self.data)
        return status if status is not None and status.pid == holder_of(self.data) else None

    def running(self) -> Status:
        """Errors: Broken, when the site has ended."""
        if (status := self.status()) is None:
            raise Broken(f"the site has ended: ...{self.said()}")
        return status

    async def until(self, condition: Callable[[], object], within_s: float, what: str) -> float:
        """Seconds until `condition` held. Errors: Broken when it did not, or the site ended."""
        began = time.monotonic()
        while not condition():
            if self.process.returncode is not None:
                raise Broken(f"the site ended while waiting for {what}: ...{self.said()}")
            if time.monotonic() - began > within_s:
                raise Broken(f"waited {within_s:.0f} s in vain for {what}: ...{self.said()}")
            await asyncio.sleep(LOOK_S)
        return time.monotonic() - began

    def postgres(self, name: ClusterName = "main") -> int:
        """The postmaster's process, verified to be one of this site. Errors: Broken."""
        server = self.running().postgres.get(name)
        if server is None or server.pid is None:
            raise Broken(f"the site names no Postgres ({name})")
        process = psutil.Process(server.pid)
        if process.name() != "postgres" or process.ppid() != self.running().pid:
            raise Broken(f"process {server.pid} is {process.name()!r}, not the Postgres of this site")
        return server.pid

    @asynccontextmanager
    async def standing(self, name: str) -> AsyncIterator[None]:
        """All of a part or a server (`petrel restart` has the same names) stands still and says nothing, as long as
        the block lasts or until somebody has ended it. Errors: Broken."""
        cluster = next((one for one, called in COMPONENTS.items() if called == name), None)
        first = [self.postgres(cluster)] if cluster else self.running().parts[name].pids
        family = [one for pid in first for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))]
        for process in family:
            process.suspend()
        try:
            yield
        finally:
            for process in family:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    @asynccontextmanager
    async def database(self, role: str = "petrel_admin", cluster: ClusterName = "main") -> AsyncIterator[Any]:
        """A connection past the doors: for planting, for looking at rows, and as the roles of the program."""
        connection = await asyncpg.connect(**Storage(self.data).connect_args(cluster, role))
        try:
            yield connection
        finally:
            await connection.close()

    async def size_bytes(self, cluster: ClusterName = "main") -> int:
        """Of all our tables with their indexes."""
        async with self.database(cluster=cluster) as connection:
            return int(await connection.fetchval(SIZE))

    async def petrel(self, *args: str, typed: str = "", by: Path | None = None) -> tuple[int, str]:
        """`petrel ARGS --data ...` on this site: exit code and standard output. `typed`: its input, as a password.
        `by`: the release whose program it is, with a virtual environment of its own; ours by default."""
        return await self.petrel_elsewhere(*args, "--data", str(self.data), typed=typed, by=by)

    async def told(self, *args: str, typed: str = "", by: Path | None = None) -> str:
        """What it said, where it has to succeed. Errors: Broken."""
        code, said = await self.petrel(*args, typed=typed, by=by)
        if code:
            raise Broken(f"petrel {' '.join(args)}: {said}")
        return said

    async def petrel_elsewhere(self, *args: str, typed: str = "", by: Path | None = None) -> tuple[int, str]:
        """As it stands, for commands about another place than this site."""
        python, root = (sys.executable, ROOT) if by is None else (str(by / ".venv/bin/python"), by)
        process = await asyncio.create_subprocess_exec(
            python, "-m", "petrel", *args, cwd=root, env=environment(root=root),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, errors = await process.communicate(typed.encode())
        return process.returncode or 0, (out or errors).decode(errors="replace")

    def said(self, most: int = 1500) -> str:
        """The end of what the site printed."""
        try:
            return self.console.read_text(errors="replace")[-most:]
        except OSError:
            return ""


def environment(more: Mapping[str, str] | None = None, root: Path = ROOT) -> dict[str, str]:
    """Ours, without settings that are meant for another site; and the program is that of `root`, installed or not."""
    ours = {n: v for n, v in os.environ.items() if not n.startswith("PETREL_")}
    return ours | SETTINGS | {"PYTHONPATH": str(root)} | dict(more or {})


@asynccontextmanager
async def private_site(folder: Path, program: Sequence[str] = ("petrel",),
                       settings: Mapping[str, str] | None = None, root: Path = ROOT) -> AsyncIterator[Site]:
    """Starts a site in `folder`, and makes it when there is none, and stops all of it afterwards.

    `program`: what `python -m` runs, with words before `up`; `root`: where the sources of it stand, ours or another
    build's. Errors: Broken when it does not come up.
    """
    console = folder.with_name(folder.name + ".console")
    port = (settings or {}).get("PETREL_PORT", "0")
    with console.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *program, "up", "--data", str(folder), "--port", port,
            cwd=root, env=environment(settings, root), stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True)      # an interrupt at the terminal is for the drill, which stops the site
    site = Site(folder, process, console)
    try:
        await site.until(lambda: (s := site.status()) is not None and s.state == "ready", START_S, "the site to start")
        # "localhost" is two addresses on most machines and the site listens on one of them.
        site.address = site.running().address.replace("//localhost", "//127.0.0.1")
        yield site
    finally:
        await asyncio.shield(_end(site))


async def _end(site: Site) -> None:
    """Asks it to stop; ends by number whatever of it is left."""
    family = _family(site)
    if site.process.returncode is None:
        site.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(site.process.wait(), STOP_S)
        except TimeoutError:
            site.process.kill()
            await site.process.wait()
    for _ in range(100):
        left = [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        if not left:
            return
        await asyncio.sleep(0.05)
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass


def _family(site: Site) -> list[psutil.Process]:
    try:
        return list(psutil.Process(site.process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []
