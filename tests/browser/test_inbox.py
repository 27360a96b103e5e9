"""Notifications, messages, and what is one's own, in a real browser; mostly by keyboard."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Member, Window
from tests.stories.running import until

Join = Callable[[str], Member]
Open = Callable[..., Window]


def told(page: Page, text: str) -> Any:
    return page.locator("#main .happening", has_text=text)


def test_what_happened_is_told_in_groups_and_seen_once(join: Join, window: Open) -> None:
    nia, oto, pam = join("nia"), join("oto"), join("pam")
    mine = nia.write("A tern on the mast")
    for other in (oto, pam):
        other.call("POST", f"/api/v1/statuses/{mine['id']}/favourite")
    nia.call("PATCH", "/api/v1/accounts/update_credentials", locked=True)
    oto.follow(nia)
    until(lambda: len(nia.call("GET", "/api/v2/notifications")["notification_groups"]) >= 2)
    at = window(nia)
    page = at.open("/notifications")
    expect(told(page, "liked your post")).to_contain_text("Pam, Oto liked your post")
    expect(page.locator(".happening.fresh")).to_have_count(2)
    expect(page.locator(".ways .badge")).to_have_count(0, timeout=5_000)
    expect(page.locator(".happening.fresh").first, "stays marked while it is looked at").to_be_visible()
    until(lambda: nia.call("GET", "/api/v2/notifications/unread_count")["count"] == 0)       # other devices know too

    told(page, "asks to follow you").get_by_role("button", name="Accept").press("Enter")
    expect(told(page, "asks to follow you")).to_contain_text("You accepted")
    until(lambda: nia.call("GET", "/api/v1/accounts/verify_credentials")["followers_count"] == 1)

    page.locator(".pill").wait_for()
    page.keyboard.press(".")
    expect(told(page, "Oto follows you now")).to_be_visible()
    expect(page.locator(".pill")).to_have_count(0)

    pam.write("@nia which mast?")
    page.locator(".pill").wait_for()
    assert told(page, "which mast?").count() == 0, "nothing moves by itself"
    page.keyboard.press(".")
    expect(told(page, "which mast?")).to_be_visible()
    page.get_by_role("link", name="Mentions", exact=True).press("Enter")
    expect(page.locator(".happening")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("article.focus")).to_contain_text("which mast?")
    page.go_back()
    expect(page.locator(".happening")).to_have_count(1)


def test_strangers_are_held_back_until_they_are_let_in(join: Join, window: Open) -> None:
    ray, sue = join("ray"), join("sue")
    at = window(ray)
    page = at.open("/notifications")
    page.get_by_role("button", name="Held back").press("Enter")
    page.get_by_label("People you do not follow").select_option("filter")
    until(lambda: ray.call("GET", "/api/v2/notifications/policy")["for_not_following"] == "filter")
    page.keyboard.press("Escape")
    sue.write("@ray hello, you do not know me")
    until(lambda: ray.call("GET", "/api/v1/notifications/requests"))
    assert told(page, "you do not know me").count() == 0
    page.get_by_role("button", name="Held back").press("Enter")
    drawer = page.get_by_role("dialog", name="Held back")
    expect(drawer).to_contain_text("you do not know me")
    drawer.get_by_role("button", name="Show @sue").press("Enter")
    expect(drawer).to_contain_text("Nothing is held back")
    page.keyboard.press("Escape")
    expect(told(page, "you do not know me")).to_be_visible()


def test_a_message_can_only_reach_the_people_of_its_conversation(join: Join, window: Open) -> None:
    tia, uma, vic = join("tia"), join("uma"), join("vic")
    at, other = window(tia), window(uma)
    page = at.open("/conversations/new")
    page.keyboard.type("um")
    page.get_by_role("option", name="Uma").wait_for()
    page.keyboard.press("Enter")
    field = page.get_by_label("Write a message")
    expect(page.locator(".message-field .to")).to_contain_text("Only to Uma @uma")
    assert page.locator("#main select").count() == 0, "there is no audience to choose"
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/v1/statuses"):
            sent.append(json.loads(request.post_data or "{}"))

    page.on("request", note)
    field.fill("Only for you")
    field.press("Control+Enter")
    page.wait_for_url(re.compile(r"/conversations/\d+$"))
    expect(page.locator(".message.own")).to_have_text(re.compile("Only for you"))

    theirs = other.open("/conversations")
    expect(theirs.locator(".talk.fresh")).to_contain_text("Only for you")
    theirs.locator(".talk .onto").press("Enter")
    theirs.get_by_label("Write a message").fill("And for you")
    theirs.get_by_label("Write a message").press("Control+Enter")
    expect(page.locator(".message", has_text="And for you"), "live").to_be_visible()
    assert not page.locator(".message", has_text="And for you").inner_text().startswith("@")

    field = page.get_by_label("Write a message")
    field.fill("Let us ask @vic")
    field.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("@vic would get this too")
    expect(field, "nothing typed is lost").to_have_value("Let us ask @vic")
    assert vic.call("GET", "/api/v1/conversations") == []
    assert [(one["visibility"], one["allowed_mentions"]) for one in sent] == [("direct", [uma.id])] * len(sent)
    assert len(sent) == 2 and not tia.call("GET", f"/api/v1/accounts/{tia.id}/statuses?exclude_direct=true&limit=1")
    at.wrong.clear()        # browsers log an answer of 422

    page.locator(".head .menu > button").press("Enter")
    page.get_by_role("menuitem", name="Remove the conversation").press("Enter")
    page.get_by_role("button", name="Remove the conversation").press("Enter")
    expect(page.locator("#main")).to_contain_text("No messages yet")


def test_what_is_ones_own(join: Join, window: Open) -> None:
    """Bookmarks and a search in them, a list, a post that waits for its time, and catching up."""
    wes, xia = join("wes"), join("xia")
    wes.follow(xia)
    made = [xia.write(f"Chart {n} of the {word}") for n, word in enumerate(("harbour", "reef", "delta"))]
    for one in made[:2]:
        wes.call("POST", f"/api/v1/statuses/{one['id']}/bookmark")
    wes.call("POST", f"/api/v1/statuses/{made[1]['id']}/favourite")
    at = window(wes)
    page = at.open("/bookmarks")
    expect(page.locator("article.post")).to_have_count(2)
    page.get_by_label("Search in your bookmarks").fill("reef")
    page.get_by_label("Search in your bookmarks").press("Enter")
    expect(page.locator("article.post")).to_have_count(1)

    page.goto(at.address + "/lists")
    page.get_by_label("Name of the list").fill("Charts")
    page.get_by_label("Name of the list").press("Enter")
    page.get_by_role("combobox", name="Add somebody").fill("xia")
    page.get_by_role("option", name="Xia").wait_for()
    page.get_by_role("combobox", name="Add somebody").press("Enter")
    expect(page.get_by_role("button", name="Take off")).to_be_visible()
    page.get_by_role("link", name="Read this list").press("Enter")
    expect(page.locator("h1")).to_have_text("Charts")
    until(lambda: [one["title"] for one in wes.call("GET", f"/api/v1/accounts/{xia.id}/lists")] == ["Charts"])

    wes.call("POST", "/api/v1/statuses", status="Not yet",
             scheduled_at=(datetime.now(UTC) + timedelta(hours=5)).isoformat())
    page.goto(at.address + "/drafts")
    page.get_by_role("button", name="Change the time").press("Enter")
    expect(page.get_by_label("When it goes out")).to_be_focused()
    page.get_by_role("button", name="Leave it").press("Enter")
    page.get_by_role("button", name="Do not send it").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Do not send it").press("Enter")
    expect(page.get_by_role("heading", name="Drafts", exact=True)).to_be_visible()
    page.get_by_role("button", name="Post now").press("Enter")
    expect(page.locator("#main")).to_contain_text("Nothing waits")
    assert "Not yet" in wes.call("GET", f"/api/v1/accounts/{wes.id}/statuses")[0]["content"]

    page.goto(at.address + "/catch-up?since=d1&by=likes")
    expect(page.locator("article.post").first).to_contain_text("reef")
    expect(page.locator(".sum")).to_contain_text("3 posts by one person")


def test_nobodys_first_timeline_is_empty(join: Join, window: Open) -> None:
    yan, zoe = join("yan"), join("zoe")
    for one in (yan, zoe):
        one.call("PATCH", "/api/v1/accounts/update_credentials", discoverable=True)
    yan.write("Written for whoever comes")
    page = window(join("newcomer")).open("/")
    expect(page.get_by_role("heading", name="Find people to read")).to_be_visible()
    expect(page.locator("article.post", has_text="Written for whoever comes")).to_be_visible()


def test_how_many_messages_wait_stands_in_the_navigation(join: Join, window: Open) -> None:
    ugo, zed = join("ugo"), join("zed")
    ugo.follow(zed)
    page = window(ugo).open("/public")
    badge = page.locator(".ways a[href='/conversations'] .badge")
    zed.write("@ugo Are you in?", visibility="direct")
    expect(badge).to_have_text("1 new")
    zed.write("@ugo And tomorrow?", visibility="direct")
    expect(badge).to_have_text("2 new")
    page.get_by_role("link", name="Messages 2 new").press("Enter")
    page.locator(".talk .onto", has_text="And tomorrow?").press("Enter")
    expect(badge).to_have_text("1 new")
    page.goto(page.url)     # as the server has it
    expect(badge).to_have_text("1 new")
