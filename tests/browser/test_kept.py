"""Bookmarks in folders, and why a post is here, in a real browser and by keyboard."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Member, Window
from tests.stories.running import until

Join = Callable[[str], Member]
Open = Callable[..., Window]


def choose(page: Page, post: str, what: str) -> None:
    """From the menu of a post, with the arrow keys."""
    page.locator("article.post", has_text=post).get_by_role("button", name="More", exact=True).press("Enter")
    wanted = page.get_by_role("menuitem", name=what)
    expect(page.get_by_role("menuitem").first).to_be_focused()
    for _ in range(page.get_by_role("menuitem").count()):
        if wanted.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")


def test_a_bookmark_is_put_into_a_folder_and_found_there(join: Join, window: Open) -> None:
    kit, lea = join("kit"), join("lea")
    for text in ("Soup with noodles", "Cake with plums"):
        kit.call("POST", f"/api/v1/statuses/{lea.write(text)['id']}/bookmark")
    page = window(kit).open("/bookmarks")
    choose(page, "Cake", "Folder")
    dialog = page.get_by_role("dialog", name="Folder of this bookmark")
    expect(dialog.get_by_role("button", name="In no folder")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Name of a new folder")).to_be_focused()
    page.keyboard.type("Sweet")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    tab = page.get_by_role("navigation", name="Folders").get_by_role("link", name="Sweet")
    tab.press("Enter")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(page.locator("#main article.post")).to_have_count(1)
    expect(page.locator("#main")).to_contain_text("Cake with plums")
    page.get_by_label("Search in your bookmarks").press("s")
    page.keyboard.type("oup")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("No bookmark says")
    page.get_by_role("link", name="All bookmarks").press("Enter")
    choose(page, "Cake", "Folder")
    expect(dialog.get_by_role("button", name="Sweet")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("Nothing in this folder yet")
    [folder] = kit.call("GET", "/api/v1/petrel/bookmark_folders")
    assert kit.call("GET", f"/api/v1/bookmarks?folder={folder['id']}") == []


def test_why_a_post_is_here_and_what_changes_it(join: Join, window: Open) -> None:
    moe, nan, ove = join("moe"), join("nan"), join("ove")
    post = ove.write("The tide is out", visibility="unlisted")
    moe.follow(nan)
    nan.call("POST", f"/api/v1/statuses/{post['id']}/reblog")
    until(lambda: moe.call("GET", "/api/v1/timelines/home"))
    page = window(moe).open("/")
    choose(page, "tide is out", "Why do I see this?")
    dialog = page.get_by_role("dialog", name="Why do I see this?")
    expect(dialog).to_contain_text("It is for everybody.")
    expect(dialog).to_contain_text("@nan, whom you follow, boosted it.")
    expect(dialog).to_contain_text("No filter of yours applies to it.")
    dialog.get_by_role("button", name="Hide boosts by @nan").press("Enter")
    expect(dialog).to_have_count(0)
    until(lambda: not moe.call("GET", f"/api/v1/accounts/relationships?id[]={nan.id}")[0]["showing_reblogs"])
