"""What the head of a page tells search engines and those who show previews of it, and of whom nothing."""

import re

import msgspec
import pytest

from tests.web.browser import Browser
from tests.web.cast import PROFILES
from tests.web.fake import Fake


def test_head_lines_of_public_pages() -> None:
    html = Browser().get("/@mira/20").text
    assert '<link rel="canonical" href="http://petrel.test/@mira/20">' in html
    assert '<meta property="og:title" content="Mira Halvorsen (@mira)">' in html
    assert "walking on the water" in html.partition("</head>")[0]
    assert "noindex" not in html


def described(page: str) -> str | None:
    """What the head gives search engines to say of a page; it stands in the page itself as well."""
    head, _, body = page.partition("</head>")
    found = re.search(r'<meta name="description" content="(.*?)">', head)
    assert found is None or found[1].removesuffix(" …") in body
    return found[1] if found else None


def test_search_engines_are_given_words_that_the_page_shows(monkeypatch) -> None:
    fake = Fake()
    assert described(Browser(fake).get("/").text) == described(Browser(fake).get("/about").text) == \
        "Short posts from the harbour and beyond, newest first."
    fake.site_says = msgspec.structs.replace(fake.site_says, description="")
    assert described(Browser(fake).get("/").text) == described(Browser(fake).get("/about").text) == \
        "A place to write short things and to read what others write, in the order they wrote it."
    assert "Keeps the lighthouse" in (described(Browser().get("/@mira").text) or "")
    monkeypatch.setitem(PROFILES, 1, (f"<p>Keeps <b>bees</b> {'and lights ' * 40}</p>", ()))
    head = Browser().get("/@mira").text.partition("</head>")[0]
    assert re.search(r'name="description" content="Keeps bees (and lights ){16,18}and( lights)? …">', head)
    assert '<meta name="description" content="Posts by 박준">' in Browser().get("/@joon").text


@pytest.mark.parametrize("path", ["/@mallory", "/@okello", "/@quiet_harbour", "/@joon/36"])
def test_of_whom_nobody_agreed_to_let_them_find_they_are_given_nothing(path: str) -> None:
    assert described(Browser().get(path).text) is None


def test_unlisted_posts_and_pages_for_nobody_in_particular_are_not_indexed() -> None:
    assert '<meta name="robots" content="noindex">' in Browser().get("/@joon/36").text
    assert "noindex" in Browser().get("/auth/sign_in").text
    assert "noindex" in Browser().get("/@nobody").text


def test_posts_for_few_have_no_preview() -> None:
    html = Browser(who="mira").get("/@ines/35").text
    assert "third pot" in html
    assert "og:" not in html and "noindex" in html
