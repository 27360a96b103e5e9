"""Key pairs of accounts, made when first asked for."""

import asyncio

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from petrel.core.doors import reading, writing
from petrel.core.errors import NotFound
from petrel.core.viewer import Anonymous, System
from petrel.features import accounts
from petrel.features.accounts import NewAccount, RemoteAccount, actors

pytestmark = pytest.mark.usefixtures("site")


async def test_a_pair_is_made_once_even_when_two_ask_at_once_and_its_halves_fit() -> None:
    async with writing(System("test"), cause="test") as w:
        [account] = await accounts.create_many(w, [NewAccount("signer")])
    first, second = await asyncio.gather(*(actors.actor_key(account, cause="test") for _ in range(2)))
    assert first == second == await actors.actor_key(account, cause="test")

    async with reading(System("deliver")) as r:
        private = serialization.load_der_private_key(await actors.private_key(r, account), None)
    public = serialization.load_pem_public_key(first.public_key.encode())
    assert isinstance(private, rsa.RSAPrivateKey) and isinstance(public, rsa.RSAPublicKey) and public.key_size == 2048
    signature = private.sign(b"words", padding.PKCS1v15(), hashes.SHA256())
    public.verify(signature, b"words", padding.PKCS1v15(), hashes.SHA256())


async def test_no_pair_is_made_for_nobody_or_for_accounts_of_other_servers() -> None:
    async with writing(System("test"), cause="test") as w:
        far = await accounts.note_remote(w, RemoteAccount("far", "x.example", "https://x.example/far",
                                                          "https://x.example/i"))
    for account in (far, 12345):
        with pytest.raises(NotFound):
            await actors.actor_key(account, cause="test")


async def test_the_web_cannot_read_a_private_key() -> None:
    from petrel.core.errors import PetrelError
    async with writing(System("test"), cause="test") as w:
        [account] = await accounts.create_many(w, [NewAccount("guarded")])
    await actors.actor_key(account, cause="test")
    for viewer in (Anonymous(),):
        async with reading(viewer) as r:
            with pytest.raises(PetrelError, match="wrong"):
                await actors.private_key(r, account)
    with pytest.raises(PetrelError, match="wrong"):
        async with writing(System("test"), cause="test") as w:
            await w.value("select sealed_private from accounts.actor_key")
