"""What can be checked of the looks without eyes: contrast, static files, weight."""

import gzip
import random
import re
from pathlib import Path

import msgspec
import pytest

from petrel.web import look, words
from tests.web.browser import Browser
from tests.web.cast import Line
from tests.web.fake import Fake
from tests.web.test_pages import OPEN

CSS = (Path(look.STATIC) / "app.css").read_text(encoding="utf-8")
OF_THE_APP = sorted((Path(look.STATIC).parent / "client" / "src").rglob("*.css"))


COLUMNS = ("day", "night", "day-high", "night-high")
"""The colours in each theme; the last two are high contrast."""


def themes(css: str) -> dict[str, dict[str, str]]:
    """The table of colours at the head of the stylesheet, column by column."""
    rows = re.findall(r"^  --([\w-]+):((?: var\(--[\w-]+, #[0-9a-f]{6}\))+);", css, re.MULTILINE)
    return {column: {name: dict(re.findall(r"var\(--([\w-]+), (#\w+)\)", row))[column] for name, row in rows}
            for column in COLUMNS}


THEMES = themes(CSS)
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


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(column: str, ink: str, ground: str) -> None:
    found = THEMES[column]
    assert contrast(found[ink], found[ground]) >= (7 if column.endswith("high") else 4.5)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_controls_and_the_focus_can_be_seen(column: str, edge: str, ground: str) -> None:
    assert contrast(THEMES[column][edge], THEMES[column][ground]) >= 3


def test_colours_stand_in_the_tokens_alone() -> None:
    """So that a theme reaches everything. White under a QR code and black under a large picture are no matter of taste."""
    after = CSS.split("/* Elements */")[1] + "".join(sheet.read_text(encoding="utf-8") for sheet in OF_THE_APP)
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
    assert not [kind for kind in words.HAPPENINGS if re.search(rf"(^|[\s,(])\.of-{kind}\b", CSS, re.MULTILINE)]


def test_the_styles_name_no_left_and_no_right() -> None:
    """So that a page in a script that runs the other way is mirrored as a whole."""
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)
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
