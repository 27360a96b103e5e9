"""Pages in gzip: those with which visits begin, for whoever takes it, and never one that says back what was asked."""

import gzip

import pytest

from tests.web.browser import Browser

TAKES = {"accept-encoding": "gzip, br"}


@pytest.mark.parametrize("who", [None, "mira"])
@pytest.mark.parametrize("path", ["/", "/public", "/about", "/tags/birds", "/@mira", "/@mira/20"])
def test_pages_that_visits_begin_with_are_packed(path: str, who: str | None) -> None:
    browser = Browser(who=who)
    packed, plain = browser.get(path, **TAKES), browser.get(path)
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    assert len(gzip.decompress(packed.body)) == pytest.approx(len(plain.body), rel=0.01)
    assert len(packed.body) < len(plain.body) / 2


@pytest.mark.parametrize("path", [
    "/?max_id=5", "/search", "/search?q=harbour", "/conversations", "/compose", "/settings", "/@nobody"])
def test_what_says_back_what_was_asked_and_what_is_not_there_are_not(path: str) -> None:
    assert "content-encoding" not in Browser(who="mira").get(path, **TAKES).headers
