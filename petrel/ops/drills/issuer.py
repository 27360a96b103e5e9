"""A real ACME issuer for drills and tests: Debian's pebble with a DNS server of its own, and a front that adds what
that version lacks (renewal information, RFC 9773) and can be taken away.

`pebble` and `pebble-challtestsrv` come with Debian's package pebble. Everything listens on loopback.
"""

import asyncio
import json
import os
import shutil
import socket
import ssl
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from petrel.ops.certificates import self_signed
from petrel.ops.drills.shapes import Broken, Impossible

START_S = 20.0


class Pebble:
    """Runs while the block of `pebble` does. `directory`: of the front. `roots`: what believes it and what it issues.

    `is_down`: the front refuses everybody. `window`: seconds from now that it gives as the time for renewals, None for
    no renewal information.
    """

    def __init__(self, folder: Path, front: str, directory: str, host: str) -> None:
        self.folder, self.directory, self._host = folder, front, host
        self.roots = folder / "roots.pem"
        self.is_down = False
        self.window: tuple[float, float] | None = None
        self.window_again_s = 2
        self.asked = self.refused = 0
        self._behind = directory

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if self.is_down:
                self.refused += 1
                return
            path = head.split(b" ")[1].decode()
            said, more = (self._window(), f"retry-after: {self.window_again_s}\r\n") if path.startswith("/ari/") else (
                await asyncio.to_thread(self._directory), "")
            body = json.dumps(said).encode()
            writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{more}content-length: {len(body)}\r\n"
                         "connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _directory(self) -> Any:
        self.asked += 1
        found = fetched(self._behind, self.folder, self._host)
        if self.window is not None:
            found["renewalInfo"] = self.directory.replace("/dir", "/ari")
        return found

    def _window(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        start, end = self.window or (0.0, 0.0)
        return {"suggestedWindow": {"start": (now + timedelta(seconds=start)).isoformat(),
                                    "end": (now + timedelta(seconds=end)).isoformat()}}


def is_there() -> str:
    """"" where the programs are installed, else what is missing."""
    missing = [name for name in ("pebble", "pebble-challtestsrv") if shutil.which(name) is None]
    return f"{missing[0]} is not installed (Debian package pebble)" if missing else ""


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def fetched(url: str, folder: Path, host: str = "") -> Any:
    """JSON, or text as it stands. `host`: as which the server is asked, with its port; "" for the one in the URL."""
    believing = ssl.create_default_context(cafile=folder / "front.pem")
    asked = urllib.request.Request(url, headers={"Host": host} if host else {})     # noqa: S310 (addresses of our own)
    with urllib.request.urlopen(asked, timeout=5, context=believing) as answer:     # noqa: S310
        text = answer.read()
    return json.loads(text) if text[:1] == b"{" else text


@asynccontextmanager
async def pebble(folder: Path, *, http_port: int, tls_port: int, life_s: int = 90 * 86_400, host: str = "localhost",
                 names: str = "") -> AsyncIterator[Pebble]:
    """The issuer asks at the two ports. Without `names`, the address of a name server, every name is this machine.
    With a `host` it is reached by that name, from other machines too. Errors: Impossible, Broken."""
    if problem := is_there():
        raise Impossible(problem)
    folder.mkdir(parents=True, exist_ok=True)
    dns, listen, control, front = free_ports(4)
    here = "127.0.0.1" if host == "localhost" else "0.0.0.0"  # noqa: S104 (hosts of the drill ask it)
    pem = self_signed(list(dict.fromkeys(["localhost", host])))
    key, _, rest = pem.partition(b"-----BEGIN CERTIFICATE")
    (folder / "front.key").write_bytes(key)
    (folder / "front.pem").write_bytes(b"-----BEGIN CERTIFICATE" + rest)
    (folder / "config.json").write_text(json.dumps({"pebble": {
        "listenAddress": f"{here}:{listen}", "managementListenAddress": f"127.0.0.1:{control}",
        "certificate": str(folder / "front.pem"), "privateKey": str(folder / "front.key"), "httpPort": http_port,
        "tlsPort": tls_port, "ocspResponderURL": "", "externalAccountBindingRequired": False,
        "certificateValidityPeriod": life_s}}))
    programs = [["pebble-challtestsrv", "-dns01", f"127.0.0.1:{dns}", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
                 "-http01", "", "-https01", "", "-tlsalpn01", "", "-management", ""],
                ["pebble", "-config", str(folder / "config.json"), "-dnsserver", names or f"127.0.0.1:{dns}"]]
    started: list[asyncio.subprocess.Process] = []
    found = Pebble(folder, f"https://{host}:{front}/dir", f"https://localhost:{listen}/dir", f"{host}:{listen}")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "front.pem", folder / "front.key")
    server = await asyncio.start_server(found.answer, here, front, ssl=tls)
    log = (folder / "log").open("wb")
    try:
        for program in programs:
            started.append(await asyncio.create_subprocess_exec(
                *program, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "0",
                     "PEBBLE_WFE_NONCEREJECT": "0"}))
        await _until_ready(found, f"https://localhost:{control}")
        yield found
    finally:
        server.close()
        for process in started:
            if process.returncode is None:
                process.kill()
            await process.wait()
        log.close()


async def _until_ready(found: Pebble, control: str) -> None:
    until = asyncio.get_running_loop().time() + START_S
    while True:
        try:
            root = await asyncio.to_thread(fetched, f"{control}/roots/0", found.folder)
            found.roots.write_bytes((found.folder / "front.pem").read_bytes() + root)
            return
        except OSError as e:
            if asyncio.get_running_loop().time() > until:
                raise Broken(f"pebble did not start: {e}; its log: {found.folder / 'log'}") from e
            await asyncio.sleep(0.05)
