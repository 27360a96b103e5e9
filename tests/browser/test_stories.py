"""Ten journeys of members, by keyboard alone: what is wanted can be reached, is seen to be reached, and is done."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from petrel.core import clock
from tests.browser.conftest import READY, Member, Window
from tests.browser.test_composer import composer, picture, posts_of, skip_grace
from tests.stories.running import PASSWORD, RunningSite, until

Join = Callable[[str], Member]
Open = Callable[..., Window]
MOST_TABS = 60
MOST_ARROWS = 12
# The ring may stand around what holds the control, such as a label around its field.
IS_SEEN = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  if (at === document.body || box.bottom <= 0 || box.top >= innerHeight || !box.width || !box.height) return false;
  const looks = (one) => getComputedStyle(one);
  const isRinged = (one) => looks(one).outlineStyle !== 'none' && parseFloat(looks(one).outlineWidth) > 0;
  return isRinged(at) || isRinged(at.parentElement) || looks(at).boxShadow !== 'none';
}"""


class Keys:
    """Somebody at the keyboard, who sees where they are."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for one in keys:
            self.page.keyboard.press(one)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def has(self, wanted: Locator) -> None:
        """`wanted` has the focus by now, and it shows."""
        expect(wanted).to_be_focused()
        self.page.wait_for_function(IS_SEEN)

    def to(self, wanted: Locator, key: str = "Tab", most: int = MOST_TABS) -> None:
        expect(wanted.first).to_be_visible()
        held = wanted.and_(self.page.locator(":focus"))
        for _ in range(most):
            if held.count():
                return self.has(held)
            self.page.keyboard.press(key)
        raise AssertionError(f"{wanted} was not reached by {most} times {key}")

    def find(self, role: Any, name: str, *, within: Locator | None = None, key: str = "Tab",
             exact: bool = True) -> None:
        self.to((within or self.page).get_by_role(role, name=name, exact=exact), key)

    def do(self, role: Any, name: str, **where: Any) -> None:
        self.find(role, name, **where)
        self.press("Enter")

    def write(self, name: str, text: str, **where: Any) -> None:
        self.find("textbox", name, **where)
        self.type(text)

    def choose(self, post: Locator, what: str) -> None:
        """From the menu of a post."""
        self.to(post.get_by_role("button", name="More", exact=True))
        self.press("Enter")
        self.has(self.page.get_by_role("menuitem").first)
        self.to(self.page.get_by_role("menuitem", name=what), "ArrowDown", MOST_ARROWS)
        self.press("Enter")


def card(page: Page, text: str) -> Locator:
    return page.locator("#main article.post", has_text=text)


def at_post(keys: Keys, text: str) -> Locator:
    """With j, as readers go."""
    one = card(keys.page, text).first
    keys.to(one, "j", MOST_ARROWS)
    return one


@pytest.fixture(scope="module")
def pair(site: RunningSite) -> Iterator[tuple[Member, Member]]:
    """Wren and Tarn, who follow each other; anybody may find Tarn."""
    wren, tarn = Member(site.address), Member(site.address)
    wren.join("wren")
    tarn.join("tarn")
    tarn.call("PATCH", "/api/v1/accounts/update_credentials", discoverable=True, indexable=True)
    tarn.write("The first boat is in")
    wren.follow(tarn)
    tarn.follow(wren)
    yield wren, tarn


def test_to_join(site: RunningSite, window: Open) -> None:
    at = window(site.visitor())
    page, keys = at.page, Keys(at.page)
    page.goto(site.address)
    keys.do("link", "Join")
    page.wait_for_url("**/auth/sign_up")
    keys.write("Handle", "newt")
    keys.write("Password", PASSWORD)
    keys.write("Password once more", "something else")
    keys.find("checkbox", "I agree", exact=False)
    keys.press("Space")
    keys.do("button", "Join")
    again = page.get_by_label("Password once more")
    expect(again).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Handle"), "nothing typed is lost").to_have_value("newt")
    at.wrong.clear()        # browsers log an answer of 422
    keys.write("Password", PASSWORD)
    keys.write("Password once more", PASSWORD)
    keys.press("Enter")
    page.wait_for_selector(READY)
    expect(page.get_by_role("heading", name="Find people to read")).to_be_visible()


def test_to_sign_in_with_a_code(join: Join, window: Open) -> None:
    cody = join("coda")
    page = window(cody).open("/")
    keys = Keys(page)
    keys.press("g", "s")
    page.wait_for_url("**/settings/privacy")
    keys.do("link", "Signing in")
    keys.do("link", "Set up codes")
    keys.to(page.locator("summary", has_text="I cannot scan it"))
    keys.press("Enter")
    secret = page.locator(".secret code")
    expect(secret).to_be_visible()
    made = pyotp.TOTP(secret.inner_text().replace(" ", ""))
    keys.write("Code", made.at(clock.now()))
    keys.press("Enter")
    expect(page.locator("ol.recovery li")).to_have_count(10)
    keys.do("link", "I have kept them")
    expect(page.locator("#main")).to_contain_text("After your password we ask for a code")

    keys.do("link", "Sign out", within=page.locator("#main"))
    keys.do("button", "Sign out")
    page.get_by_role("link", name="Join", exact=True).wait_for()
    keys.do("link", "Sign in", within=page.locator("#main"))
    keys.has(page.get_by_label("Handle or e-mail address"))
    keys.type("coda")
    keys.write("Password", PASSWORD)
    keys.press("Enter")
    keys.has(page.get_by_label("Code"))
    keys.type(made.at(clock.now() + timedelta(seconds=30)))     # the code of now was taken when they were set up
    keys.press("Enter")
    page.wait_for_selector(READY)


def test_to_find_somebody_and_follow_them(pair: tuple[Member, Member], join: Join, window: Open) -> None:
    _, tarn = pair
    mary = join("mary")
    page = window(mary).open("/")
    keys = Keys(page)
    line = page.locator(".newcomer .people li", has_text="@tarn")
    keys.to(line.get_by_role("button", name="Follow"))
    keys.press("Enter")
    keys.has(line.get_by_role("button", name="Unfollow"))
    until(lambda: mary.call("GET", f"/api/v1/accounts/relationships?id[]={tarn.id}")[0]["following"])
    keys.press("Control+k")
    keys.has(page.get_by_role("combobox", name="Where to"))
    keys.type("tarn")
    expect(page.get_by_role("option", name="Tarn @tarn")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("h1#who")).to_have_text("Tarn")
    expect(page.get_by_role("button", name="Unfollow", exact=True)).to_be_visible()


def test_to_write_with_a_warning_a_picture_and_a_poll(pair: tuple[Member, Member], window: Open) -> None:
    wren, _ = pair
    at = window(wren)
    skip_grace(at.page)
    page = at.open("/")
    # The window in which files are chosen is the system's own: from there on the test puts the file. It listens from
    # the beginning; listening only when the key is pressed, the browser may not have heard of it yet.
    page.on("filechooser", lambda chooser: chooser.set_files([picture()]))  # type: ignore[list-item]
    keys = Keys(page)
    keys.do("link", "New post")
    box = composer(page)
    keys.has(box.get_by_label("Your post"))
    keys.type("What came ashore")
    keys.do("button", "Content warning", within=box)
    keys.has(box.get_by_role("textbox", name="Content warning"))
    keys.type("A dead seal")
    keys.find("button", "Add pictures, film or sound", within=box)
    keys.press("Enter")
    expect(box.locator(".pieces .file")).to_have_count(1)
    expect(box.locator("progress")).to_have_count(0)
    keys.write("Description of file 1", "Sand, and something grey", within=box, key="Shift+Tab")
    keys.do("button", "Another post below this one", within=box)
    keys.has(box.get_by_role("textbox", name="Post 2 of 2"))
    keys.type("What now?")
    keys.do("button", "Poll", within=box)
    keys.has(box.get_by_label("Option 1"))
    keys.type("Leave it")
    keys.write("Option 2", "Call somebody", within=box)
    keys.press("Enter")
    keys.has(box.get_by_label("Option 3"))
    keys.do("button", "Remove option 3", within=box)
    keys.has(box.get_by_label("Option 2"))
    keys.do("button", "Post all", within=box)
    expect(box).to_have_count(0)
    keys.has(page.get_by_role("link", name="New post"))
    poll, shown = until(lambda: found if len(found := posts_of(wren)) == 2 else [])
    assert (shown["spoiler_text"], poll["spoiler_text"]) == ("A dead seal", "A dead seal")
    assert shown["media_attachments"][0]["description"] == "Sand, and something grey"
    assert [one["title"] for one in poll["poll"]["options"]] == ["Leave it", "Call somebody"]


def test_to_answer_and_read_it_nested(pair: tuple[Member, Member], window: Open) -> None:
    wren, tarn = pair
    first = tarn.write("Who saw the whale?")
    tarn.write("@tarn It was here at six", in_reply_to_id=first["id"])
    at = window(wren)
    skip_grace(at.page)
    page = at.open("/")
    keys = Keys(page)
    at_post(keys, "Who saw the whale?")
    keys.press("Enter")
    expect(page.locator("article.focus")).to_contain_text("Who saw the whale?")
    at_post(keys, "It was here at six")
    keys.press("r")
    box = composer(page, "Reply")
    keys.has(box.get_by_label("Your reply"))
    keys.type("I did, from the pier")
    keys.press("Control+Enter")
    expect(box).to_have_count(0)
    keys.has(card(page, "It was here at six"))
    nested = page.locator(".branches > li > ol article.post", has_text="I did, from the pier")
    expect(nested).to_be_visible()
    keys.to(nested, "j", MOST_ARROWS)
    # And with the short form of the page.
    keys.press("k", "k")
    keys.has(page.locator("article.focus"))
    keys.write("Your reply", "A fin, at least")
    keys.do("button", "Reply")
    expect(page.locator(".branches > li > article.post", has_text="A fin, at least")).to_be_visible()
    keys.has(page.get_by_label("Your reply"))


def test_to_like_and_boost_and_take_it_back(pair: tuple[Member, Member], window: Open) -> None:
    wren, tarn = pair
    made = tarn.write("Fog until noon")
    page = window(wren).open("/")
    keys = Keys(page)
    one = at_post(keys, "Fog until noon")
    for key, name, flag in (("b", "Boost", "reblogged"), ("l", "Like", "favourited")):
        button = one.get_by_role("button", name=re.compile(name))
        keys.press(key)
        expect(button).to_have_attribute("aria-pressed", "true")
        until(lambda flag=flag: wren.call("GET", f"/api/v1/statuses/{made['id']}")[flag])
        keys.to(button)
        keys.press("Space")
        expect(button).to_have_attribute("aria-pressed", "false")
        keys.has(button)
        until(lambda flag=flag: not wren.call("GET", f"/api/v1/statuses/{made['id']}")[flag])


def test_to_write_to_one_person_who_answers(pair: tuple[Member, Member], window: Open) -> None:
    wren, tarn = pair
    page, theirs = window(wren).open("/"), window(tarn).open("/")
    keys, other = Keys(page), Keys(theirs)
    keys.do("link", "Messages")
    keys.do("link", "New message")
    keys.has(page.get_by_role("combobox", name="To"))
    keys.type("tar")
    page.get_by_role("option", name="Tarn").wait_for()
    keys.press("Enter")
    keys.write("Write a message", "Is the key with you?")
    keys.do("button", "Send")
    page.wait_for_url(re.compile(r"/conversations/\d+$"))
    expect(page.locator(".message.own")).to_contain_text("Is the key with you?")

    other.do("link", "Messages 1 new")
    other.to(theirs.locator(".talk .onto"))
    other.press("Enter")
    other.write("Write a message", "Under the mat")
    other.do("button", "Send")
    expect(theirs.locator(".message.own")).to_contain_text("Under the mat")
    other.has(theirs.get_by_label("Write a message"))
    expect(page.locator(".message", has_text="Under the mat")).to_be_visible()


def test_to_hide_a_word(pair: tuple[Member, Member], window: Open) -> None:
    wren, tarn = pair
    tarn.write("A spoonful of marmalade")
    page = window(wren).page
    keys = Keys(page)
    page.goto(wren.address + "/settings/filters")
    keys.do("link", "Make a filter")
    keys.write("What do you call it?", "Breakfast")
    keys.write("Words and phrases, one on each line", "marmalade")
    keys.do("button", "Make it")
    expect(page.locator(".saved")).to_have_text("The filter holds.")
    page.goto(wren.address + "/")
    page.wait_for_selector(READY)
    one = at_post(keys, "You filter “Breakfast”.")
    assert "marmalade" not in one.inner_text()
    keys.do("button", "Show the post")
    keys.has(card(page, "A spoonful of marmalade"))
    page.goto(wren.address + "/settings/filters")
    keys.do("button", "Remove Breakfast")
    expect(page.locator(".saved")).to_have_text("The filter is gone.")


def test_to_mute_and_block_and_take_it_back(pair: tuple[Member, Member], window: Open) -> None:
    wren, tarn = pair
    tarn.write("Loud all day")

    def stands() -> Any:
        return wren.call("GET", f"/api/v1/accounts/relationships?id[]={tarn.id}")[0]

    page = window(wren).open("/")
    keys = Keys(page)
    at_post(keys, "Loud all day")
    keys.choose(card(page, "Loud all day"), "Mute @tarn")
    expect(card(page, "Loud all day")).to_have_count(0)
    until(lambda: stands()["muting"])
    expect(page.locator("#main")).to_be_focused()
    page.goto(wren.address + "/settings/people")
    keys.do("button", "Unmute @tarn")
    expect(page.locator(".saved")).to_have_text("Taken back.")
    assert not stands()["muting"]
    page.goto(wren.address + "/")
    page.wait_for_selector(READY)

    keys.press("Control+k")
    keys.has(page.get_by_role("combobox", name="Where to"))
    keys.type("@tarn")
    page.get_by_role("option", name="Tarn @tarn").wait_for()
    keys.press("Enter")
    expect(page.locator("h1#who")).to_have_text("Tarn")
    keys.do("button", "More about @tarn")
    keys.to(page.get_by_role("menuitem", name="Block @tarn"), "ArrowDown", MOST_ARROWS)
    keys.press("Enter")
    keys.do("button", "Block", within=page.get_by_role("dialog"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    until(lambda: stands()["blocking"])
    page.goto(wren.address + "/settings/people?show=blocks")
    keys.do("button", "Unblock @tarn")
    expect(page.locator(".saved")).to_have_text("Taken back.")
    assert not stands()["blocking"]
    wren.follow(tarn)


def test_to_search_keep_change_the_looks_and_leave(pair: tuple[Member, Member], window: Open) -> None:
    wren, tarn = pair
    tarn.write("Lanterns for sale")
    wren.write("Who sells lanterns?")
    until(lambda: wren.call("GET", "/api/v2/search?q=lanterns+from:tarn")["statuses"])
    page = window(wren).open("/")
    keys = Keys(page)
    keys.press("/")
    keys.has(page.locator("#main input[type=search]"))
    keys.type("lanterns from:tarn")
    keys.press("Enter")
    expect(page.locator("#main article.post")).to_have_count(1)
    one = at_post(keys, "Lanterns for sale")
    keys.press("d")
    expect(one.get_by_role("button", name="Bookmark")).to_have_attribute("aria-pressed", "true")
    keys.choose(one, "Folder")
    keys.has(page.get_by_role("button", name="In no folder"))
    keys.write("Name of a new folder", "To buy")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    keys.has(one.get_by_role("button", name="More", exact=True))
    keys.press("g", "b")
    keys.do("link", "To buy")
    expect(card(page, "Lanterns for sale")).to_be_visible()

    keys.press("g", "s")
    page.wait_for_url("**/settings/privacy")
    keys.do("link", "Appearance")
    page.wait_for_url("**/settings/appearance")
    keys.find("radio", "As my device has it")
    keys.find("radio", "Dark", key="ArrowDown")
    keys.find("radio", "Normal")
    keys.find("radio", "Large", key="ArrowDown")
    before = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    keys.press("Enter")
    expect(page.locator(".saved")).to_contain_text("This is how it looks now.")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > before
    keys.find("radio", "Dark")
    keys.do("link", "Sign out", within=page.locator("#main"), key="Shift+Tab")
    keys.do("button", "Sign out")
    page.get_by_role("link", name="Join", exact=True).wait_for()
    page.goto(wren.address + "/settings")
    page.wait_for_url("**/auth/sign_in**")
