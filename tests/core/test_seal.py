"""What is sealed opens under its own key, for its own object, unchanged; a destroyed key opens nothing again."""

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core import ids, seal
from petrel.core.doors import Doors
from petrel.core.errors import Unavailable
from petrel.storage.keys import KeyringTables
from petrel.storage.pools import Addresses, open_pool


@given(st.binary(max_size=5000), st.integers(0, (1 << 63) - 1))
def test_sealed_opens_again(plain: bytes, number: int) -> None:
    key = seal.new_key()
    sealed = seal.seal(key, number, plain)
    assert seal.open_sealed(key, number, sealed) == plain
    assert len(sealed) == len(plain) + 29
    assert len(plain) < 8 or plain not in sealed


def test_the_same_text_is_never_sealed_alike() -> None:
    key = seal.new_key()
    assert seal.seal(key, 1, b"text") != seal.seal(key, 1, b"text")


@given(st.integers(0, 50), st.integers(1, 255))
def test_a_changed_byte_does_not_open(at: int, flip: int) -> None:
    key = seal.new_key()
    sealed = bytearray(seal.seal(key, 9, b"twenty-two bytes of it"))
    sealed[at] ^= flip
    if at == 0:
        return                      # the format byte only says which format this is
    with pytest.raises(seal.Unreadable):
        seal.open_sealed(key, 9, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x01" + bytes(20)])
def test_what_is_cut_off_does_not_open(sealed: bytes) -> None:
    with pytest.raises(seal.Unreadable):
        seal.open_sealed(seal.new_key(), 9, sealed)


def test_another_object_or_key_does_not_open() -> None:
    key = seal.new_key()
    sealed = seal.seal(key, 9, b"text")
    for other_key, number in ((key, 10), (seal.new_key(), 9)):
        with pytest.raises(seal.Unreadable):
            seal.open_sealed(other_key, number, sealed)


async def test_keys_are_in_the_keyring_before_they_are_used(site: Doors, addresses: Addresses) -> None:
    one, two = ids.new_id(1), ids.new_id(2)
    made = await seal.new_keys([one, two])
    other = await asyncpg.connect(**addresses.keyring["owner"])
    try:
        rows = await other.fetch("select id, key from keyring.key where id = any($1::bigint[])", [one, two])
    finally:
        await other.close()
    assert {r["id"]: r["key"] for r in rows} == made
    assert await seal.keys([one, two, one, 5]) == made


async def test_a_destroyed_key_is_gone_for_ever_and_twice_does_no_harm(site: Doors) -> None:
    one = ids.new_id(1)
    await seal.new_keys([one])
    assert await seal.destroy([one]) == 1
    assert await seal.destroy([one]) == 0
    assert await seal.keys([one]) == {}


async def test_nothing_asked_asks_nothing(site: Doors) -> None:
    before = seal._store.queries
    assert await seal.keys([]) == {} and await seal.new_keys([]) == {} and await seal.destroy([]) == 0
    assert seal._store.queries == before


async def test_a_key_is_never_replaced_and_who_tries_again_gets_the_one_that_stands(site: Doors) -> None:
    one, two = ids.new_id(1), ids.new_id(1)
    first = await seal.new_keys([one])
    again = await seal.new_keys([one, two])
    assert again[one] == first[one] != again[two]
    assert await seal.keys([one, two]) == again


async def test_a_keyring_that_is_away_is_an_outage_and_no_mistake(site: Doors) -> None:
    class Away:
        async def refuse(self, *_: object) -> None:
            raise ConnectionRefusedError("keyring")

        put = get = destroy = secret = refuse

    async def closed(*_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    there, away = seal._store, Away()
    seal.install(away)
    try:
        for _ in range(2):
            for ask in (seal.new_keys([1]), seal.keys([1]), seal.destroy([1]), seal.secret("words")):
                with pytest.raises(Unavailable):
                    await ask
            away.put = away.get = away.destroy = away.secret = closed
    finally:
        seal.install(there)


async def test_secrets_are_made_once(site: Doors) -> None:
    first = await seal.secret("words of the test")
    seal._store._secrets.clear()
    assert await seal.secret("words of the test") == first and len(first) == 32
    assert await seal.secret("another") != first


async def test_the_web_cannot_destroy_keys(site: Doors) -> None:
    for role in ("keyring.reader", "keyring.writer"):
        with pytest.raises(asyncpg.PostgresError):
            await site.pools[role].execute("delete from keyring.key")


async def test_a_secret_that_is_there_is_read_by_whoever_may_only_read(site: Doors, addresses: Addresses) -> None:
    """A session that writes costs the server four megabytes, and every process asks for secrets."""
    known = await seal.secret("known")
    reader = await open_pool(addresses.keyring["reader"], most=1)
    writer = await open_pool(addresses.keyring["writer"], most=1)
    try:
        store = KeyringTables(reader, writer, writer)
        assert await store.secret("known") == known
        assert writer.get_size() == 0
        made = await store.secret("unknown until now")
        assert writer.get_size() == 1
        assert await seal.secret("unknown until now") == made != known
    finally:
        reader.terminate()
        writer.terminate()
