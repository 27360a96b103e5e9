"""Which addresses a stranger may make us ask: those of the open internet, never of this machine or its networks.

Whoever writes a link, subscribes to pushes or runs a server chooses where we connect to. So every address is looked at
after its name was resolved, and the connection goes to that very address: a name that answers otherwise the next time
wins nothing. source: RFC 6890 and the registries of special addresses; RFC 4291, 6052, 3056, 4380.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

PORTS = frozenset((80, 443, 8080, 8443))
"""Of the web. Others belong to services that a request of ours could be made to talk to."""

# What `is_global` of this Python may let pass: addresses of protocols, relays of 6to4.
_CLOSED_4 = IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24")
_GLOBAL_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_CLOSED_6 = tuple(map(IPv6Network, (
    "2001::/23",            # protocols of their own: Teredo carries an IPv4 address
    "2001:db8::/32", "3fff::/20",       # examples
    "2002::/16",            # 6to4 carries an IPv4 address
)))

_neighbours: frozenset[str] = frozenset()


class Forbidden(OSError):
    """No address of this name may be asked."""


def let_in(neighbours: frozenset[str]) -> None:
    """For tests and trials: "HOST:PORT"s that are asked wherever they are, by the name as it stands in the address.
    Nobody else's word makes one of these."""
    global _neighbours
    _neighbours = neighbours


def is_neighbour(host: str, port: int) -> bool:
    return f"{host}:{port}" in _neighbours


def is_open(address: Address) -> bool:
    """Whether this is an address of the open internet, that one host has."""
    if isinstance(address, IPv4Address):
        return (address.is_global and not address.is_multicast
                and not any(address in network for network in _CLOSED_4))
    if address in _NAT64:               # how a network with nothing but IPv6 reaches the rest
        return is_open(IPv4Address(int(address) & 0xFFFFFFFF))
    return (address in _GLOBAL_6 and address.is_global and not address.is_multicast
            and not any(address in network for network in _CLOSED_6))


async def addresses(host: str, port: int) -> list[Address]:
    """Where this host may be asked, as its name says now, best first.

    Errors: Forbidden, also when there are only such as may not be asked; OSError when there is no such name.
    """
    if not is_neighbour(host, port) and port not in PORTS:
        raise Forbidden("port")
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A scope ("%eth0") names an interface of ours.
    named = [ip_address(str(one[4][0])) for one in found if "%" not in str(one[4][0])]
    asked = [one for one in dict.fromkeys(named) if is_open(one) or is_neighbour(host, port)]
    if not asked:
        raise Forbidden("address")
    return asked
