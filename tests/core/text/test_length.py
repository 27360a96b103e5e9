"""Length as a person counts it, and as apps count while one types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core.text.grammar import parse
from petrel.core.text.length import clusters, graphemes, length


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hello", 5),
        ("Straße", 6),
        ("İstanbul", 8),
        ("日本語", 3),
        ("مُحَمَّد", 4),
        ("हिन्दी", 2),
        ("ไทยที่", 4),
        ("ไทยกำ", 4),
        ("각", 1),
        ("\u1100\u1161\u11a8", 1),
        ("e\u0301", 1),
        ("👍", 1),
        ("👍🏽", 1),
        ("❤️", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("👩🏻‍❤️‍💋‍👩🏿", 1),
        ("🏳️‍🌈", 1),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", 1),
        ("🇩🇪🇫🇷", 2),
        ("🇩🇪🇫", 2),
        ("#️⃣", 1),
        ("a\nb", 3),
        ("é\r\nb", 3),
        ("a\r\nb", 3),
        ("나\u1161", 1),
        ("각\u1161", 2),
        ("a👩b", 3),
        ("\u0600ب", 1),
        ("ᆨᆨ각", 2),
    ],
)
def test_length_counts_what_a_person_sees(text, count):
    assert graphemes(text) == length(text) == count == len(clusters(text))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("https://example.com", 23),
        ("http://a.de", 23),
        ("see https://example.com/" + "a" * 400 + " ok", 4 + 23 + 3),
        ("見てhttps://example.jp/写真。", 2 + 23 + 1),
        ("https://a.example https://b.example", 23 + 1 + 23),
        ("@bob", 4),
        ("@bob@example.com", 4),
        ("@bob@example.com @eve", 9),
        ("@bob@nowhere", 12),
        ("#tag", 4),
        ("👩‍👩‍👧 https://example.com/ @bob@example.com", 1 + 1 + 23 + 1 + 4),
    ],
)
def test_links_count_23_and_remote_mentions_their_local_part(text, count):
    assert length(text) == length(parse(text)) == count


def test_content_warning_counts_too_but_without_concessions():
    assert length("hello", "cw") == 7
    assert length("", "👩‍👩‍👧 https://example.com") == 21


def test_no_short_post_is_large():
    assert length("a" + "\u200d\u0301" * 5_000) >= 300
    assert length("👩\u200d" * 5_000) >= 300
    assert length("\u1100" * 10_000) >= 300
    assert length("https://example.com/" + "a" * 10_000) > 10_000


CLEANED = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]))


@given(CLEANED, CLEANED)
def test_a_line_added_adds_its_length(above, below):
    assert length(f"{above}\n{below}") == length(above) + 1 + length(below)


@given(CLEANED, st.integers(0, 40))
def test_typing_on_never_shortens(text, more):
    lengths = [length(f"{text}{' x' * times}") for times in range(more)]
    assert lengths == sorted(lengths)


@given(st.text("aé日a\u0301\u200d👩👧🏽🇩🇪क्षि각\u1100\u1161\u0e33\r\n\u0600", max_size=30))
def test_clusters_joined_are_the_text(text):
    assert "".join(clusters(text)) == text
    assert graphemes(text) == len(clusters(text))
