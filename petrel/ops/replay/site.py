"""Finds the running site of a data directory, or starts one and stops it afterwards."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from petrel.core.errors import Unavailable
from petrel.ops.processes import read_status
from petrel.storage.postgres import holder_of

START_WAIT_S = 600.0  # a database may have to recover from a crash first
STOP_WAIT_S = 90.0
LOOK_EVERY_S = 0.1
# One machine plays everybody: limits by address and account would stop it.
SETTINGS_OF_OUR_OWN = {"PETREL_RATE_LIMITS": "off", "PETREL_STRANGER": "off", "PETREL_CANARY": "off",
                       "PETREL_LINK_CARDS": "off", "PETREL_BALLAST_MIB": "0"}


@asynccontextmanager
async def find_site(data_dir: Path) -> AsyncIterator[str]:
    """The address of the running site. Errors: Unavailable."""
    if holder_of(data_dir) is not None:
        yield _plain(await _ready(data_dir, None))
        return
    process, log_path = await _start(data_dir)
    try:
        try:
            yield _plain(await _ready(data_dir, process))
        except _Ended as ended:
            raise Unavailable(f"the site did not start (all of it: {log_path}): ...{_tail(log_path)}") from ended
    finally:
        await _stop(process)


class _Ended(Exception):
    pass


async def _ready(data_dir: Path, process: asyncio.subprocess.Process | None) -> str:
    """Waits until the supervisor says that the site is ready; a note may outlive the one who wrote it."""
    until = time.monotonic() + START_WAIT_S
    while time.monotonic() < until:
        if process is not None and process.returncode is not None:
            raise _Ended
        status = read_status(data_dir)
        if status is not None and status.state == "ready" and status.pid == holder_of(data_dir):
            return status.address
        await asyncio.sleep(LOOK_EVERY_S)
    raise Unavailable(f"the site in {data_dir} was not ready within {START_WAIT_S:.0f} s")


def _plain(address: str) -> str:
    if not address.startswith("http://"):
        raise Unavailable(f"the site is at {address}, and a replay speaks plain HTTP: take one without a base_url")
    return address


async def _start(data_dir: Path) -> tuple[asyncio.subprocess.Process, Path]:
    log_path = data_dir / "replay" / "site.log"
    log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log_path.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "petrel", "up", "--data", str(data_dir), "--port", "0"),
            stdout=log,
            stderr=log,
            env=os.environ | SETTINGS_OF_OUR_OWN,
            start_new_session=True,  # an interrupt at the terminal is ours; the site stops when we say so
        )
    return process, log_path


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_WAIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def _tail(path: Path) -> str:
    return path.read_bytes()[-600:].decode("utf-8", "replace")
