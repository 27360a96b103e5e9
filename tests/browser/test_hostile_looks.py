"""What people can do to the looks with what they write: names, marks, words, pictures. Measured in the app as drawn."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import OURS, Member, Window
from tests.stories.running import until

Join = Callable[[str], Member]
Open = Callable[..., Window]

MARKS = "\u0310\u0352\u035b\u0327\u0321\u0332"
NAMES = {
    "heaps": "Z" + MARKS * 4 + "algo",
    "turned": "\u202eelpoeP moderator",
    "single": "W",
    "nameless": "\u200b\u200d\u2060",
    "wide": "W" * 30,
    "birds": "🐦" * 30,
    "salma": "سلمى الحداد",
    "yuki": "ゆき" * 12,
}
POSTS = (
    "Marks: " + ("f" + MARKS * 30 + "og ") * 3,
    "Selbstverständlichkeit" * 20,
    "https://pier.example/" + "on-and-on-" * 30,
    "🐦" * 480,
    "\u202eThis runs the other way\u202c, and سلام in the middle, and שלום",
    "W",
    "A\n\n" * 100 + "B",
    "海鳥" * 200,
)
OUTSIDE = """() => {
  const found = [], wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) found.push('the page is ' + document.documentElement.scrollWidth);
  for (const post of document.querySelectorAll('article.post, .happening, .people li')) {
    const card = post.getBoundingClientRect();
    for (const part of post.querySelectorAll('*')) {
      if (part.closest('.unseen, .invisible, svg, .choices')) continue;
      const box = part.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      let clip = part.parentElement;
      while (clip !== post && getComputedStyle(clip).overflowX === 'visible') clip = clip.parentElement;
      if (clip !== post) continue;
      if (box.left < card.left - 1 || box.right > card.right + 1 || box.bottom > card.bottom + 1)
        found.push(part.outerHTML.slice(0, 160));
    }
    const name = post.querySelector('.byline .name'), handle = post.querySelector('.byline .handle');
    if (name && handle && handle.getBoundingClientRect().width < 12) found.push('no handle beside ' + name.textContent);
    if (name && name.getBoundingClientRect().width < 4) found.push('no name to press: ' + handle.textContent);
  }
  return found;
}"""
RUNS = """(part) => { part.normalize(); const range = document.createRange(), text = part.firstChild;
  const at = (n) => { range.setStart(text, n); range.setEnd(text, n + 1); return range.getBoundingClientRect().left; };
  return at(0) < at(1) && at(1) < at(3); }"""
MANY = """([one, focus]) => {
  const ask = window.fetch, first = BigInt(one.id);
  const replies = Array.from({length: 10000}, (_, n) => ({...one, id: String(first + BigInt(n)),
    in_reply_to_id: n > 0 && n < 500 ? String(first + BigInt(n - 1)) : focus}));
  window.fetch = (what, how) => String(what.url ?? what).endsWith('/context')
    ? Promise.resolve(Response.json({ancestors: [], descendants: replies})) : ask(what, how);
}"""


def picture(who: Member, width: int, height: int) -> str:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (34, 96, 112)).save(out, "PNG")
    made = who._session.post(f"{who.address}/api/v2/media", headers=OURS, timeout=30,
                             files={"file": ("a.png", out.getvalue(), "image/png")})
    number = str(made.json()["id"])
    until(lambda: who._session.get(f"{who.address}/api/v1/media/{number}", headers=OURS, timeout=30).status_code == 200)
    return number


@pytest.fixture(scope="module")
def crowd(site: Any) -> dict[str, Member]:
    """Everybody whose name is a trick; one of them has written everything, all of them answer, and name one."""
    found = {}
    for handle, name in NAMES.items():
        found[handle] = one = Member(site.address)
        one.join(handle)
        one.call("PATCH", "/api/v1/accounts/update_credentials", display_name=name, note="Words " * 60)
    writer = found["heaps"]
    for text in POSTS:
        writer.write(text)
    writer.write("Odd sides", media_ids=[picture(writer, 40, 2000), picture(writer, 2000, 40)])
    above = writer.write("Who is there?")["id"]
    for handle, one in found.items():
        above = one.write(f"@heaps {handle} is", in_reply_to_id=above)["id"]
        if one is not writer:
            one.follow(writer)
            writer.follow(one)
    return found


def look(page: Page, path: str) -> None:
    for way in ("ltr", "rtl"):
        page.evaluate("way => document.documentElement.dir = way", way)
        assert page.evaluate(OUTSIDE) == [], f"{path}, {way}"


@pytest.mark.parametrize("width", [320, 1440])
def test_nothing_leaves_its_card_and_nothing_is_scrolled_sideways(crowd: dict[str, Member], window: Open,
                                                                  width: int) -> None:
    heaps = crowd["heaps"]
    talk = next(one["id"] for one in heaps.call("GET", f"/api/v1/accounts/{heaps.id}/statuses")
                if "Who is there?" in one["content"])
    at = window(heaps, viewport={"width": width, "height": 900})
    for path in ("/", f"/@heaps/{talk}", "/@wide", "/@heaps", "/notifications", "/search?q=wide"):
        page = at.open(path)
        expect(page.locator("article.post, .happening, .profile, .people li").first).to_be_visible()
        look(page, path)


def test_marks_in_heaps_stay_with_who_heaped_them(crowd: dict[str, Member], window: Open) -> None:
    """What stands above and below such a post is drawn as if it were not there, to the last pixel."""
    page = window(crowd["single"]).open("/@heaps")
    page.mouse.move(0, 0)
    heaped = page.locator("article.post", has_text="Marks: f").first
    heaped.scroll_into_view_if_needed()
    near = page.locator("#main .posts > li", has_text="Selbst").first
    before = near.screenshot(animations="disabled")
    height = heaped.evaluate("post => post.offsetHeight")
    heaped.evaluate("post => { post.querySelector('.text').innerHTML = '<p>Marks: fog fog fog</p>';"
                    " post.querySelector('.byline bdi').textContent = 'Zalgo'; }")
    assert heaped.evaluate("post => post.offsetHeight") == height
    assert near.screenshot(animations="disabled") == before


def test_a_name_that_turns_the_writing_turns_nothing_beside_it(crowd: dict[str, Member], window: Open) -> None:
    """Or somebody's handle could be made to read as another's. Who has no name to see is called by the handle."""
    page = window(crowd["turned"]).open("/@turned/with_replies")
    line = page.locator("article.post .byline").first
    expect(line.locator(".handle")).to_have_text("@turned")
    assert line.locator(".handle").evaluate(RUNS)
    page.goto(crowd["turned"].address + "/@nameless/with_replies")
    page.wait_for_selector(".app > *")
    expect(page.locator("article.post .byline .name").first).to_have_text("nameless")


def test_ten_thousand_replies(crowd: dict[str, Member], window: Open) -> None:
    """Some are drawn, none deeper than a phone can show, and it is said how many there are."""
    heaps = crowd["heaps"]
    focus = heaps.write("A quiet question")
    one = heaps.write("An answer", in_reply_to_id=focus["id"])
    at = window(heaps, viewport={"width": 320, "height": 700})
    at.page.add_init_script(f"({MANY})({json.dumps([one, focus['id']])})")
    page = at.open(f"/@heaps/{focus['id']}")
    expect(page.locator("h2.over")).to_contain_text("10,000")
    expect(page.locator(".branches .more").first).to_contain_text("496")
    drawn = page.locator(".branches article.post").count()
    assert 40 <= drawn <= 400
    assert page.evaluate("() => Math.max(...[...document.querySelectorAll('.branches article')].map("
                         "(one) => { let n = 0; for (let up = one; up; up = up.parentElement) n += up.tagName === 'OL';"
                         " return n; }))") == 4
    look(page, "a thread")
