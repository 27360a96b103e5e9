"""Text as it is stored."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core.errors import Invalid
from petrel.core.text.normal import clean


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("é\r\nb\rc\x85d\u2028e\u2029f", "é\nb\nc\nd\ne\nf"),
        ("a\0b\x07c\x1b[0m\x7f", "abc[0m"),
        ("ü\0\x80\x9f\ufffe\ufdd0\uffff!", "ü!"),
        ("a\tb\n\nc", "a\tb\n\nc"),
        ("é\tb\n\nc", "é\tb\n\nc"),
        ("  a  ", "a"),
        (" \u200b\u3000é\u00a0 \ufeff\n", "é"),
        ("e\u0301 A\u030a", "é Å"),
        ("e\0\u0301", "é"),
        ("\u202bשלום\u202c world", "\u202bשלום\u202c world"),
        ("👩\u200d👩\u200d👧 می\u200cخواهم", "👩\u200d👩\u200d👧 می\u200cخواهم"),
        ("", ""),
        ("\0", ""),
        ("\u200b \u2060\u00a0", ""),
    ],
)
def test_clean_composes_and_drops_what_is_no_text(raw, cleaned):
    assert clean(raw) == cleaned


@pytest.mark.parametrize("raw", ["\ud800", "a\udfffb", "\ude00\ud83d"])
def test_lone_surrogates_are_refused_with_the_name_of_the_field(raw):
    with pytest.raises(Invalid) as refused:
        clean(raw, "spoiler_text")
    assert refused.value.field == "spoiler_text"


def test_marks_beyond_thirty_on_one_letter_are_dropped():
    assert clean("Z" + "\u0335" * 31) == "Z" + "\u0335" * 30
    assert clean("a" + "\u0344" * 30) == clean(clean("a" + "\u0344" * 30))
    assert clean("Z" + "\u0335" * 30 + "a") == "Z" + "\u0335" * 30 + "a"


def test_a_heap_of_marks_is_cleaned_at_once():
    raw = "a" + "\u0301\u0316" * 50_000
    began = time.perf_counter()
    clean(raw)
    assert time.perf_counter() - began < 0.5


def test_blanks_by_turns_at_the_end_are_trimmed_at_once():
    raw = "é" + " \u200b" * 100_000
    began = time.perf_counter()
    assert clean(raw) == "é"
    assert time.perf_counter() - began < 0.5


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text("a\u0344\u0301\u0958\r\n\0\u200b ", max_size=90))
def test_cleaning_twice_changes_nothing_more(raw):
    once = clean(raw)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in once)
