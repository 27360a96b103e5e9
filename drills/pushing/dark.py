"""A place from which nothing leads out: a network namespace with nothing in it but loopback, and no name server."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from drills.pushing import inside
from petrel.ops.drills import Broken, Impossible

MACHINE = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
"""Where its own programs are: no virtual environment's, whoever began the drill."""

RESOLVERS = Path("/etc/netns")
"""What stands there below a namespace's name is /etc/resolv.conf for `ip netns exec`."""


class Dark(Struct, frozen=True):
    """`ip` and `python`: programs of the machine. `space`: the namespace."""

    ip: str
    python: str
    space: str

    def command(self, *words: str) -> list[str]:
        """Becomes that program: the same process."""
        return [self.ip, "netns", "exec", self.space, *words]

    async def prove(self, outside: str) -> None:
        """`outside`: an address of this machine that answers out here. Errors: Broken, when anything leads out."""
        if ways := [*await self._inside({}), *((outside,) if await self.status(outside) else ())]:
            raise Broken(f"it is not dark in there: {', '.join(ways)}")

    async def status(self, address: str) -> int:
        """0: nobody answers there."""
        return (await self.ask(address, "GET", "/health", ""))[0]

    async def ask(self, address: str, method: str, target: str, token: str, body: Any = None) -> tuple[int, str]:
        """Status and body; 0 when nobody answers in there."""
        status, said = await self._inside({"address": address, "method": method, "target": target, "token": token,
                                           "body": "" if body is None else json.dumps(body)})
        return int(status), said

    async def _inside(self, asked: Mapping[str, str]) -> Any:
        code, said = await run(self.command(self.python, "-I", inside.__file__), {}, json.dumps(asked))
        if code:
            raise Broken(f"asking in there: {said}")
        return json.loads(said)


@contextmanager
def dark() -> Iterator[Dark]:
    """Errors: Impossible."""
    ip, python = (shutil.which(program, path=MACHINE) for program in ("ip", "python3"))
    if ip is None or python is None:
        raise Impossible("ip or python3 is not installed (Debian packages iproute2 and python3)")
    here = Dark(ip, python, f"ppb{os.getpid()}")
    resolver = RESOLVERS / here.space / "resolv.conf"
    try:
        _do(ip, "netns", "add", here.space)
        _do(ip, "-n", here.space, "link", "set", "lo", "up")
        resolver.parent.mkdir(parents=True)
        resolver.touch()
        yield here
    finally:
        subprocess.run((ip, "netns", "del", here.space), capture_output=True, check=False)
        shutil.rmtree(resolver.parent, ignore_errors=True)


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise Impossible(f"{' '.join(words)}: {done.stderr.strip()}; it has to run as root, with network namespaces")


async def run(command: Sequence[str], env: Mapping[str, str], typed: str = "", most_s: float = 120.0
              ) -> tuple[int, str]:
    """How it ended, and all that it said. Errors: Broken, when it does not end."""
    process = await asyncio.create_subprocess_exec(*command, env=env, stdin=asyncio.subprocess.PIPE,
                                                   stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    try:
        async with asyncio.timeout(most_s):
            said, _ = await process.communicate(typed.encode())
    except TimeoutError:
        raise Broken(f"it goes on: {' '.join(command)}") from None
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    return process.returncode or 0, said.decode(errors="replace")
