"""Posts as the HTML that apps expect, and that nothing typed can be anything but text."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from petrel.core.text.grammar import Mention, parse
from petrel.core.text.html import MentionTarget, excerpt, plain, render, sanitise
from petrel.core.text.length import graphemes
from petrel.core.text.normal import clean
from tests.core.text.samples import POSTS

ALLOWED = {
    "p": set(),
    "br": set(),
    "span": {"class", "translate"},
    "a": {"href", "class", "rel", "target", "translate"},
}
CLASSES = {None, "h-card", "u-url mention", "mention hashtag", "invisible", "ellipsis"}


def tag_url(key: str) -> str:
    return f"https://our.example/tags/{key}"


def targets(text: str) -> dict[str, MentionTarget]:
    return {
        mention.acct: MentionTarget(f"https://our.example/@{mention.acct}", mention.acct)
        for mention in parse(text).mentions
    }


def rendered(text: str) -> str:
    return render(parse(text), targets(text), tag_url)


class Reread(HTMLParser):
    """Text as a browser shows it; fails on any tag, attribute or nesting that is not ours."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.shown, self.open, self.hrefs = "", "", [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert set(given) <= ALLOWED[tag]
        assert given.get("class") in CLASSES
        if tag == "br":
            self.text += "\n"
            return
        if tag == "p" and self.text:
            self.text += "\n\n"
        if tag == "a":
            self.hrefs.append(given["href"])
        self.open.append((tag, given.get("class")))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.text += data
        if ("span", "invisible") not in self.open:
            self.shown += data

    def handle_comment(self, data):
        raise AssertionError

    handle_decl = handle_pi = unknown_decl = handle_comment


def as_shown(text: str) -> str:
    """Remote mentions lose their domain unless somebody else there has the same name."""
    names = [mention.acct.partition("@")[0] for mention in parse(text).mentions]
    out = ""
    for piece in parse(text).pieces():
        if isinstance(piece, Mention):
            name = piece.acct.partition("@")[0]
            out += f"@{piece.acct if names.count(name) > 1 else name}"
        else:
            out += piece if isinstance(piece, str) else text[piece.start : piece.end]
    while "\n\n\n" in out:
        out = out.replace("\n\n\n", "\n\n")
    return out


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("hello", "<p>hello</p>"),
        ("a\nb\n\nc\n\n\nd", "<p>a<br>b</p><p>c</p><p>d</p>"),
        ("1 < 2 & \"3\" > '2'", "<p>1 &lt; 2 &amp; &quot;3&quot; &gt; '2'</p>"),
        (
            "hi @Bob!",
            '<p>hi <span class="h-card" translate="no"><a href="https://our.example/@bob" class="u-url mention">'
            "@<span>bob</span></a></span>!</p>",
        ),
        (
            "@eve@example.com",
            '<p><span class="h-card" translate="no"><a href="https://our.example/@eve@example.com" '
            'class="u-url mention">@<span>eve</span></a></span></p>',
        ),
        (
            "#Köln",
            '<p><a href="https://our.example/tags/koln" class="mention hashtag" rel="tag">#<span>Köln</span></a></p>',
        ),
        (
            "https://www.example.org/a&b",
            '<p><a href="https://www.example.org/a&amp;b" rel="nofollow noopener noreferrer" target="_blank" '
            'translate="no"><span class="invisible">https://www.</span><span>example.org/a&amp;b</span></a></p>',
        ),
        (
            "http://example.org/0123456789012345678901234567",
            '<p><a href="http://example.org/0123456789012345678901234567" rel="nofollow noopener noreferrer" '
            'target="_blank" translate="no"><span class="invisible">http://</span>'
            '<span class="ellipsis">example.org/012345678901234567</span>'
            '<span class="invisible">8901234567</span></a></p>',
        ),
    ],
)
def test_html_is_what_apps_expect(text, html):
    assert rendered(text) == html


def test_who_is_not_found_stays_plain_text():
    assert render(parse("@nobody@example.com & #a"), {}, tag_url).startswith("<p>@nobody@example.com &amp; <a")


def test_two_people_of_one_name_are_told_apart():
    seen = Reread(rendered("@bob @bob@example.com @eve@example.com"))
    assert seen.text == "@bob @bob@example.com @eve"


def test_one_person_written_two_ways_keeps_the_short_name():
    eve = MentionTarget("https://our.example/@eve@xn--bcher-kva.example", "eve@xn--bcher-kva.example")
    ways = {"eve@bücher.example": eve, "eve@xn--bcher-kva.example": eve}
    seen = Reread(render(parse("@eve@bücher.example @eve@xn--bcher-kva.example"), ways, tag_url))
    assert seen.text == "@eve @eve"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://bank.example@evil.example/login", "evil.example/login"),
        ("https://" + "a" * 40 + "@evil.example", "evil.example"),
        ("https://" + "a" * 40 + ".evil.example/path", "a" * 40 + ".evil.example"),
        ("https://www.example.org:8443/", "example.org:8443/"),
        ("https://www.example/", "www.example/"),
    ],
)
def test_link_always_shows_the_host_it_opens(url, shown):
    seen = Reread(rendered(url))
    assert (seen.shown, seen.text, seen.hrefs) == (shown, url, [url])


