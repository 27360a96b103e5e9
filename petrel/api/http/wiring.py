"""What `app.py` tells this layer; the values come from the program's settings."""

import re
from collections.abc import Mapping

from msgspec import Struct

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
    # Addresses whose X-Forwarded-For is believed. A peer without an address (a Unix socket) always is.
    trusted_proxies: frozenset[str] = frozenset()
    # In lower case; the proxies above say in it where an address is. Empty: none does.
    country_header: bytes = b""
    # After this time, or a multiple of it, goes out that something is not there; 0 sends it at once.
    nothing_after_s: float = 0.0
    # By this header and value the site's own stranger (ops/stranger) asks as often as it must, from this machine only.
    uncounted: tuple[bytes, bytes] = (b"", b"")


def client_address(peer: tuple[str, int] | None, forwarded: bytes | None, trusted: frozenset[str]) -> str:
    """The address of whoever called: the last in X-Forwarded-For that is not a proxy of ours, else the peer.

    Only the last ones count, because a client can write anything before them.
    """
    ip = peer[0] if peer else ""
    if forwarded and (not ip or ip in trusted):
        for hop in reversed(forwarded.decode("latin-1").split(",")):
            ip = hop.strip()
            if ip not in trusted:
                break
    return ip


def country_of(peer: tuple[str, int] | None, headers: Mapping[bytes, bytes], settings: HttpSettings) -> str:
    """Two capital letters as a proxy of ours says, "" when nobody knows. XX is how proxies say that they do not."""
    if not settings.country_header or (peer is not None and peer[0] and peer[0] not in settings.trusted_proxies):
        return ""
    said = headers.get(settings.country_header, b"").decode("latin-1").strip().upper()
    return said if COUNTRY.fullmatch(said) and said != "XX" else ""
