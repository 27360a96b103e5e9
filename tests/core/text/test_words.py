"""What is found by searching for what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core.text.grammar import parse
from petrel.core.text.words import MOST_WORDS, edges, query, says, words
from tests.core.text.samples import POSTS


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Hello, hello World!", ["hello", "world"]),
        ("don't snake_case 3.14", ["don", "t", "snake", "case", "3", "14"]),
        ("Die Straße", ["die", "strasse"]),
        ("Müllers Öl", ["mullers", "ol", "muellers", "oel"]),
        ("İstanbul'da ışık", ["istanbul", "da", "isik"]),
        ("#Köln_Süd", ["#koln_sud", "koln", "sud", "koeln", "sued"]),
        ("@Bob hi @eve@Example.com", ["@bob", "@eve", "@eve@example.com", "hi"]),
        (
            "https://www.Example.org:80/some-page/%C3%A4?utm=1#x",
            ["www.example.org:80", "www", "example", "org", "80", "some", "page", "a", "ae"],
        ),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー", "東", "京"]),
        ("犬", ["犬"]),
        ("éhttp://b.example", ["b.example", "e", "b", "example"]),
        ("안녕하세요", ["안녕", "녕하", "하세", "세요"]),
        ("JR東日本", ["jr", "東日", "日本", "東", "日", "本"]),
        ("ไทย", ["ไท", "ทย"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("القُرْآن", ["القران"]),
        ("👩‍👩‍👧 🦭", []),
        ("", []),
    ],
)
def test_words_of_a_text(text, terms):
    assert words(text) == words(parse(text)) == terms


def test_words_are_at_most_200_and_signs_come_first():
    found = words(" ".join(f"w{number}" for number in range(400)) + " #tag @bob")
    assert len(found) == MOST_WORDS
    assert found[:3] == ["#tag", "@bob", "w0"]


def test_very_long_word_is_found_by_its_beginning():
    assert words("a" * 5_000) == ["a" * 64] == words("a" * 64)


@pytest.mark.parametrize("text", POSTS)
def test_every_word_typed_again_finds_the_post(text):
    indexed = set(words(text))
    for typed in text.split():
        asked = query(typed)
        assert set(asked.terms()) <= indexed
        assert all(prefix in indexed for prefix in asked.prefixes)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_line_of_a_text_finds_it(line, rest):
    indexed = set(words(f"{line}\n{rest}"))
    asked = query(line)
    assert set(asked.terms()) | set(asked.prefixes) <= indexed


@pytest.mark.parametrize("typed", ["Müller", "Mueller", "Muller", "MÜLLER"])
def test_umlaut_is_found_with_and_without_e(typed):
    assert set(words(typed)) & set(words("Herr Müller")) >= set(query(typed + " ").words)


def test_one_han_character_finds_the_word_it_stands_in():
    assert set(query("猫").terms()) <= set(words("黒猫がいる"))


def test_edges_are_beginnings_from_two_to_twelve_characters():
    assert edges("petrel") == ["pe", "pet", "petr", "petre", "petrel"]
    assert edges("a") == []
    assert edges("abcdefghijklmno")[-1] == "abcdefghijkl"
    assert edges("ab", least=1, most=1) == ["a"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sea bir", dict(words=["sea"], prefixes=["bir"])),
        ("sea birds ", dict(words=["sea", "birds"])),
        ("sea birds!", dict(words=["sea", "birds"])),
        ("a", dict(words=["a"])),
        ("Müll", dict(prefixes=["mull"])),
        ("東京", dict(words=["東京"])),
        ('"Old  Lighthouse," walk', dict(phrases=["old lighthouse"], prefixes=["walk"])),
        ("walk „alter Turm“", dict(words=["walk"], phrases=["alter turm"])),
        ('"unclosed quo', dict(words=["unclosed"], prefixes=["quo"])),
        ('"" x', dict(words=["x"])),
        ("#Köln @Bob@Example.com wor", dict(prefixes=["wor"], tags=["koln"], mentions=["bob@example.com"])),
        ("#koln #KÖLN", dict(tags=["koln"])),
        ("https://example.org/a", dict(words=["example.org", "example", "org", "a"])),
        ("", dict()),
        ('"', dict()),
    ],
)
def test_query_as_understood(typed, expected):
    asked = query(typed)
    empty = {name: [] for name in asked.__struct_fields__}
    assert {name: getattr(asked, name) for name in empty} == empty | expected


def test_terms_of_a_query_carry_their_signs_and_the_words_of_phrases():
    asked = query('one "two three" #four @five six')
    assert asked.terms() == ["one", "two", "three", "#four", "@five"]


def test_query_reads_its_first_300_characters():
    assert query("x " * 150 + "late ").words == ["x"]


@given(st.text('ab"“”„#@ é日\n') | st.text())
def test_query_never_raises(typed):
    query(typed)


@pytest.mark.parametrize(
    ("text", "phrase", "said"),
    [
        ("The Old, LIGHTHOUSE stands", '"old lighthouse"', True),
        ("The lighthouse is old", '"old lighthouse"', False),
        ("An old lighthousekeeper", '"old lighthouse"', False),
        ("今日は灯台まで歩いた", '"灯台まで"', True),
        ("今日はまで灯台", '"灯台まで"', False),
    ],
)
def test_phrase_is_said_only_word_by_word_in_order(text, phrase, said):
    assert says(text, query(phrase).phrases[0]) is said
