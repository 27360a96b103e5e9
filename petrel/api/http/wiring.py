"""What `app.py` tells this layer; the values come from the program's settings."""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

from petrel.core.errors import Invalid

Address = IPv4Address | IPv6Address
Proxies = tuple[IPv4Network | IPv6Network, ...]

COUNTRY = re.compile("[A-Z]{2}")


class HttpSettings(Struct, frozen=True, kw_only=True):
    """`base_url`: as people see it, without a slash at its end, such as "https://example.org"."""

    base_url: str = "http://localhost:8000"
    # Of a body; routes that take files name their own.
    most_body_bytes: int = 1_000_000
    # Of the path with its query.
    most_address_bytes: int = 16_384
    # Requests at once in one process; more are answered 503.
    most_at_once: int = 512
    # Whose X-Forwarded-For is believed. A peer without an address (a Unix socket) always is.
    trusted_proxies: Proxies = ()
    # In lower case; the proxies above say in it where an address is. Empty: none does.
    country_header: bytes = b""
    # After this time, or a multiple of it, goes out that something is not there; 0 sends it at once.
    nothing_after_s: float = 0.0
    # By this header and value the site's own stranger (ops/stranger) asks as often as it must, from this machine only.
    uncounted: tuple[bytes, bytes] = (b"", b"")


def proxies(text: str) -> Proxies:
    """Addresses and networks with commas between. Errors: Invalid."""
    found = []
    for one in filter(None, map(str.strip, text.split(","))):
        try:
            found.append(ip_network(one))
        except ValueError as e:
            raise Invalid(message=f"trusted_proxies: {e}. Write addresses or networks with commas between, such as "
                                  "127.0.0.1, 10.0.0.0/8, 2001:db8::/32.") from e
    return tuple(found)


def client_address(peer: tuple[str, int] | None, forwarded: bytes | None, trusted: Proxies) -> str:
    """The address of whoever called: the last in X-Forwarded-For that is not a proxy of ours, else the peer.

    Only the last ones count, because a client can write anything before them. What is no address ends the search at
    the proxy that passed it on.
    """
    ip = peer[0] if peer else ""
    if not forwarded or not (not ip or _is_trusted(ip, trusted)):
        return ip
    for hop in reversed(forwarded.decode("latin-1").split(",")):
        address = _address(hop.strip())
        if address is None:
            break
        ip = str(address)
        if not _is_trusted(ip, trusted):
            break
    return ip


@lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    """Some proxies add the port, and write IPv4 in the manner of IPv6."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@lru_cache(maxsize=1024)
def _is_trusted(ip: str, trusted: Proxies) -> bool:
    address = _address(ip)
    return address is not None and any(address in network for network in trusted)


def country_of(peer: tuple[str, int] | None, headers: Mapping[bytes, bytes], settings: HttpSettings) -> str:
    """Two capital letters as a proxy of ours says, "" when nobody knows. XX is how proxies say that they do not."""
    if not settings.country_header or (peer is not None and peer[0] and
                                       not _is_trusted(peer[0], settings.trusted_proxies)):
        return ""
    said = headers.get(settings.country_header, b"").decode("latin-1").strip().upper()
    return said if COUNTRY.fullmatch(said) and said != "XX" else ""
