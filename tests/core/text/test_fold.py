"""Which spellings count as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core.text.fold import _folds, fold

# Beyond it come only Han, private use, and a few tags and selectors.
EVERY_CHARACTER = [chr(point) for point in (*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HELLO", "hello"),
        ("Müller", "muller"),
        ("STRASSE", "Straße"),
        ("STRASSE", "STRAẞE"),
        ("İSTANBUL", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("Ijsland", "ĲSLAND"),
        ("Øresund", "oresund"),
        ("Łódź", "lodz"),
        ("Đường", "duong"),
        ("Ὀδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
        ("Ёлка", "елка"),
        ("за\u0301мок", "замок"),
        ("القُرْآن", "القران"),
        ("أحمد", "احمد"),
        ("مدرســة", "مدرسه"),
        ("کتاب", "كتاب"),
        ("می\u200cخواهم", "میخواهم"),
        ("שָׁלוֹם", "שלום"),
        ("ﬁne", "fine"),
        ("Ｆｕｌｌ", "full"),
        ("ｶﾞ", "ガ"),
        ("٣٤", "34"),
        ("१२", "12"),
        ("co\u00adop", "coop"),
        ("❤️", "❤"),
        ("e\u0301", "é"),
        ("か\u200d\u3099", "が"),
    ],
)
def test_spellings_of_one_word_fold_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("мой", "мои"), ("か", "が"), ("カ", "か"), ("नमस्ते", "नमसत"), ("ที่", "ท"), ("їх", "іх")]
)
def test_marks_that_make_another_letter_stay(one, other):
    assert fold(one) != fold(other)


def test_folding_any_character_twice_changes_nothing_more():
    folded = fold("\n".join(EVERY_CHARACTER))
    assert fold(folded) == folded


def test_text_is_folded_the_same_whatever_stands_beside_it():
    """Texts without letters that change take a shorter way; one accent sends them the long way."""
    letters = "\n".join(letter for letter in EVERY_CHARACTER if letter > "\u2e7f")
    for part in (letters[at : at + 40] for at in range(0, len(letters), 40)):
        assert fold(f"{part}\né") == f"{fold(part)}\ne"


@given(st.text() | st.text("aAäßıİI\u0307\u0301ёйがか\u3099ｶﾞ\u200dᄀ\u1161ﬁ\u0345ᾳΣς\u0640\u0651اأ"))
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_memory_of_folds_is_bounded():
    fold("".join(EVERY_CHARACTER[0x10400:0x20000]))
    assert max(_folds) < 0x10000
