"""Accounts as other servers know them: addresses that never change, and a key pair made when first asked for."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from petrel.core import limits, seal
from petrel.core.doors import Reader, reading, writing
from petrel.core.errors import NotFound, Unavailable
from petrel.core.viewer import Anonymous, System
from petrel.features.accounts import sealing
from petrel.features.accounts.shapes import ActorKey

KEY_BITS = 2048                     # source: API notes section 11; what other servers verify
MOST_WAITING = 16

_thread: ThreadPoolExecutor | None = None
_under_way = 0


def _after_fork() -> None:
    global _thread, _under_way
    _thread, _under_way = None, 0


os.register_at_fork(after_in_child=_after_fork)


def actor_url(account: int) -> str:
    """The address of one of our accounts among servers: by number, so that a new handle changes nothing."""
    return f"{limits.current().base_url}/ap/users/{account}"


def key_url(account: int) -> str:
    return f"{actor_url(account)}#main-key"


def profile_url(handle: str) -> str:
    """The page for people."""
    return f"{limits.current().base_url}/@{handle}"


def own_domain() -> str:
    """Host, and port if it is not the usual one, as it stands after the @ of an address."""
    return limits.current().base_url.partition("://")[2].lower()


async def actor_key(account: int, *, cause: str) -> ActorKey:
    """The public key of one of our accounts; the pair is made, and durable, at the first asking.

    Opens its own doors: making a pair takes a tenth of a second or more. Errors: NotFound, Unavailable.
    """
    found = await _find(account)
    if found is None:
        pem, private = await _make()
        sealed = await sealing.seal_text(account, private)
        async with writing(System("actor key"), cause=cause) as w:
            made = await w.change(
                "insert into accounts.actor_key (cell, account, public_key, sealed_private) "
                "values (law.cell($1), $1, $2, $3) on conflict do nothing returning account", account, pem, sealed)
            if made:
                w.record("accounts.key.made", account)
        found = await _find(account)
        assert found is not None
    return ActorKey(account, found)


async def private_key(r: Reader, account: int) -> bytes:
    """For jobs that sign what is sent (System): PKCS 8, DER. Errors: NotFound (none was made yet)."""
    sealed = await r.value("select accounts.private_key($1, $2)", "sign", account)
    keys = await seal.keys([account])
    if sealed is None or account not in keys:
        raise NotFound
    return seal.open_sealed(keys[account], account, sealed)


async def _find(account: int) -> str | None:
    """The public key; None when none was made. Errors: NotFound for no account of ours."""
    async with reading(Anonymous()) as r:
        row = await r.row("select * from accounts.actor_key($1, $2)", b"", account)
    if row is None:
        raise NotFound
    return None if row["public_key"] is None else str(row["public_key"])


async def _make() -> tuple[str, bytes]:
    """A new pair: public as PEM, private as DER. One at a time per process, so that strangers asking for many
    actors cannot take the processor from members."""
    global _thread, _under_way
    if _under_way >= MOST_WAITING:
        raise Unavailable("Too many keys are being made just now; please try again", retry_after_s=5)
    if _thread is None:
        _thread = ThreadPoolExecutor(1, thread_name_prefix="actor-key")
    _under_way += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_thread, _new_pair)
    finally:
        _under_way -= 1


def _new_pair() -> tuple[str, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = key.public_key().public_bytes(serialization.Encoding.PEM,
                                           serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    return public.decode(), private
