"""Terms as numbers that say nothing without the key."""

from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core.text.hashed import WordKey

ONE, OTHER = WordKey(b"1" * 32), WordKey(b"2" * 32)


@given(st.text())
def test_hash_is_the_keyed_digest_and_fits_a_bigint(term):
    expected = blake2b(term.encode(errors="replace"), key=b"1" * 32, digest_size=8).digest()
    number = ONE.hash(term.encode(errors="replace").decode())
    assert number.to_bytes(8, "big", signed=True) == expected
    assert -(2**63) <= number < 2**63


def test_another_key_gives_other_numbers():
    assert ONE.hash("petrel") != OTHER.hash("petrel")
    assert ONE.hash("petrel") == WordKey(b"1" * 32).hash("petrel")


def test_hashes_are_ascending_and_each_once():
    numbers = ONE.hashes(["b", "a", "b", "c", "a"])
    assert numbers == sorted({ONE.hash("a"), ONE.hash("b"), ONE.hash("c")})
    assert any(number < 0 for number in ONE.hashes(map(str, range(50))))


def test_remembered_words_are_bounded():
    key = WordKey(b"3" * 16)
    key.hashes(str(number) for number in range(20_000))
    assert key.hash.cache_info().currsize <= 16_384


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 65])
def test_weak_or_overlong_keys_are_refused(key):
    with pytest.raises(ValueError):
        WordKey(key)


def test_key_is_not_shown():
    assert "secret" not in repr(WordKey(b"secretsecretsecret")) and not hasattr(ONE, "__dict__")
