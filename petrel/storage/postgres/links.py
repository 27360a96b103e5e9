"""How a Postgres server of somebody's own may be reached: over TLS with its name proven, or over a local socket.

Everything else is refused before a password is sent: what goes over that line are keys and everything people entrust.
A server that asks for no password, or for one in a form that it could keep, is refused too. source: decision 0023.
"""

import os
import socket
import ssl
import struct
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

from petrel.storage.postgres.errors import StorageError

WANTED = "sslmode=verify-full&sslrootcert=/etc/petrel/database/ca.crt"
TLS_REQUEST = struct.pack("!ii", 8, 80877103)
METHODS = {0: "nothing", 3: "the password itself", 5: "md5", 7: "gss", 9: "sspi", 10: "scram"}
TIMEOUT_S = 5.0


class LinkRefused(StorageError):
    """The line to a server is not one that secrets may go over."""


class Link(Struct, frozen=True):
    """A URL, taken apart. `host` is a directory for a socket."""

    host: str
    port: int
    user: str
    database: str
    mode: str
    authority: str
    has_password: bool

    @property
    def is_local(self) -> bool:
        return not self.host or self.host.startswith("/")


class Greeting(Struct, frozen=True):
    """What a server wants from whoever knocks. `asks`: a word of METHODS, "refused" when it lets nobody in;
    `tls`: as in TLSv1.3, None without; `takes_plain`: it would also talk without TLS; `ends_at_s`: when its certificate
    ends, in seconds since 1970."""

    asks: str
    tls: str | None
    takes_plain: bool
    ends_at_s: float = 0


def link_of(url: str) -> Link:
    """Errors: LinkRefused, for what is no URL of a Postgres server."""
    try:
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        port = int(asked.get("port") or parts.port or 5432)
    except ValueError as problem:
        raise LinkRefused(f"That is no address of a database: {problem}.",
                          "It looks like postgresql://NAME:PASSWORD@HOST:5432/DATABASE?" + WANTED) from problem
    if parts.scheme not in ("postgresql", "postgres"):
        raise LinkRefused("That is no address of a Postgres database: it has to begin with postgresql://.",
                          "It looks like postgresql://NAME:PASSWORD@HOST:5432/DATABASE?" + WANTED)
    return Link(host=asked.get("host") or unquote(parts.hostname or ""), port=port,
                user=unquote(parts.username or asked.get("user") or ""), database=unquote(parts.path.lstrip("/")),
                mode=asked.get("sslmode", ""), authority=asked.get("sslrootcert", ""),
                has_password=bool(parts.password))


def check_link(url: str, name: str = "The address of the database") -> Link:
    """The rule, from the text alone. `name` is what messages call it; the password is never in them.

    Errors: LinkRefused.
    """
    link = link_of(url)
    if link.is_local:
        return link
    if "," in link.host:
        raise LinkRefused(f"{name} lists several servers.", "Name one; a proxy in front may choose.")
    if link.mode != "verify-full" or not link.authority:
        said = f"sslmode={link.mode}" if link.mode else "no sslmode"
        what = said if link.mode != "verify-full" else "no sslrootcert"
        raise LinkRefused(
            f"{name} goes over the network to {link.host} with {what}: who answers there would not be proven.",
            f"Add ?{WANTED} with the certificate that `petrel database prepare` made there, or use the socket of a "
            "server on this machine: postgresql://NAME:PASSWORD@/DATABASE?host=/var/run/postgresql")
    if not link.has_password:
        raise LinkRefused(f"{name} has no password.", "Give its login one; the server has to ask for it with SCRAM.")
    return link


def check_authority(link: Link, name: str) -> None:
    """The file that proves the server can be read. Errors: LinkRefused."""
    if link.authority and not os.access(link.authority, os.R_OK):
        why = "cannot be read" if Path(link.authority).exists() else "is not there"
        raise LinkRefused(f"{link.authority}, which {name} trusts, {why}.",
                          "Copy ca.crt from where `petrel database prepare` made it, readable to this user.")


def greet(link: Link) -> Greeting:
    """Knocks at the door as `link`'s login and goes away again. Errors: OSError (and ssl.SSLError, one of them)."""
    if link.is_local:
        return Greeting(_asked(_dial(link), link), None, takes_plain=True)
    with _dial(link) as line:
        line.sendall(TLS_REQUEST)
        if line.recv(1) != b"S":
            raise ssl.SSLError(f"{link.host} does not offer TLS")
        context = ssl.create_default_context(cafile=link.authority)
        with context.wrap_socket(line, server_hostname=link.host) as safe:
            version, shown = safe.version(), safe.getpeercert() or {}
            asks = _asked(safe, link)
    return Greeting(asks, version, takes_plain=_asked(_dial(link), link) != "refused",
                    ends_at_s=ssl.cert_time_to_seconds(str(shown["notAfter"])))


def _dial(link: Link) -> socket.socket:
    if link.is_local:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(TIMEOUT_S)
        line.connect(f"{link.host or '/var/run/postgresql'}/.s.PGSQL.{link.port}")
        return line
    return socket.create_connection((link.host, link.port), TIMEOUT_S)


def _asked(line: socket.socket, link: Link) -> str:
    pairs = b"user\0" + link.user.encode() + b"\0database\0" + link.database.encode() + b"\0\0"
    with line:
        line.sendall(struct.pack("!ii", 8 + len(pairs), 196608) + pairs)
        reply = line.recv(4096)
    if reply[:1] != b"R" or len(reply) < 9:
        return "refused"
    return METHODS.get(struct.unpack("!i", reply[5:9])[0], "something unknown")
