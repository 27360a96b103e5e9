"""The app as a member meets it, in a real browser: the page becomes the app, and nothing of it is lost on the way."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Member, Window
from tests.stories.running import until

UPPER = """() => { for (const line of document.querySelectorAll('#main [data-key]')) {
  const box = line.getBoundingClientRect(); if (box.bottom > 0) return [line.dataset.key, Math.round(box.top)]; } }"""
SHIFTS = """new PerformanceObserver((list) => { for (const one of list.getEntries())
  if (!one.hadRecentInput) window.moved = (window.moved ?? 0) + one.value; })
  .observe({type: 'layout-shift', buffered: true})"""

Join = Callable[[str], Member]
Open = Callable[..., Window]


def posts(page: Page) -> Any:
    return page.locator("#main .posts > li[data-key]")


def number_of(page: Page, text: str) -> Any:
    return page.locator("#main article.post", has_text=text)


def test_a_morning_by_keyboard(join: Join, window: Open) -> None:
    """Home, like and unlike, a new post behind the pill, a thread, back to the same place, and a reload."""
    ida, olu = join("ida"), join("olu")
    olu.follow(ida)
    for n in range(30):
        ida.write(f"Tern number {n}\n\n" + "It flew over the pier and came back. " * (n % 4))
    at = window(olu)
    page = at.open("/")
    expect(posts(page).first).to_contain_text("Tern number 29")

    page.keyboard.press("j")
    page.keyboard.press("l")
    like = number_of(page, "Tern number 29").locator(".act.like")
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_contain_text("1")
    until(lambda: olu.call("GET", "/api/v1/favourites"))
    page.keyboard.press("l")
    expect(like).to_have_attribute("aria-pressed", "false")

    page.evaluate("scrollTo(0, 900)")
    before = page.evaluate(UPPER)
    ida.write("A petrel, at last")
    expect(page.locator(".pill")).to_contain_text("1 new post")
    assert page.evaluate(UPPER) == before, "what is being read stays where it is"
    assert number_of(page, "A petrel, at last").count() == 0

    page.keyboard.press("j")
    before = page.evaluate(UPPER)
    page.keyboard.press("Enter")
    expect(page.locator("article.focus")).to_be_visible()
    assert "/@ida/" in page.url and "Ida" in page.title()
    page.go_back()
    expect(page.locator("article.focus")).to_have_count(0)
    page.wait_for_function(f"() => ({UPPER})()?.[0] === '{before[0]}' && Math.abs(({UPPER})()[1] - {before[1]}) <= 2")
    page.reload()
    page.wait_for_selector(".app > *")
    page.wait_for_function(f"() => ({UPPER})()?.[0] === '{before[0]}'")
    assert abs(page.evaluate(UPPER)[1] - before[1]) <= 2, "a reload keeps the place"

    page.keyboard.press(".")
    expect(posts(page).first).to_contain_text("A petrel, at last")



def test_nothing_moves_when_the_app_takes_the_page_over(join: Join, window: Open) -> None:
    ann, bo = join("ann"), join("bo")
    bo.follow(ann)
    first = ann.write("Look at #terns with @bo")
    for n in range(8):
        bo.write(f"@ann Answer {n}", in_reply_to_id=first["id"])
    ann.write("Which one?", poll={"options": ["This", "That"], "expires_in": 3600})
    ann.write("Something quiet", spoiler_text="Wings")
    for path in ("/", "/public", "/@ann", f"/@ann/{first['id']}", "/tags/terns", "/search?q=ann"):
        at = window(bo, viewport={"width": 360, "height": 740})
        at.page.add_init_script(SHIFTS)
        page = at.open(path)
        page.wait_for_timeout(250)
        assert page.evaluate("window.moved ?? 0") <= 0.02, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{path} is wider than a phone"


def test_what_the_server_refuses_is_taken_back_and_said(join: Join, window: Open) -> None:
    cy, dan = join("cy"), join("dan")
    cy.write("Do like this")
    at = window(dan)
    page = at.open("/public")
    page.route("**/favourite", lambda route: route.fulfill(status=422, json={"error": "Not today"}))
    like = number_of(page, "Do like this").locator(".act.like")
    like.click()
    expect(page.locator(".toast")).to_contain_text("The like did not get through. Not today")
    expect(like).to_have_attribute("aria-pressed", "false")
    at.wrong.clear()        # browsers log an answer of 422


def test_a_post_that_is_deleted_leaves_open_windows(join: Join, window: Open) -> None:
    eli, fay = join("eli"), join("fay")
    fay.follow(eli)
    at = window(fay)
    with at.page.expect_response("**/api/v1/streaming/user"):
        page = at.open("/")
    made = eli.write("Said too soon")
    page.locator(".pill").click()
    expect(number_of(page, "Said too soon")).to_be_visible()
    eli.call("DELETE", f"/api/v1/statuses/{made['id']}")
    expect(number_of(page, "Said too soon")).to_have_count(0)


def test_what_came_before_the_stream_was_up_is_brought_too(join: Join, window: Open) -> None:
    wim, yui = join("wim"), join("yui")
    yui.follow(wim)
    at = window(yui)
    at.page.route("**/api/v1/streaming/user", lambda route: route.fulfill(status=503))
    page = at.open("/")
    wim.write("While nobody listened")
    page.unroute("**/api/v1/streaming/user")
    page.locator(".pill").click()
    expect(number_of(page, "While nobody listened")).to_be_visible()
    at.wrong.clear()


def test_going_round_without_loading_a_page(join: Join, window: Open) -> None:
    gil, hua = join("gil"), join("hua")
    gil.write("One with a #lighthouse")
    at = window(hua)
    page = at.open("/public")
    page.evaluate("window.same = true")
    number_of(page, "lighthouse").locator(".hashtag").click()
    expect(page.locator("h1", has_text="#lighthouse")).to_be_visible()
    number_of(page, "lighthouse").locator("a.name").click()
    expect(page.locator("h1#who")).to_have_text("Gil")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("button", name="Unfollow")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("book")
    page.keyboard.press("Enter")
    expect(page.locator("h1", has_text="Bookmarks")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("window.same") is True
    assert gil.call("GET", "/api/v1/accounts/verify_credentials")["followers_count"] == 1


def test_without_script_the_same_addresses_are_whole(join: Join, window: Open) -> None:
    ivo = join("ivo")
    ivo.write("Plain as day")
    at = window(ivo, java_script_enabled=False)
    at.page.goto(at.address + "/")
    expect(at.page.locator("article.post", has_text="Plain as day")).to_be_visible()
    at.page.locator("article.post", has_text="Plain as day").get_by_role("button", name="Like").click()
    expect(at.page.locator("article.post .act.like")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["de", "ja"])
def test_other_languages_are_spoken(join: Join, window: Open, language: str) -> None:
    kim = join(f"kim_{language}")
    at = window(kim)
    page = at.open("/bookmarks")
    english = page.inner_text("h1")
    page.evaluate(f"localStorage.setItem('petrel.locale', '{language}')")
    page = at.open("/bookmarks")
    expect(page.locator("h1")).not_to_have_text(english)
    assert page.evaluate("document.documentElement.lang") == language


def test_the_style_page_shows_what_only_the_app_has(join: Join, window: Open) -> None:
    at = window(join("style"))
    page = at.page
    page.goto(at.address + "/about/style?theme=dark")
    parts = page.locator("#parts-of-app")
    expect(parts.locator(".pill")).to_contain_text("3")
    expect(parts.locator(".ghost")).to_have_count(5)
    parts.get_by_role("button", name="A question").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(parts.get_by_role("button", name="A question")).to_be_focused()
    parts.get_by_role("button", name="A word about trouble").click()
    expect(page.locator(".toast.bad")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
