"""What of a page becomes a card, and what no page can make it do."""

import time

import pytest

from petrel.features.cards import reading
from petrel.features.cards.shapes import Card

URL = "https://birds.example/plovers?x=1"


def card(page: str) -> Card:
    return reading.card_of(page, URL)[0]


def test_open_graph_comes_before_twitter_and_plain_html() -> None:
    page = """<!doctype html><html lang="de"><head><title>Plain &amp; simple</title>
      <meta name="description" content="plain words"><META NAME='twitter:title' CONTENT='Tweeted'>
      <meta property="og:description" content="Graph &quot;words&quot; a > b">
      <meta content="Birds" property="og:site_name"/><meta property=article:published_time content=2026-05-01T10:00:00Z>
      <meta name="author" content="Ann"><meta property="article:author" content="https://birds.example/ann">
      </head><body><meta property="og:title" content="from the body"></body></html>"""
    assert card(page) == Card(
        URL, "Tweeted", 'Graph "words" a > b', "Birds", "Ann", "https://birds.example/ann", "de",
        published_at="2026-05-01T10:00:00+00:00")
    assert card("<title>\n Plain &amp;  simple </title>").title == "Plain & simple"
    assert card('<meta property="og:title" content=""><title>x</title>').title == "x"
    assert card("no page at all") == Card(URL)


@pytest.mark.parametrize(("content", "title"), [
    ("&lt;script&gt;alert(1)&lt;/script&gt; hi", "alert(1) hi"),
    ("a\u202etxt.exe\u200b\ufeff\x07b", "atxt.exeb"),
    ("x" * 1000, "x" * 299 + "…"),
    ("&#0;&#xD800;&#x110000;a", "\ufffd\ufffd\ufffda"),
])
def test_a_title_is_one_line_of_plain_text(content: str, title: str) -> None:
    assert card(f'<meta property="og:title" content="{content}">').title == title


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", "data:text/html,x", "https://user@birds.example/", "//", "http://[", "https://x/&quot;onclick"])
def test_the_address_of_an_author_is_one_of_the_web_or_none(address: str) -> None:
    page = f'<title>x</title><meta property="article:author" content="{address}://">'
    found = card(page).author_url
    assert found == "" or (found.startswith(("http://", "https://")) and '"' not in found), found


@pytest.mark.parametrize("robots", ["nosnippet", "NONE", "noindex, nosnippet", "max-snippet:0"])
def test_who_does_not_want_to_be_shown_is_not(robots: str) -> None:
    with pytest.raises(reading.NotWanted):
        card(f'<meta name="robots" content="{robots}"><title>x</title>')
    assert card('<meta name="robots" content="noindex"><title>x</title>').title == "x"


def test_oembed_is_asked_where_the_page_has_no_title() -> None:
    link = '<link rel="alternate" type="application/json+oembed" href="/o?u=1&amp;f=json">'
    assert reading.card_of(link, URL) == (Card(URL), "https://birds.example/o?u=1&f=json")
    assert reading.card_of(link + "<title>x</title>", URL)[1] == ""
    more = reading.with_oembed(Card(URL), b'{"title": "<b>Plover</b>", "author_name": "Ann", "provider_name": 3,'
                                          b' "author_url": "javascript:x", "html": "<iframe>"}')
    assert more == Card(URL, "Plover", author="Ann")
    for body in (b"", b"[]", b"null", b"{", b"[" * 100_000, b"\xff", b'{"title": {"a": 1}}'):
        assert reading.with_oembed(Card(URL), body) == Card(URL)


@pytest.mark.parametrize(("body", "kind", "title"), [
    ("<title>Möwe</title>".encode(), "text/html", "Möwe"),
    ("<title>Möwe</title>".encode("latin-1"), "text/html; charset=ISO-8859-1", "Möwe"),
    ('<meta charset="windows-1252"><title>Möwe</title>'.encode("cp1252"), "text/html", "Möwe"),
    ("<title>かもめ</title>".encode("shift_jis"), "text/html; charset=shift_jis", "かもめ"),
    ("<title>Möwe</title>".encode(), "text/html; charset=zip", "Möwe"),
    ("<title>Möwe</title>".encode(), "text/html; charset=nonsense", "Möwe"),
    ("<title>M\xf6we</title>".encode("latin-1"), "text/html", "M\ufffdwe"),
])
def test_a_page_is_read_by_what_it_says_of_its_bytes(body: bytes, kind: str, title: str) -> None:
    assert card(reading.decoded(body, kind)).title == title


@pytest.mark.parametrize("piece", [
    "<meta ", '<meta "', "<meta a='", "<title>", "<", '<meta property="og:title" content="', "<meta a=b ", "&lt;",
    "<meta " + "a " * 50, "<title>&lt;", "</head", "<html lang=", "<meta x=" + "'" * 3])
def test_no_page_takes_long(piece: str) -> None:
    page = reading.decoded((piece * (1_000_000 // len(piece))).encode(), "text/html")
    began = time.perf_counter()
    card(page)
    assert time.perf_counter() - began < 1.0
