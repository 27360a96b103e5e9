"""What is typed into the search box, understood. Pure."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from petrel.core.ids import at_of
from petrel.core.text import fold, query, words
from petrel.features.posts import Mark
from petrel.features.search import Place, asked, terms, understood

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PIECES = ["from:ann", "-from:@bob@b.example", "to:me", "has:media", "-has:poll", "is:reply", "is:liked", "before:2024",
          "after:2023-02", "during:2023-02-29", "lang:de", "-language:en-GB", "in:library", '"old mill"', '-"no mill"',
          "-word", "#tag", "@name", "müller", "東京都庁", "from:", "is:nonsense", "https://a.example/x", '"', "-", ":"]


@given(st.text(max_size=1200) | st.lists(st.sampled_from(PIECES), max_size=500).map(" ".join))
def test_nothing_typed_is_too_odd_and_what_is_asked_stays_bounded(typed):
    one = understood(typed)
    assert len(one.without) <= 8 * asked.MOST_EXCLUDED and len(one.unsaid) <= asked.MOST_EXCLUDED
    assert len(one.not_by) <= asked.MOST_EXCLUDED and len(one.not_to) <= asked.MOST_EXCLUDED
    assert len(one.marks) <= len(set(asked.HAS.values()) | set(asked.IS.values()))
    assert 0 <= one.after <= asked.TOP and 0 < one.before <= asked.TOP
    assert len(one.query.terms()) + len(one.said) <= 2 * 300


@given(st.permutations(["from:ann", "has:image", "lang:de", "after:2024-02", "-is:reply", '"old mill"', "tower"]))
def test_the_order_does_not_matter(pieces):
    one = understood(" ".join(pieces) + " ")
    assert (one.author, one.marks, one.language) == ("ann", (terms.kind("image"),), "de")
    assert at_of(one.after + 1) == datetime(2024, 3, 1, tzinfo=UTC)
    assert one.without == (terms.kind("reply"),) and one.query.phrases == ["old mill"] and one.query.words == ["tower"]


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=80))
def test_without_operators_it_is_the_query_of_its_words(typed):
    plain = typed.replace(":", " ").replace("-", " ")
    one, wanted = understood(plain), query(plain)
    assert not one.narrows and not one.unclear
    assert set(one.query.terms()) | set(one.either) >= set(wanted.terms()) | set(wanted.prefixes)


@given(st.dates(datetime(1971, 1, 1).date(), datetime(2900, 1, 1).date()))
def test_a_day_ends_where_the_next_begins(day):
    first, past = asked.period(day.isoformat())
    assert at_of(first).date() == day and at_of(past).date() == day + timedelta(days=1)
    assert asked.period(f"{day:%Y-%m}")[0] <= first < past <= asked.period(f"{day:%Y-%m}")[1]
    assert asked.period(f"{day:%Y}")[0] <= first < past <= asked.period(f"{day:%Y}")[1]
    assert understood(f"during:{day}") == understood(f"-before:{day} -after:{day}")


@pytest.mark.parametrize("value", ["", "2024-13-45", "2023-02-29", "2024-00", "0000", "99999", "2024-", "24-1-1",
                                   "2024-01-01T00:00", "yesterday", "٢٠٢٤", "2024-1-1-1"])
def test_impossible_days_are_words(value):
    one = understood(f"before:{value} x ")
    assert one.before == asked.TOP and not one.narrows
    assert one.unclear == ((f"before:{value}",) if value else ())


@given(st.text('aäAÄoöuüßsSiıİI\u0307eé \u0308\u030c ĞğŞşçÇ', max_size=30))
def test_spellings_of_german_and_turkish_meet_in_their_folds(text):
    """Capitals, composed or not, umlauts as letters of their own or spelt out: each finds the other."""
    for other in (text.upper(), text.lower(), unicodedata.normalize("NFD", text), text.replace("ß", "ss")):
        assert fold(other) == fold(text)
    for word in text.split():
        one = understood(f"{word} ")
        spelt = understood(word.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})) + " ")
        found = set(words(word))
        assert set(one.query.words) <= found and (not one.either or found & set(one.either))
        if unicodedata.is_normalized("NFC", word) and not {"\u0307", "\u0308", "\u030c"} & set(word):
            assert set(spelt.query.words) <= found


def test_people_places_and_what_one_did():
    one = understood("FROM:@Ann@B.example to:me in:Library is:Bookmarked -from:me -to:cid")
    assert (one.author, one.to, one.place, one.did) == ("ann@b.example", asked.ME, Place.LIBRARY, Mark.BOOKMARK)
    assert one.not_by == (asked.ME,) and one.not_to == ("cid",)
    assert not understood("-from:ann -is:reply").narrows and understood("-word").is_empty


def test_what_is_quoted_and_what_is_no_operator_are_words():
    one = understood('"from:ann is:reply" note:this https://a.example/?q=from:ann xfrom:bob ')
    assert not one.narrows and one.query.phrases == ["from ann is reply"]
    assert {"note", "this", "xfrom", "bob"} <= set(one.query.words)
    assert understood("cats from:me").query.words == ["cats"], "a word with something after it is finished"
    assert understood('-"two words"').unsaid == ("two words",)