def test_addresses_given_are_escaped():
    html = render(
        parse("@bob #a"), {"bob": MentionTarget('https://x/"><script>', "bob<i>")}, lambda key: 'https://x/"onclick="'
    )
    assert Reread(html).hrefs == ['https://x/"><script>', 'https://x/"onclick="']
    assert "<script>" not in html and "<i>" not in html


@pytest.mark.parametrize("text", POSTS)
def test_post_reads_back_as_it_was_written(text):
    seen = Reread(rendered(clean(text)))
    assert seen.text == as_shown(clean(text))
    assert all(href.startswith(("https://", "http://")) for href in seen.hrefs)


BITS = st.sampled_from(
    ["<", ">", "&", '"', "'", "&lt;", "&#39;", "<b>", "</p>", "<script>", "-->", "<!--", "@bob", "@bob@a.example",
     "@eve", "#tag", "#日本", "https://a.example/", "https://a@b.example/?x=<y>&z=", "javascript:", " ", "\n", "\n\n"]
)  # fmt: skip
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
TEXTS = st.lists(BITS | LETTERS, max_size=15).map(lambda bits: clean("".join(bits)))


@given(TEXTS)
@example("@bob\n\n\n\n@bob@a.example <")
def test_only_our_tags_come_out_and_the_text_is_kept(text):
    assert Reread(rendered(text)).text == as_shown(text)


@given(TEXTS)
def test_plain_undoes_render(text):
    assert plain(rendered(text)) == as_shown(text).strip()


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>hi<br>you</p>", "<p>hi<br>you</p>"),
        ("<p><script>alert(1)</script><style>x</style>a</p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red" id="a" class="evil">a</p>', '<p class="">a</p>'),
        ('<img src=x onerror="alert(1)">a', "a"),
        ('<a href="javascript:alert(1)">a</a>', '<a target="_blank" rel="nofollow noopener noreferrer">a</a>'),
        ('<a href="/logout">a</a>', '<a target="_blank" rel="nofollow noopener noreferrer">a</a>'),
        ('<a href="//evil.example">a</a>', '<a target="_blank" rel="nofollow noopener noreferrer">a</a>'),
        ("<ol start=3 reversed><li value=2>a</li></ol>", '<ol start="3" reversed=""><li value="2">a</li></ol>'),
        ("<del>a</del><em>b</em><u>c</u><pre><code>d</code></pre>",) * 2,
        ("<blockquote><strong>a</strong><b>b</b><i>c</i></blockquote><ul><li>x</li></ul>",) * 2,
        ("<h1>Title</h1><div>text</div>", "<p>Title</p><p>text</p>"),
        ("<svg><script>alert(1)</script></svg><table><td>x", "<p>x</p>"),
        ("<!-- a -->b", "b"),
    ],
)
def test_foreign_html_keeps_only_what_apps_are_promised(html, kept):
    assert sanitise(html) == kept


def test_foreign_links_get_our_rel_and_keep_classes_apps_read():
    kept = sanitise(
        '<p><span class="h-card x" translate="no"><a href="https://x.example/@a" class="u-url mention big" rel="me">'
        '@a</a></span><span class="invisible">h</span><span class="ellipsis">e</span></p>'
    )
    assert 'class="u-url mention"' in kept and 'class="h-card" translate="no"' in kept
    assert 'rel="nofollow noopener noreferrer"' in kept and 'href="https://x.example/@a"' in kept
    assert 'class="invisible"' in kept and 'class="ellipsis"' in kept


@given(st.text("<>/a pbrdiv\"'=&;#x") | st.text())
def test_sanitising_twice_changes_nothing_more(html):
    once = sanitise(html)
    assert sanitise(once) == once


@pytest.mark.parametrize("text", POSTS)
def test_our_own_html_passes_the_sanitiser_with_its_text(text):
    assert plain(sanitise(rendered(clean(text)))) == as_shown(clean(text))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p>\n<p>b</p>", "a\n\nb"),
        ("<p>a<br />b<BR>c</p>", "a\nb\nc"),
        ("<ul><li>a</li><li>b</li></ul><p>c</p>", "a\nb\n\nc"),
        ("<blockquote><p>a</p></blockquote><p>b</p>", "a\n\nb"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("1 < 2", "1 < 2"),
        ("one\ntwo", "one two"),
        ("", ""),
    ],
)
def test_plain_keeps_text_and_lines(html, text):
    assert plain(html) == text


@pytest.mark.parametrize("work", [plain, sanitise])
@pytest.mark.parametrize("bit", ["<", "<a", "<br", "<div ", "</p", "</p>\n", "&", "<p><p>"])
def test_hostile_html_takes_time_in_proportion_to_its_length(work, bit):
    html = bit * (120_000 // len(bit))
    began = time.perf_counter()
    work(html)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("short", 10, "short"),
        ("two\n\nlines", 20, "two lines"),
        ("exactly ten", 11, "exactly ten"),
        ("a sentence that is cut", 18, "a sentence that…"),
        ("unbreakableword", 5, "unbr…"),
        ("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2, "👩‍👩‍👧…"),
        ("", 5, ""),
    ],
)
def test_excerpt_ends_between_words_and_never_inside_a_character(text, most, short):
    assert excerpt(text, most) == short


@given(st.text(), st.integers(1, 30))
def test_excerpt_is_never_longer_than_asked(text, most):
    assert graphemes(excerpt(text, most)) <= most
