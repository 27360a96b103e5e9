"""Shapes of certificates."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from petrel.outside.acme import Window


class Certificate(Struct, frozen=True, kw_only=True):
    """`fingerprint`: SHA-256 of the certificate itself, hex. `issuer`: in words."""

    fingerprint: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    issuer: str

    @property
    def life_s(self) -> float:
        return (self.not_after - self.not_before).total_seconds()

    def left_s(self, now: datetime) -> float:
        """Below zero once it has lapsed."""
        return (self.not_after - now).total_seconds()


class Issuer(Struct, frozen=True):
    """An ACME directory, and KID:KEY where it wants an account of its own."""

    directory: str
    binding: str = ""


class Plan(Struct, frozen=True, kw_only=True):
    """What the settings want. `issuers`: in the order in which they are asked; empty where the operator keeps the
    certificate (`chain`). `challenges`: the ways to answer, in turn. `host`, `port`: where this machine finds the
    site. `public_port`: where everybody does. `elsewhere`: hosts that may show other certificates for our names."""

    data: Path
    names: tuple[str, ...]
    issuers: tuple[Issuer, ...] = ()
    challenges: tuple[str, ...] = ("http-01", "tls-alpn-01")
    contact: str = ""
    roots: str = ""
    chain: Path | None = None
    host: str = "127.0.0.1"
    port: int = 443
    public_port: int = 443
    elsewhere: tuple[str, ...] = ()


class State(Struct, frozen=True, kw_only=True):
    """DATA/certificates/state.json. `issuer`: directory that the live certificate came from. `proven`: fingerprint of
    the one that was seen in real handshakes. `failures`: tries in a row that brought nothing; `said`: what each issuer
    said last. `window_of`: fingerprint of the certificate that `window` is about."""

    issuer: str = ""
    installed_at: datetime | None = None
    proven: str = ""
    failures: int = 0
    tried_at: datetime | None = None
    next_try_at: datetime | None = None
    said: tuple[str, ...] = ()
    window: Window | None = None
    window_of: str = ""
    ask_window_at: datetime | None = None


class Seen(Struct, frozen=True, kw_only=True):
    """What a real handshake showed. `address`: host:port. `is_ours`: it is for one of the site's names.
    `is_declared`: it is the one that we serve, or mean to."""

    address: str
    name: str
    certificate: Certificate
    is_ours: bool
    is_declared: bool


class Census(Struct, frozen=True, kw_only=True):
    """DATA/certificates/seen.json. `failed`: where a handshake was due, and how it failed."""

    at: datetime
    seen: tuple[Seen, ...] = ()
    failed: tuple[str, ...] = ()


class Finding(Struct, frozen=True):
    """Something that a person has to look at, with its cure."""

    what: str
    cure: str
