"""The app on a device: what is kept there, for whom, and when it goes; opened without a network, and installed."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Member, Window
from tests.stories.running import until

Join = Callable[[str], Member]
Open = Callable[..., Window]

KEPT = """async () => { const cache = await caches.open('petrel.kept'); const found = {};
  for (const one of await cache.keys()) found[new URL(one.url).pathname] = await (await cache.match(one)).text();
  return found; }"""
SETTLED = """async () => { const kept = await caches.open('petrel.kept');
  const [shell, waits] = await Promise.all([kept.match('/shell'), kept.match('/shell/waits')]);
  return Boolean(navigator.serviceWorker.controller && shell && !waits); }"""


def with_worker(window: Open, who: Member, path: str = "/", **kind: Any) -> tuple[Window, Page]:
    """Opened twice: the first brings the worker, the second is its own."""
    at = window(who, service_workers="allow", **kind)
    at.open(path)
    at.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    at.open(path)
    until(lambda: at.page.evaluate(SETTLED))
    return at, at.page


def kept(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(KEPT)
    return found


def until_kept(page: Page, what: str) -> None:
    until(lambda: any(what in one for one in kept(page)))


def post(page: Page, text: str) -> Any:
    return page.locator("#main article.post", has_text=text)


def test_the_last_timelines_are_there_without_a_network(join: Join, window: Open) -> None:
    """Home and a thread that were looked at; said from when; direct messages never; looked at anew afterwards."""
    ada, ben = join("ada"), join("ben")
    ben.follow(ada)
    first = ada.write("Kept for the train")
    second = ada.write("Deleted meanwhile")
    ada.write("@ben Between us two", visibility="direct")
    at, page = with_worker(window, ben)
    expect(post(page, "Kept for the train")).to_be_visible()
    post(page, "Kept for the train").locator(".when a").click()
    expect(page.locator("article.focus")).to_be_visible()
    until_kept(page, "/context")
    page.goto(at.address + "/notifications")
    expect(page.locator(".happening").first).to_be_visible()
    until_kept(page, "/notifications")
    assert "Between us two" not in json.dumps(kept(page)), "a direct message is not kept"

    at.context.set_offline(True)
    page = at.context.new_page()
    page.goto(at.address + "/")
    expect(post(page, "Kept for the train")).to_be_visible()
    expect(page.locator(".net")).to_contain_text("You are offline. This is from ")
    post(page, "Kept for the train").locator(".when a").click()
    expect(page.locator("article.focus")).to_contain_text("Kept for the train")
    page.goto(at.address + f"/@ada/{first['id']}")
    expect(page.locator("article.focus")).to_contain_text("Kept for the train")
    page.goto(at.address + "/settings")
    expect(page.locator("#main")).to_contain_text("needs a connection")
    page.goto(at.address + "/")
    expect(post(page, "Deleted meanwhile")).to_be_visible()
    ada.call("DELETE", f"/api/v1/statuses/{second['id']}")

    at.context.set_offline(False)
    expect(post(page, "Deleted meanwhile")).to_have_count(0)
    expect(page.locator(".net p")).to_have_count(0)
    until(lambda: "Deleted meanwhile" not in json.dumps(kept(page)))
    at.wrong.clear()        # browsers log what they could not reach
