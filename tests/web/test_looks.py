"""What can be checked of the looks without eyes: contrast, static files, weight."""

import gzip
import re
from pathlib import Path

import pytest

from petrel.web import look
from tests.web.browser import Browser

CSS = (Path(look.STATIC) / "app.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in CSS.split("prefers-color-scheme")[:2]
)
TEXT = [
    (ink, ground)
    for ink in ("ink", "soft", "sea", "sea-deep", "lamp", "rose", "moss", "wrong")
    for ground in ("sheet", "paper", "tint")
    if (ink, ground) not in {("lamp", "tint"), ("rose", "tint"), ("moss", "tint"), ("wrong", "tint")}
] + [("on-sea", "sea"), ("on-sea", "sea-deep"), ("wrong", "wrong-ground"), ("sheet", "wrong"), ("sheet", "lamp")]
EDGES = [("edge", "sheet"), ("edge", "paper"), ("lamp", "sheet"), ("lamp", "paper"), ("lamp", "tint")]


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_and_the_focus_can_be_seen(theme: dict[str, str], edge: str, ground: str) -> None:
    assert contrast(theme[edge], theme[ground]) >= 3


def test_both_themes_define_the_same_colours() -> None:
    assert set(DARK) <= set(LIGHT) and {"paper", "sheet", "ink", "soft", "sea", "on-sea"} <= set(DARK)


def test_the_stylesheet_is_kept_for_ever_and_brings_nothing_from_elsewhere() -> None:
    browser = Browser()
    address = re.search(r'rel="stylesheet" href="(/static/app\.[0-9a-f]{12}\.css)"', browser.get("/").text)
    assert address
    answer = browser.get(address[1])
    assert answer.status == 200 and answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert "url(" not in CSS and "@import" not in CSS
    assert browser.get("/static/app.css").status == 404
    assert browser.get("/static/..%2f..%2fserve.py").status == 404


def test_a_public_page_is_light() -> None:
    page = Browser().get("/public").body
    assert len(gzip.compress(page)) + len(gzip.compress(CSS.encode())) < 30_000


@pytest.mark.parametrize("name", ["/avatars/12.svg", "/headers/12.svg", "/avatars/12.png", "/headers/12.png"])
def test_pictures(name: str) -> None:
    answer = Browser().get(name)
    assert answer.status == 200 and answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == ("image/png" if name.endswith("png") else "image/svg+xml")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name", ["/avatars/x.svg", "/avatars/1.gif", "/avatars/99999999999999999999.svg", "/avatars/²"]
)
def test_no_pictures(name: str) -> None:
    assert Browser().get(name).status == 404
