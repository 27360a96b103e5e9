"""Which names of servers are shown as DNS has them: those that look like others, and no honest one."""

import pytest

from petrel.core.text import parse, render
from petrel.core.text.handles import domain
from petrel.core.text.lookalikes import unmasked

MASKED = [
    "p\u0430ypal.com",                         # one Cyrillic letter
    "\u0430\u0440\u0440\u04cf\u0435.com",      # all of them (the "apple" of 2017)
    "g\u03bf\u03bfgle.com",                     # Greek omicrons
    "\u03c1\u03b1\u03c5.com:8443",
    "p\u0251yp\u0251l.com",                     # alpha of phonetics
    "paypal.com\u30ce.evil.example",           # a slash
    "evil.example\u4e00safe.example",          # a hyphen
    "www.P\u0410YPAL.com",
    "\u0585\u057d.com",                        # Armenian
]
HONEST = [
    "bücher.example", "straße.de", "müller-lüdenscheidt.de", "øl.no", "ışık.com.tr", "café.example",
    "日本語.jp", "食べログ.jp", "パン屋.tokyo", "2chノート.jp", "webサイト一覧.jp", "あいう々.jp", "ドット・コム.jp",
    "한국.kr", "почта.рф", "сор.рф", "москва.com", "ελλάδα.gr", "ישראל.co.il", "विकि.भारत", "ไทย.ไทย", "paypal.com",
    "xn--pypal-4ve.com"]


@pytest.mark.parametrize("typed", MASKED)
def test_a_name_that_looks_like_another_is_shown_as_dns_has_it(typed: str) -> None:
    assert unmasked(typed) == domain(typed) != typed


@pytest.mark.parametrize("host", HONEST)
def test_honest_names_stay_as_they_are(host: str) -> None:
    assert unmasked(host) == host and unmasked(f"{host}:8080") == f"{host}:8080"


def test_a_link_shows_what_it_opens_and_opens_what_was_typed() -> None:
    typed = "https://www.p\u0430ypal.com/sign/in/at/once/and/send/money"
    html = render(parse(f"see {typed}"), {}, str)
    assert f'href="{typed}"' in html and "<span class=\"ellipsis\">xn--pypal-4ve.com/sign/in/at/o</span>" in html
    assert "p\u0430ypal" not in html.replace(typed, "")
    assert "b\u00fccher.example<" in render(parse("https://b\u00fccher.example"), {}, str)
