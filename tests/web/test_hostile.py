"""What people write can never become part of a page."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from petrel.web import markup
from tests.web.browser import Browser

TRICKS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" jAvAsCrIpT:alert(1)">x</a>',
    '<a href="java&#x0A;script:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<p style="position:fixed;inset:0">cover</p>',
    '<p class="skip hero">dressed up</p>',
    '<form action="/auth/sign_out" method="post"><button>x</button></form>',
    "<iframe src=//evil.example></iframe>",
    "<base href=//evil.example>",
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    "<link rel=stylesheet href=//evil.example/x.css>",
    "</div></article></main><h1>Signed out</h1>",
    '<a id="main" name="csrf">x</a>',
    "<textarea></textarea><template><script>alert(1)</script></template>",
    "{{ visit.session }}{% include 'base.html' %}",
    "\x00<\x00script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
)
TAGS = "a|b|blockquote|br|code|del|em|i|li|ol|p|pre|span|strong|u|ul"
ALLOWED = re.compile(rf'</?(?:{TAGS})(?: (?:href|class|rel|start|reversed|value)="[^"]*")*>')


class Parsed(HTMLParser):
    """What a browser would find in a page: its tags, the names of attributes, where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")}


def assert_is_harmless(html: str) -> None:
    left = ALLOWED.sub("", html)
    assert "<" not in left, left
    for address in re.findall(r'href="([^"]*)"', html):
        scheme = address.partition(":")[0].lower() if ":" in address else ""
        assert scheme in ("", "http", "https", "mailto", "xmpp", "gemini", "ipfs", "magnet", "dat"), address
    for names in re.findall(r'class="([^"]*)"', html):
        assert set(names.split()) <= markup.CLASSES


@pytest.mark.parametrize("trick", TRICKS)
def test_known_tricks_are_harmless_in_written_html(trick: str) -> None:
    assert_is_harmless(str(markup.clean(trick)))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("<>/\"'= \n&;:#x0aphrefscriptonclickstylesvgmb!-?[]")), max_size=120))
def test_any_written_html_is_harmless(text: str) -> None:
    assert_is_harmless(str(markup.clean(text)))


def test_links_people_wrote_earn_nothing_and_tell_nothing() -> None:
    html = str(markup.clean('<a href="https://a.example" rel="me" target="_top">x</a>'))
    assert html == '<a href="https://a.example" rel="nofollow noopener noreferrer ugc">x</a>'


@pytest.mark.parametrize("trick", TRICKS)
def test_known_tricks_are_text_everywhere_else(trick: str) -> None:
    """As a name, a warning, a search, a tag, a post that failed."""
    browser = Browser(who="mira")
    answers = [
        browser.submit("/compose", "/compose", text=trick * 30, warning=trick),
        browser.get("/search?q=" + re.sub(r"[^A-Za-z0-9]", lambda m: f"%{ord(m[0]):02x}", trick)),
        browser.get("/public"),
        browser.get("/@mallory"),
    ]
    for answer in answers:
        page = Parsed(answer.text)
        assert not page.tags & {"script", "iframe", "base", "math", "template", "noscript", "style", "object"}
        assert not any(name.startswith("on") or name == "style" for name in page.attributes)
        assert not any("evil.example" in address or address.startswith("javascript") for address in page.addresses)


def test_hostile_posts_of_the_cast() -> None:
    html = Browser().get("/@mallory").text
    assert "&lt;script&gt;alert(&#34;name&#34;)&lt;/script&gt;" in html
    assert "alert(2)" not in html and "alert(3)" not in html and "javascript:" not in html


def test_excerpts_are_plain_text() -> None:
    assert markup.plain("<p>a &lt;b&gt;<br>c</p><p>d</p>") == "a <b> c d"
    assert markup.plain("<p>" + "word " * 100 + "</p>", 20) == "word word word word …"
    assert markup.plain("x" * 300, 20) == "x" * 20 + " …"
