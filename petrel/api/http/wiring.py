"""What `app.py` tells this layer; the values come from the program's settings."""

from msgspec import Struct


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
