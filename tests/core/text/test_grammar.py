"""What is a mention, a hashtag, a link; and that no text, however made, upsets the reading of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petrel.core.text.grammar import Hashtag, Link, Mention, parse

BITS = st.sampled_from(
    ["@", "#", ":", "/", ".", "-", "_", "(", ")", "[", "]", "·", "\u200c", "\u200d", "\u202e", "'", "?", "&", "=", "é",
     "ß", "ı", "日本", "한", "ไทย", "का", "👩\u200d👧", "🇩🇪", "#️⃣", " ", "\n", "http://", "https://", "HTTP://", "www.",
     "example.com", "@bob", "@bob@example.com", "#tag", "#日本", "https://example.com/a(b)"]
)  # fmt: skip
TEXTS = st.lists(BITS | st.text(max_size=3), max_size=12).map("".join)


def found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in parse(text).spans]


@pytest.mark.parametrize(
    ("text", "user", "domain"),
    [
        ("@bob", "bob", None),
        ("hello @Bob_1!", "Bob_1", None),
        ("(@bob)", "bob", None),
        (".@bob said", "bob", None),
        ("@bob: look", "bob", None),
        ("@bob's house", "bob", None),
        ("@ahmet'e sor", "ahmet", None),
        ("@bob.", "bob", None),
        ("@bob...", "bob", None),
        ("@@bob", "bob", None),
        ("@bobさん、こんにちは", "bob", None),
        ("@bob님", "bob", None),
        ("مرحبا @bob كيف حالك", "bob", None),
        ("👩‍👩‍👧@bob", "bob", None),
        ("@alice@example.com", "alice", "example.com"),
        ("@alice@example.com.", "alice", "example.com"),
        ("@alice@example.comさん", "alice", "example.com"),
        ("@a.b-c@sub.example.co.uk,", "a.b-c", "sub.example.co.uk"),
        ("@alice@bücher.example", "alice", "bücher.example"),
        ("@alice@例え.みんな", "alice", "例え.みんな"),
        ("@alice@localhost:3000", "alice", "localhost:3000"),
        ("@alice@127.0.0.1:8443", "alice", "127.0.0.1:8443"),
    ],
)
def test_mention_is_found_with_user_and_domain(text, user, domain):
    [mention] = parse(text).spans
    assert isinstance(mention, Mention)
    assert (mention.user, mention.domain) == (user, domain)
    assert text[mention.start : mention.end] == f"@{user}" + (f"@{domain}" if domain else "")


@pytest.mark.parametrize(
    "text",
    ["bob@example.com", "a@b", "/@bob", "=@bob", "日本@bob", "हिन्दी@bob", "@", "@ bob", "@-bob", "@.bob", "@日本"],
)
def test_no_mention_where_the_sign_belongs_to_something_else(text):
    assert parse(text).spans == ()


@pytest.mark.parametrize(
    "text",
    ["@josé", "@jos\u0301e", "@bоb (second letter Cyrillic)", "@bob@nowhere", "@bob@alice", "@bob.été",
     "@bob@example.com@evil.example", "@bob@example.comé", "@bob@example.c", "@bob@foo.example.comé",
     "@bob@example.com_x", "@bob@example.com.é"],
)  # fmt: skip
def test_nobody_is_named_by_the_beginning_of_another_name(text):
    named = {mention.acct for mention in parse(text).mentions}
    assert not named & {"jos", "b", "bob", "bob@example.com", "bob@foo.example", "bob@example"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#tag", ["tag"]),
        ("#Tag, #tag2 and (#under_score)!", ["Tag", "tag2", "under_score"]),
        ("#1a #a1 #12_3", ["1a", "a1", "12_3"]),
        ("#Straßenfest", ["Straßenfest"]),
        ("#İstanbul", ["İstanbul"]),
        ("#日本語のタグ、次", ["日本語のタグ"]),
        ("#スター・ウォーズ", ["スター・ウォーズ"]),
        ("#col·lecció", ["col·lecció"]),
        ("#نماز\u200cجمعه", ["نماز\u200cجمعه"]),
        ("#हिन्दी में", ["हिन्दी"]),
        ("#مُحَمَّد", ["مُحَمَّد"]),
        ("🦭#seal", ["seal"]),
        ("##tag", ["tag"]),
        ("#one#two", ["one"]),
        ("#٣٤٥ب", ["٣٤٥ب"]),
    ],
)
def test_hashtag_takes_letters_digits_and_joints_of_any_script(text, names):
    assert [span.name for span in parse(text).spans if isinstance(span, Hashtag)] == names


@pytest.mark.parametrize(
    "text",
    ["#123", "#٣٤٥", "#1·", "#", "# tag", "a#tag", "é#tag", "/#tag", "&#39;", "=#tag", ")#tag", "#·a", "#-a", "#1️⃣",
     "#️⃣", "#👩"],
)  # fmt: skip
def test_no_hashtag_of_digits_alone_or_inside_a_word(text):
    assert parse(text).spans == ()


def test_joint_at_the_end_is_not_part_of_the_hashtag():
    assert found("#a· #b・。 #c\u200c") == ["#a", "#b", "#c"]


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("http://example.com", "http://example.com", "example.com"),
        ("HTTPS://Example.COM/", "HTTPS://Example.COM/", "Example.COM"),
        ("see https://example.com/a.", "https://example.com/a", "example.com"),
        ("https://example.com/a?b=c&d=[1]#e!", "https://example.com/a?b=c&d=[1]#e", "example.com"),
        ("have you seen https://example.com?", "https://example.com", "example.com"),
        ("https://example.com:8080/x", "https://example.com:8080/x", "example.com:8080"),
        ("https://example.com: yes", "https://example.com", "example.com"),
        ("(https://example.com/a)", "https://example.com/a", "example.com"),
        ("https://en.example.org/wiki/Fox_(animal)", "https://en.example.org/wiki/Fox_(animal)", "en.example.org"),
        ("(https://example.org/a_(b_(c)))", "https://example.org/a_(b_(c))", "example.org"),
        ("https://example.org/a(b", "https://example.org/a", "example.org"),
        ("«https://example.org/a»", "https://example.org/a", "example.org"),
        ("“https://example.org/a”", "https://example.org/a", "example.org"),
        ("'https://example.org/a'", "https://example.org/a", "example.org"),
        ('"https://example.org/a"', "https://example.org/a", "example.org"),
        ("<https://example.org/a>", "https://example.org/a", "example.org"),
        ("https://example.org/a...", "https://example.org/a", "example.org"),
        ("https://example.org/a…", "https://example.org/a", "example.org"),
        ("https://bücher.example/ä", "https://bücher.example/ä", "bücher.example"),
        ("https://президент.рф/", "https://президент.рф/", "президент.рф"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("見てhttps://example.jp/写真。次", "https://example.jp/写真", "example.jp"),
        ("https://example.jpを見て", "https://example.jp", "example.jp"),
        ("https://example.org/🦭", "https://example.org/🦭", "example.org"),
        ("http://localhost:3000/x", "http://localhost:3000/x", "localhost:3000"),
        ("http://127.0.0.1/", "http://127.0.0.1/", "127.0.0.1"),
        ("http://[::1]:80/", "http://[::1]:80/", "[::1]:80"),
        ("https://a.example/https://b.example/", "https://a.example/https://b.example/", "a.example"),
        ("https://example.com/#tag", "https://example.com/#tag", "example.com"),
        ("https://example.com/@bob", "https://example.com/@bob", "example.com"),
        ("https://example.org/a\u202ecod", "https://example.org/a", "example.org"),
    ],
)
def test_link_ends_where_a_person_would_end_it(text, url, host):
    [link] = parse(text).spans
    assert isinstance(link, Link)
    assert link.url == url == text[link.start : link.end]
    assert text[link.host_start : link.host_end] == host


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("http://user@evil.example/x", "http://user@evil.example/x", "evil.example"),
        ("https://bank.example:pw@evil.example", "https://bank.example:pw@evil.example", "evil.example"),
        ("https://bank.example%2f@evil.example", "https://bank.example%2f@evil.example", "evil.example"),
        ("https://bank.example\\@evil.example", "https://bank.example", "bank.example"),
        ("https://bank.example/@evil.example", "https://bank.example/@evil.example", "bank.example"),
        ("https://a@bank.example@evil.example", "https://a@bank.example", "bank.example"),
    ],
)
def test_host_of_a_link_is_the_one_a_browser_would_open(text, url, host):
    link = parse(text).links[0]
    assert (link.url, text[link.host_start : link.host_end]) == (url, host)


@pytest.mark.parametrize(
    "text",
    ["http://", "http:///x", "http://.", "http://example", "xhttp://example.com", "@http://example.com",
     "ftp://example.com", "javascript://example.com", "http//example.com", "http://-", "http://exa mple",
     "example.com"],
)  # fmt: skip
def test_no_link_without_scheme_or_host(text):
    assert parse(text).links == []


def test_everything_in_one_text_keeps_its_order():
    text = "Hi @bob@example.com, see https://x.example/@eve#a #Köln\n@bob: #köln (http://y.example)."
    assert found(text) == [
        "@bob@example.com", "https://x.example/@eve#a", "#Köln", "@bob", "#köln", "http://y.example",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["#日本http://x.example", "@bob.http://x.example"])
def test_what_began_first_is_not_taken_apart_again(text):
    assert found(text) == [text.removesuffix("://x.example")]


def test_mentions_are_each_person_once_in_order_of_first_mention():
    parsed = parse("@Bob @alice @bob @alice@Example.com @ALICE@example.com")
    assert [mention.acct for mention in parsed.mentions] == ["bob", "alice", "alice@example.com"]
    assert parsed.mentions[0].user == "Bob"


def test_tags_are_folded_and_keep_the_first_spelling():
    assert parse("#Köln #KOLN #köln #ＡＢＣ #a").tags == {"koln": "Köln", "abc": "ＡＢＣ", "a": "a"}
    assert list(parse("#b #a #B").tags) == ["b", "a"]


@given(TEXTS)
def test_spans_are_ordered_apart_and_cover_the_text_with_the_rest(text):
    parsed = parse(text)
    at = 0
    for span in parsed.spans:
        assert at <= span.start < span.end <= len(text)
        at = span.end
    pieces = [piece if isinstance(piece, str) else text[piece.start : piece.end] for piece in parsed.pieces()]
    assert "".join(pieces) == text
    assert all(pieces)


@given(TEXTS)
def test_spans_hold_no_white_space_or_markup(text):
    text = f"https://example.com/{text}"
    for span in parse(text).spans:
        assert not any(letter.isspace() or letter in '<>"' for letter in text[span.start : span.end])


@given(TEXTS, TEXTS)
def test_a_line_is_read_without_regard_to_the_lines_around_it(above, below):
    alone = found(above) + found(below)
    assert found(f"{above}\n{below}") == alone


@pytest.mark.parametrize(
    "bit",
    ["@", "@a", "@a@", "@a@b.", "@a.", "a.", "#", "#1", "#a·", "http://", "http://a@", "http://a.", "http://a-",
     "http://a.bc/(", "http://a.bc/((a", "http://a.bc/[", "http://a.bc/.", "(", "\u0301", "क्", "日"],
)  # fmt: skip
def test_hostile_text_takes_time_in_proportion_to_its_length(bit):
    for start in ("", "@a@", "http://", "http://a.bc/"):
        text = start + bit * (60_000 // len(bit))
        began = time.perf_counter()
        parse(text)
        assert time.perf_counter() - began < 0.3
