"""Any m people have the recovery key, fewer know nothing; what is typed wrong is found before it is used."""

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from petrel.ops.backups import shares
from petrel.ops.backups.shapes import WrongKey

splits = some.integers(1, 6).flatmap(lambda m: some.tuples(some.just(m), some.integers(m, 8)))


@settings(max_examples=60, deadline=None)
@given(secret=some.binary(min_size=1, max_size=40), numbers=splits, chance=some.randoms(use_true_random=False))
def test_any_m_of_n_give_the_secret_and_fewer_are_told_how_many_are_missing(secret, numbers, chance) -> None:
    needed, count = numbers
    made = shares.split(secret, needed, count)
    assert shares.join(chance.sample(made, needed)) == secret
    assert shares.join(made) == secret
    if needed > 1:
        with pytest.raises(WrongKey, match="1 more people"):
            shares.join(made[:needed - 1] + made[:1])


def test_the_field_is_a_field() -> None:
    for a, b in itertools.product(range(256), range(1, 256, 7)):
        assert shares._over(shares._times(a, b), b) == a
        assert shares._times(a, b) == shares._times(b, a)
    assert shares._times(0x57, 0x83) == 0xC1            # source: FIPS 197, section 4.2


def test_one_share_too_few_says_nothing_of_the_secret() -> None:
    """With m - 1 shares every value of the missing byte is as likely: one share of a 2 of 2 split looks like noise."""
    seen = Counter(shares.split(b"\x00", 2, 2)[0].body[0] for _ in range(5_000))
    assert len(seen) > 240 and max(seen.values()) < 60


@settings(max_examples=40, deadline=None)
@given(secret=some.binary(min_size=16, max_size=32), at=some.integers(0, 40), letter=some.sampled_from("ABCXYZ237"))
def test_a_letter_that_is_wrong_is_found(secret, at, letter) -> None:
    [one] = shares.split(secret, 1, 1)
    text = shares.text_of(one)
    assert shares.parsed(f"Our recovery key\n  {text.lower().replace('petrel-share-1', 'petrel-share-1')}  \n",
                         "paper") == [one]
    at += len("petrel-share-1 ")
    if at < len(text) - 1 and text[at] not in ("-", letter):
        with pytest.raises(WrongKey, match="mistyped"):
            shares.parsed(text[:at] + letter + text[at + 1:], "paper")


def test_shares_of_two_splits_are_not_mixed() -> None:
    one, other = shares.split(b"secret", 2, 3), shares.split(b"secret", 2, 3)
    with pytest.raises(WrongKey, match="different splits"):
        shares.join([one[0], other[1]])
    with pytest.raises(WrongKey, match="no split"):
        shares.split(b"secret", 3, 2)
    with pytest.raises(WrongKey, match="holds no share"):
        shares.parsed("nothing here", "paper")
