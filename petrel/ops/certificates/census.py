"""What is really served, seen by handshakes: at the site's own port, wherever the DNS leads those who ask for one of
its names, and at every port of this machine that can be reached from outside. Files say only what should be.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import msgspec

from petrel.core import whole_file
from petrel.ops.certificates import proving, reading
from petrel.ops.certificates.places import places
from petrel.ops.certificates.shapes import Census, Certificate, Plan, Seen

OWN_TIMES = 4                   # the web processes share the port: any of them may answer
NO_TLS_FOR_S = 3600.0           # a port that speaks something else is left alone for so long
LISTENS = "0A"
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))

_no_tls: dict[tuple[str, int], float] = {}


async def look(plan: Plan) -> Census:
    """Takes a second or two, and writes down what it saw."""
    declared = declared_by(plan)
    seen: dict[tuple[str, str, str], Seen] = {}
    failed = set()
    for host, port, name in [(plan.host, plan.port, plan.names[0])] * OWN_TIMES + await _elsewhere(plan):
        try:
            found = await proving.shown(host, port, name)
        except (OSError, TimeoutError, ValueError) as e:
            if (host, port) == (plan.host, plan.port):
                failed.add(f"{host}:{port} ({e or type(e).__name__})")
            elif isinstance(e, ssl.SSLError | ConnectionError | TimeoutError):
                _no_tls[host, port] = time.monotonic() + NO_TLS_FOR_S
            continue
        one = Seen(address=f"{host}:{port}", name=name, certificate=found, is_ours=_is_ours(found, plan.names),
                   is_declared=found.fingerprint in declared)
        seen[one.address, name, found.fingerprint] = one
    census = Census(at=datetime.now(UTC), seen=tuple(seen.values()), failed=tuple(sorted(failed)))
    await asyncio.to_thread(whole_file.write, places(plan.data).seen, msgspec.json.encode(census))
    return census


def declared_by(plan: Plan) -> set[str]:
    """Fingerprints of what we serve or mean to. A temporary one counts until there is a real one."""
    where = places(plan.data)
    files = [plan.chain] if plan.chain else [where.live, where.previous, where.temporary]
    return {found.fingerprint for path in files if (found := reading.read(path)) is not None}


def _is_ours(found: Certificate, names: Sequence[str]) -> bool:
    wild = {name.partition(".")[2] for name in names}
    return any(name in names or (name.startswith("*.") and name[2:] in wild) for name in found.names)


async def _elsewhere(plan: Plan) -> list[tuple[str, int, str]]:
    """(host, port, name to ask for) of everything but the site's own port."""
    found = [(host, plan.public_port, name) for name in plan.names for host in await _addresses(name, plan.public_port)]
    own = {plan.port, plan.public_port}
    found += [(host, port, plan.names[0]) for host, port in _listening() if port not in own]
    now, left_alone = time.monotonic(), set(plan.elsewhere)
    return [one for one in dict.fromkeys(found) if one[0] not in left_alone and _no_tls.get(one[:2], 0.0) < now]


async def _addresses(name: str, port: int) -> list[str]:
    """What the DNS says; nothing where it does not answer, which is for others to tell."""
    try:
        async with asyncio.timeout(5):
            answers = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        return []
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _listening() -> Iterator[tuple[str, int]]:
    """Ports of this machine that others can reach, and the address at which we reach them."""
    for table in TABLES:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if words[3] != LISTENS:
                continue
            said, _, port = words[1].partition(":")
            address = _address(said)
            if address.is_unspecified:
                address = ip_address("127.0.0.1" if len(said) == 8 else "::1")
            elif address.is_loopback:
                continue
            yield str(address), int(port, 16)


def _address(said: str) -> IPv4Address | IPv6Address:
    """As the kernel writes it: words of four bytes, each in the machine's own order."""
    raw = b"".join(bytes.fromhex(said[at:at + 8])[::-1] for at in range(0, len(said), 8))
    return ip_address(raw)
