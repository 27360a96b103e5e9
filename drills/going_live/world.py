"""Hosts as far as one machine can have them: network namespaces on a bridge, with a name server (knot) for all of them
and a mail relay (aiosmtpd). On the bridge's own address stands everything that is not the site's."""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from petrel import watch
from petrel.ops.certificates import self_signed
from petrel.ops.drills import Broken, Impossible

ZONE_NAME, SITE_NAME = "golive", "birds.golive"
ISSUER_NAME, RELAY_NAME = "issuer.golive", "relay.golive"
NETWORKS = "198.18.0.0/15"      # all of it is the crowd's. source: RFC 2544, addresses for trials
ZONE = """$ORIGIN golive.
$TTL 1
@ SOA ns hostmaster 1 60 60 60 1
@ NS ns
ns A {us}
issuer A {us}
relay A {us}
"""


class World:
    """`address`: of the bridge. `host(n)`: of the n-th host, whose namespace is `space(n)`."""

    def __init__(self, folder: Path) -> None:
        number = os.getpid()
        self.folder = folder
        self._tag = f"pgl{number % 100_000}"
        self._net = f"10.{200 + number % 50}.{number // 50 % 250}"
        self.address = f"{self._net}.1"
        self._knot: subprocess.Popen[bytes] | None = None
        self._hosts: list[int] = []

    def host(self, number: int) -> str:
        return f"{self._net}.{number + 1}"

    def space(self, number: int) -> str:
        return f"{self._tag}h{number}"

    def begin(self) -> None:
        _ip("link", "add", self._tag, "type", "bridge")
        _ip("addr", "add", f"{self.address}/24", "dev", self._tag)
        _ip("link", "set", self._tag, "up")
        _ip("route", "add", "local", NETWORKS, "dev", self._tag, fails=False)     # another run may have it

    def add_host(self, number: int) -> None:
        space, wire = self.space(number), f"{self._tag}w{number}"
        self._hosts.append(number)
        _ip("netns", "add", space)
        _ip("link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", space)
        _ip("link", "set", wire, "master", self._tag, "up")
        for words in (("addr", "add", f"{self.host(number)}/24", "dev", "eth0"), ("link", "set", "eth0", "up"),
                      ("link", "set", "lo", "up")):
            _ip("-n", space, *words)
        _ip("-n", space, "route", "add", "default", "via", self.address)
        place = Path("/etc/netns") / space          # what `ip netns exec` shows as /etc/resolv.conf there
        place.mkdir(parents=True)
        (place / "resolv.conf").write_text(f"nameserver {self.address}\n")

    def remove_host(self, number: int) -> None:
        """Its wire is cut too."""
        if number in self._hosts:
            self._hosts.remove(number)
            _ip("link", "del", f"{self._tag}w{number}", fails=False)
            _ip("netns", "del", self.space(number), fails=False)
            shutil.rmtree(Path("/etc/netns") / self.space(number), ignore_errors=True)

    def lead_to(self, number: int) -> None:
        """From now on the site's name is this host's."""
        self._stop_knot()
        place = self.folder / "names"
        place.mkdir(exist_ok=True)
        (place / "zone").write_text(ZONE.format(us=self.address) + f"birds A {self.host(number)}\n")
        (place / "knot.conf").write_text(
            f"server:\n  rundir: {place}\n  listen: {self.address}@53\n  udp-workers: 1\n  tcp-workers: 1\n"
            f"  background-workers: 1\ndatabase:\n  storage: {place}\n"
            f"zone:\n  - domain: {ZONE_NAME}\n    file: {place}/zone\n")
        self._knot = subprocess.Popen(["knotd", "-c", str(place / "knot.conf")], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                if watch.ask_name(self.address, SITE_NAME, 1) == [self.host(number)]:
                    return
            except (OSError, watch.Wrong):
                time.sleep(0.05)
        raise Broken("knotd does not answer")

    def end(self) -> None:
        self._stop_knot()
        for number in list(self._hosts):
            self.remove_host(number)
        _ip("link", "del", self._tag, fails=False)

    def _stop_knot(self) -> None:
        if self._knot is not None:
            self._knot.terminate()
            self._knot.wait(10)
            self._knot = None


def _ip(*words: str, fails: bool = True) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode and fails:
        raise Impossible(f"ip {' '.join(words)}: {done.stderr.strip()}; it has to run as root, with network namespaces")


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Errors: Impossible."""
    for program, package in (("ip", "iproute2"), ("knotd", "knot"), ("mkfs.ext4", "e2fsprogs")):
        if shutil.which(program) is None:
            raise Impossible(f"{program} is not installed (Debian package {package})")
    one = World(folder)
    try:
        one.begin()
        yield one
    finally:
        one.end()


class Relay:
    """A real SMTP server with STARTTLS. `to`: whom it took a letter for, once for each letter; `texts` the same way."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.port = address, 0
        self.root = folder / "relay.pem"
        self.root.write_bytes(self_signed([RELAY_NAME]))
        self.to: list[str] = []
        self.texts: list[str] = []
        self._came = asyncio.Condition()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self.root)
        self._server: asyncio.Server | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        async with self._came:
            self.to.append(str(letter["To"]))
            body = letter.get_body(("plain",))
            self.texts.append(body.get_content() if body is not None else "")
            self._came.notify_all()
        return "250 OK"

    async def has(self, to: str, word: str, within_s: float) -> bool:
        """Waits until it has a letter to somebody with this word in it, or the time is over."""
        def is_there() -> bool:
            return any(one == to and word in text for one, text in zip(self.to, self.texts, strict=True))

        with suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._came:
                await self._came.wait_for(is_there)
        return is_there()

    async def took(self, wanted: set[str], within_s: float) -> None:
        """Waits until it has a letter for each of them, or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._came:
                await self._came.wait_for(lambda: wanted <= set(self.to))

    async def begin(self) -> None:
        """Errors: Impossible."""
        try:
            from aiosmtpd.smtp import SMTP
        except ImportError as e:
            raise Impossible("aiosmtpd is not installed: pip install aiosmtpd") from e
        held = socket.create_server((self.address, self.port))
        self.port = held.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname=RELAY_NAME, enable_SMTPUTF8=True, tls_context=self._tls,
                         require_starttls=True, loop=loop), sock=held)

    def end(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


@asynccontextmanager
async def relay(address: str, folder: Path) -> AsyncIterator[Relay]:
    one = Relay(address, folder)
    await one.begin()
    try:
        yield one
    finally:
        one.end()
