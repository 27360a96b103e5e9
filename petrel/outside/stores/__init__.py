"""Where copies are kept: a directory, another host over SSH (its SFTP), a bucket that speaks S3. One interface.

Names are paths without a slash in front, such as `data/20260101T000000Z-abc/main.sealed`. An object is there whole or
not at all: it appears when its writer is closed, durable. Every method blocks; one thread uses a store at a time.
Errors: StoreError, which is an OSError with words for people in `strerror`; FileNotFoundError for what is not there.
"""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from petrel.outside.stores.shapes import Access, Item, Reading, Store, StoreError, Writing

__all__ = ["Access", "Copied", "Item", "Reading", "Store", "StoreError", "Writing", "named", "opened", "put", "shown",
           "taken"]


class Copied(Struct, frozen=True):
    """The pieces of a target's URL."""

    kind: str
    host: str
    user: str
    port: int | None
    path: str


def parsed(url: str) -> Copied:
    """`/dir`, `file:///dir`, `ssh://user@host:port/dir`, `s3://bucket/prefix`. Errors: StoreError."""
    if not re.match(r"^[a-z][a-z0-9+]*://", url):
        return Copied("file", "", "", None, str(Path(url).absolute()))
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("file", "ssh", "s3") or port == 0 or parts.password is not None:
        raise StoreError(f"{shown(url)} is no backup target: a directory, ssh://USER@HOST/DIR or s3://BUCKET/PREFIX, "
                         "without a password in it")
    if parts.scheme != "file" and not parts.hostname:
        raise StoreError(f"{url} names no {'host' if parts.scheme == 'ssh' else 'bucket'}")
    # A bucket's name is written as it is; a host's in small letters, which is the same host.
    host = parts.netloc.rpartition("@")[2] if parts.scheme == "s3" else parts.hostname or ""
    return Copied(parts.scheme, host, unquote(parts.username or ""), port, unquote(parts.path))


def named(url: str) -> str:
    """The URL as the store itself says it, without connecting. Errors: StoreError."""
    one = parsed(url)
    if one.kind == "file":
        return one.path
    where = f"{one.user}@{one.host}" if one.user and one.kind == "ssh" else one.host
    port = f":{one.port}" if one.port and one.kind == "ssh" else ""
    path = one.path if one.kind == "ssh" else one.path.rstrip("/")
    return f"{one.kind}://{where}{port}{path}"


def shown(url: str) -> str:
    """The URL as it may be printed and kept: nothing secret belongs in it, and what looks so goes."""
    return re.sub(r"(?<=//)([^@/:]*):[^@/]*@", r"\1@", url)


def opened(url: str, access: Access | None = None) -> Store:
    """The store at `url`; a directory is made when it is missing. Errors: StoreError."""
    target, access = parsed(url), access or Access()
    if target.kind == "ssh":
        from petrel.outside.stores.ssh import SshStore

        return SshStore(target.user, target.host, target.port, target.path, access.ssh_config)
    if target.kind == "s3":
        from petrel.outside.stores.s3 import S3Store

        return S3Store(target.host, target.path.strip("/"), access)
    from petrel.outside.stores.directory import DirectoryStore

    return DirectoryStore(Path(target.path))


def put(store: Store, name: str, body: bytes) -> None:
    """A small object in one go."""
    writing = store.write(name)
    try:
        writing.write(body)
    except BaseException:
        writing.abandon()
        raise
    writing.close()


def taken(store: Store, name: str) -> bytes:
    """A small object in one go. Errors: FileNotFoundError, StoreError."""
    with store.read(name) as reading:
        pieces = []
        while piece := reading.read(1 << 20):
            pieces.append(piece)
        return b"".join(pieces)
