"""A receipt says what was deleted and when, is its author's alone, and shows when somebody changes it."""

import hashlib

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from petrel.core import chain
from petrel.core.doors import reading
from petrel.features import accounts, deletions
from petrel.features.deletions.reads import NoSuchDeletion
from petrel.worker import jobs as jobs_worker
from tests.drain import drain
from tests.features.deletions.test_ledger import delete
from tests.people import people, publish

KEY = Ed25519PrivateKey.generate()
PUBLIC = chain.public_bytes(KEY.public_key()).hex()


async def session_of(handle):
    """A member as a browser is: apps are given no receipts."""
    new = accounts.NewAccount(handle, password="a long password", email=f"{handle}@mail.example")
    await accounts.sign_up(accounts.Newcomer(new, has_agreed=True), cause="tests")
    token = (await accounts.sign_in(handle, "a long password", cause="tests")).token
    [member] = await accounts.resolve_together([hashlib.sha256(token.encode()).digest()])
    return member


async def receipt_of(member, post):
    async with reading(member) as r:
        return await deletions.signed(r, await deletions.own(r, post), KEY, "https://petrel.example")


async def test_its_author_gets_one_that_holds_until_a_byte_is_changed(site):
    ann, ben = await session_of("reann"), await session_of("reben")
    post = (await publish(ann, "Doomed")).id
    await delete(ann, post)
    await drain("deletions")
    await jobs_worker.drain(until_s=120)

    receipt = await receipt_of(ann, post)

    found, wrong = deletions.check(receipt, PUBLIC)
    assert wrong == "" and (found.id, found.kind, found.remains) == (str(post), "post", ())
    assert found.keys_destroyed_at >= found.asked_at
    assert (found.readable_until - found.keys_destroyed_at).days == 7
    assert deletions.check(receipt, "00" * 32)[1] == "it is signed with another key than the one given"
    forged = receipt.replace(b'"kind":"post"', b'"kind":"account"')
    assert forged != receipt and "somebody changed" in deletions.check(forged, PUBLIC)[1]
    assert "no receipt" in deletions.check(b"{}")[1]
    assert msgspec.json.decode(receipt)["key"] == PUBLIC
    with pytest.raises(NoSuchDeletion):
        await receipt_of(ben, post)
    async with reading(ann) as r:
        assert [d.id for d in await deletions.mine(r)] == [post]
    async with reading(ben) as r:
        assert await deletions.mine(r) == []


async def test_an_app_gets_none(site):
    [ann] = await people("apann")
    post = (await publish(ann, "Doomed")).id
    await delete(ann, post)
    await drain("deletions")
    with pytest.raises(NoSuchDeletion):
        await receipt_of(ann, post)
    async with reading(ann) as r:
        assert await deletions.mine(r) == []
