"""Sealing: what people write is ciphertext at rest, each thing under a key of its own.

AES-256-GCM with the object's id as associated data, so that ciphertext cannot be moved to another object.
The keys are rows of the keyring, a second Postgres cluster: written there, and durable, before the data that
needs them. Destroying a key makes the thing unreadable everywhere, in replicas and locked backups too.
source: DESIGN section 7.
"""

import os
from collections.abc import Awaitable, Iterable, Sequence
from typing import Protocol, TypeVar

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from petrel.core.errors import PetrelError, Unavailable
from petrel.storage.pools import GONE
from petrel.storage.shredding import Shredded

Answer = TypeVar("Answer")

FORMAT = b"\x01"
NONCE_BYTES = 12


class Unreadable(PetrelError):
    """This can no longer be read"""


class KeyStore(Protocol):
    """The keyring, as the rest of Petrel sees it."""

    async def put(self, keys: Sequence[tuple[int, bytes]]) -> dict[int, bytes]: ...
    async def get(self, ids: Sequence[int]) -> dict[int, bytes]: ...
    async def destroy(self, ids: Sequence[int]) -> int: ...
    async def secret(self, name: str) -> bytes: ...
    async def shred(self) -> Shredded: ...


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def seal(key: bytes, object_id: int, plain: bytes) -> bytes:
    """Ciphertext of format byte, nonce, AES-GCM output; 29 bytes longer than the plain text."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key).encrypt(nonce, plain, object_id.to_bytes(8, "big"))


def open_sealed(key: bytes, object_id: int, sealed: bytes) -> bytes:
    """Errors: Unreadable for a wrong key, another object's ciphertext, or a changed byte."""
    try:
        return AESGCM(key).decrypt(sealed[1:13], sealed[13:], object_id.to_bytes(8, "big"))
    except (InvalidTag, ValueError) as e:
        raise Unreadable(detail=f"object {object_id}") from e


_store: KeyStore | None = None


def install(store: KeyStore | None) -> None:
    global _store
    _store = store


def _keyring() -> KeyStore:
    if _store is None:
        raise RuntimeError("no keyring: open the doors first")
    return _store


async def _answered(asked: Awaitable[Answer]) -> Answer:
    try:
        return await asked
    except (*GONE, TimeoutError, asyncpg.PostgresError) as e:
        raise Unavailable(detail=f"the keyring: {e!r}") from e


async def new_keys(ids: Iterable[int]) -> dict[int, bytes]:
    """Keys for these new objects, durable in the keyring when this returns. One commit for all.

    Fresh ones, but where an earlier try left a key, that one. Errors: Unavailable.
    """
    keys = {i: new_key() for i in ids}
    return await _answered(_keyring().put(list(keys.items()))) if keys else {}


async def keys(ids: Iterable[int]) -> dict[int, bytes]:
    """The keys that still exist; an absent one was destroyed. One query, none for no ids. Errors: Unavailable."""
    wanted = list(dict.fromkeys(ids))
    return await _answered(_keyring().get(wanted)) if wanted else {}


async def destroy(ids: Sequence[int]) -> int:
    """Destroys keys for ever; returns how many there were. Twice does no harm. Errors: Unavailable."""
    return await _answered(_keyring().destroy(ids)) if ids else 0


async def shred() -> Shredded:
    """Makes the bytes of destroyed keys leave the keyring's files and write-ahead log, as far as these are ours.

    Errors: Unavailable; what stood in the way is gone by the next time.
    """
    return await _answered(_keyring().shred())


async def secret(name: str) -> bytes:
    """A secret of the site by name (32 random bytes, made on first asking): "words", "csrf" ... Errors: Unavailable."""
    return await _answered(_keyring().secret(name))
