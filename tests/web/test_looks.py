"""What can be checked of the looks without eyes: contrast, static files, weight."""

import gzip
import random
import re
from pathlib import Path

import msgspec
import pytest

from petrel.web import look, speech
from petrel.web.tokens import COLUMNS, TEXT, Pair, contrast, tokens
from tests.web.browser import Browser
from tests.web.cast import Line
from tests.web.fake import Fake
from tests.web.test_pages import OPEN

CSS = (Path(look.STATIC) / "app.css").read_text(encoding="utf-8")
APP_CSS = "".join(sheet.read_text(encoding="utf-8")
                  for sheet in sorted((Path(look.STATIC).parent / "client" / "src").rglob("*.css")))


PAIRS = tokens().pairs()


@pytest.mark.parametrize("theme", COLUMNS)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.ink}-on-{pair.ground}")
def test_letters_can_be_read_and_edges_be_seen(theme: str, pair: Pair) -> None:
    least = 7 if theme.endswith("high") and (pair.ink, pair.ground) in TEXT else pair.least
    assert pair.ratios[theme] >= least


def test_contrast_is_reckoned_as_the_standard_has_it() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54 and contrast("#123456", "#123456") == 1


def test_every_token_is_used_and_shown() -> None:
    """And whoever asks for one that is not there gets nothing, without a word: that is found too."""
    named = {one.name for one in (*tokens().colours, *tokens().measures)}
    everything = CSS + APP_CSS
    asked = set(re.findall(r"var\(--([\w-]+)", everything)) - {"day", "night", "day-high", "night-high"}
    own = set(re.findall(r"--([\w-]+):", APP_CSS))
    assert len(tokens().colours) > 12 and named <= asked and asked <= named | own | {"room"}
    page = Browser().get("/about/style").text
    assert [name for name in named if f"<code>{name}</code>" not in page] == []


def test_the_style_page_is_in_the_theme_that_is_asked_for_whatever_else_is_asked() -> None:
    page = Browser().get("/about/style?theme=dark&dir=rtl").text
    assert '<html lang="en" dir="rtl" data-theme="dark">' in page
    assert '<html lang="en">' in Browser().get('/about/style?theme="><script>&dir=up').text
    assert 'class="composer"' in Browser(who="mira").get("/about/style").text


@pytest.mark.parametrize(("theme", "around"), [
    ("", {"light": "day", "dark": "night"}), ("light", {"": "day"}), ("dark", {"": "night"}),
    ("contrast", {"light": "day-high", "dark": "night-high"})])
def test_browsers_paint_around_a_page_what_it_stands_on(theme: str, around: dict[str, str]) -> None:
    head = Browser().get(f"/about/style?theme={theme}").text.partition("</head>")[0]
    found = re.findall(r'"theme-color" content="(.*?)"(?: media="\(prefers-color-scheme: (\w+)\)")?>', head)
    assert {scheme: colour for colour, scheme in found} == {
        scheme: tokens().shade("paper", shade) for scheme, shade in around.items()}
    own = theme if theme in ("light", "dark") else "light dark"
    assert f'<meta name="color-scheme" content="{own}">' in head


def test_colours_stand_in_the_tokens_alone() -> None:
    """So that a theme reaches everything. The ground of a QR code and that of a large picture are the same in each."""
    after = CSS.split("/* Elements */")[1] + APP_CSS
    rules = re.findall(r"[\w.-]+ \{[^{}]*?(?:#[0-9a-f]{3,8}\b|\brgba?\()[^{}]*\}", after)
    assert [rule.split(" {")[0] for rule in rules] == [".qr", ".lightbox"]


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


def test_what_happened_does_not_look_like_the_thing_it_is_called_after() -> None:
    """A notification of a quote had the frame of a quoted post."""
    classes = re.findall(r'<li class="happening ([^"]*)"', Browser(who="mira").get("/notifications").text)
    assert len(classes) > 3 and all(one.startswith("of-") for one in classes)
    kinds = [key.removeprefix("happened.") for key in speech.of("en").words if key.startswith("happened.")]
    assert not [kind for kind in kinds if re.search(rf"(^|[\s,(])\.of-{kind}\b", CSS, re.MULTILINE)]


def test_the_styles_name_no_left_and_no_right() -> None:
    """So that a page in a script that runs the other way is mirrored as a whole."""
    rules = re.sub(r"/\*.*?\*/", "", CSS + APP_CSS, flags=re.S)
    assert re.findall(r"[\w-]*(?:left|right)[\w-]*\s*:|:\s*(?:left|right)\b", rules) == []
    turned = []
    for name, value in re.findall(r"(margin|padding|inset|border-width):\s*([^;}]*)", rules):
        parts = re.findall(r"calc\([^()]*(?:\([^()]*\)[^()]*)*\)|env\([^)]*\)|[^\s]+", value.strip())
        if len(parts) == 4 and parts[1] != parts[3]:
            turned.append(f"{name}: {value}")
    assert turned == []


@pytest.fixture(scope="module")
def full() -> Fake:
    """A site where everybody writes as much as fits, in words that do not repeat."""
    world, draw = Fake(), random.Random(4)  # noqa: S311
    for number, post in world.posts.items():
        words = " ".join("".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(62))
        world.posts[number] = msgspec.structs.replace(post, html=f"<p>{words}</p>")
    for number in range(100, 180):
        world._write(Line(number, 1 + number % 8, 1, f"<p>{'x' * (number % 40)} {draw.random()} {draw.random()}</p>",
                          reply_to=20 if number % 2 else number - 1))
    return world


@pytest.mark.parametrize("path", [one for one in OPEN if not one.startswith("/setup")])
def test_a_public_page_is_light_and_has_no_script(path: str, full: Fake) -> None:
    """All that a visitor loads but pictures, as it is sent: the page and what it asks for. To sign in with a passkey
    takes a script of ours, and nothing else does."""
    page = Browser(full).get(path)
    assert page.status == 200 and "javascript:" not in page.text
    assert page.text.count("<script") == ("script-src" in page.headers["content-security-policy"]) \
        == (path == "/auth/sign_in")
    asked = re.findall(r'<link rel="(?:stylesheet|icon|preload)" href="([^"]+)"', page.text)
    assert asked and all(one.startswith("/static/") for one in asked)
    files = [Browser(full).get(one).body for one in asked]
    assert sum(len(gzip.compress(part, 6)) for part in (page.body, *files)) <= 60_000


def test_the_site_in_which_that_is_measured_is_full(full: Fake) -> None:
    assert Browser(full).get("/@mira/20").text.count("<article") == 61


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
