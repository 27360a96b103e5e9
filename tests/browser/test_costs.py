"""What pages and the running app cost a browser, by counts that no clock and no busy machine changes; and that work
which is seeded on purpose is found by comparing in pairs, as the drills do it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Route, expect

from drills.starting import builds, pairs
from tests.browser.conftest import Member, Window
from tests.stories.running import RunningSite, Visitor

Join = Callable[[str], Member]
Open = Callable[..., Window]

MOST_PAGE_KB = 60
MOST_REQUESTS = 24
MOST_NODES = 4_500
LAYOUTS_A_SCREEN = 12
LAST = "() => performance.getEntriesByType('resource').some((one) => /Help-.*js$/.test(one.name))"
"""What the app fetches last, when it is idle."""

LINES = "#main .posts > li[data-key]"


class Asked:
    """Every request of a page from now on: its address, its kind, and the bytes that came. What was asked before, and
    is answered later, is none of them."""

    def __init__(self, page: Page) -> None:
        self.wire: CDPSession = page.context.new_cdp_session(page)
        self.kinds: dict[str, tuple[str, str]] = {}
        self.bytes: dict[str, float] = {}
        self.unchanged: set[str] = set()
        self._sent: set[str] = set()
        self.wire.on("Network.requestWillBeSent", lambda e: self._sent.add(e["requestId"]))
        self.wire.on("Network.responseReceived", self._answered)
        self.wire.on("Network.loadingFinished", lambda e: self.bytes.update({e["requestId"]: e["encodedDataLength"]}))
        self.wire.send("Network.enable")
        self.wire.send("Performance.enable")

    def _answered(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._sent:
            return
        self.kinds[event["requestId"]] = (event["type"], event["response"]["url"])
        if event["response"]["status"] == 304:
            self.unchanged.add(event["requestId"])

    def fetched(self, *but: str) -> list[str]:
        """Addresses whose content came over the wire: neither from the browser's store nor answered "unchanged"."""
        return [url for one, (kind, url) in self.kinds.items()
                if kind not in but and self.bytes.get(one) and one not in self.unchanged]

    def kb(self, *but: str) -> float:
        return sum(self.bytes.get(one, 0.0) for one, (kind, _) in self.kinds.items() if kind not in but) / 1000

    def held(self) -> float:
        """Nodes that are in memory, also those that are in no page any more and that something still holds."""
        self.wire.send("HeapProfiler.collectGarbage")
        return self.count("Nodes")

    def count(self, name: str) -> float:
        return {one["name"]: one["value"] for one in self.wire.send("Performance.getMetrics")["metrics"]}[name]


def test_visitors_get_no_script_little_else_and_nothing_from_elsewhere(site: RunningSite, join: Join,
                                                                       window: Open) -> None:
    abe = join("abe")
    first = abe.write("Terns over the pier #terns\n\n" + "They came back this morning. " * 12)
    for n in range(19):
        abe.write(f"Reply {n} " + "and rain from noon on. " * (n % 9), in_reply_to_id=first["id"])
    for path in ("/", "/public", "/@abe", f"/@abe/{first['id']}", "/tags/terns", "/about"):
        at = window(Visitor(site.address))
        asked = Asked(at.page)
        at.page.goto(site.address + path, wait_until="networkidle")
        assert not [url for _, url in asked.kinds.values() if not url.startswith(site.address)], path
        assert not [url for kind, url in asked.kinds.values() if kind in ("Script", "Fetch", "XHR")], path
        assert at.page.locator("script").count() == 0, path
        assert asked.kb("Image") <= MOST_PAGE_KB, path


def test_a_start_asks_for_little_and_repeats_fetch_no_file_again(join: Join, window: Open) -> None:
    bea, cal = join("bea"), join("cal")
    cal.follow(bea)
    for n in range(20):
        bea.write(f"Post {n}")
    at = window(cal)
    asked = Asked(at.page)
    at.open("/")
    at.page.wait_for_function(LAST)
    assert len(asked.kinds) <= MOST_REQUESTS, sorted(url for _, url in asked.kinds.values())
    assert asked.kb("Image", "Fetch") <= 100
    newest = [url for _, url in asked.kinds.values() if url.endswith("/timelines/home?limit=20")]
    assert len(newest) == 1, "what the page begins to ask the app takes, and does not ask again"
    drawn = [url.rpartition("/")[2] for kind, url in asked.kinds.values() if "/avatars/" in url]
    assert not [one for one in drawn if one.endswith(".png")], "as the page drew them: nothing is fetched twice"
    again = Asked(at.page)
    at.page.reload()
    at.page.wait_for_function(LAST)
    assert again.fetched("Document", "Fetch", "Image") == []


class Endless:
    """A public timeline of so many posts, from one that the site made. `stale`: the page that brings what was there."""

    def __init__(self, sample: dict[str, Any], posts: int, stale: int = -1) -> None:
        self._sample, self._posts, self._stale = sample, posts, stale
        self.top = int(sample["id"])

    def __call__(self, route: Route) -> None:
        asked = dict(part.split("=") for part in route.request.url.partition("?")[2].split("&") if "=" in part)
        if "since_id" in asked or "min_id" in asked:
            route.fulfill(json=[])
            return
        page = int(asked.get("page", 0))
        begin = 20 * (page - (page == self._stale))
        items = [self._post(n) for n in range(begin, min(begin + 20, self._posts))]
        more = {"link": f'</api/v1/timelines/public?page={page + 1}>; rel="next"'} if begin + 20 < self._posts else {}
        route.fulfill(body=json.dumps(items), headers={"content-type": "application/json", **more})

    def _post(self, number: int) -> dict[str, Any]:
        return {**self._sample, "id": str(self.top - number),
                "content": f"<p>Number {number} {'of many. ' * (number % 13)}</p>"}

    def again(self, route: Route) -> None:
        """Those that the app asks for by their ids, to see whether they are still there."""
        route.fulfill(json=[self._post(self.top - int(one))
                            for one in re.findall(r"id%5B%5D=(\d+)", route.request.url)])


@pytest.fixture
def endless(join: Join, window: Open, request: pytest.FixtureRequest) -> tuple[Page, Asked]:
    """The public timeline of `param`: (whose, posts, page that brings nothing new)."""
    handle, posts, stale = request.param
    dee = join(handle)
    sample = dee.write("A sample")
    at = window(dee, viewport={"width": 360, "height": 740})
    made = Endless(sample, posts, stale)
    at.page.route("**/api/v1/timelines/public*", made)
    at.page.route("**/api/v1/statuses?*", made.again)
    asked = Asked(at.page)
    at.open("/public")
    expect(at.page.locator(LINES).first).to_contain_text("Number 0")
    return at.page, asked


def down(page: Page) -> None:
    page.evaluate("() => new Promise((go) => { scrollBy(0, 700); requestAnimationFrame(() => setTimeout(go, 0)); })")


def read_until(page: Page, number: int) -> int:
    """Scrolls until that post was met; the most elements that were in the page."""
    most = 0
    for _ in range(40 * (1 + number // 20)):
        down(page)
        most = max(most, page.evaluate("document.getElementsByTagName('*').length"))
        if page.locator(LINES, has_text=f"Number {number} ").count():
            return most
    raise AssertionError(f"never came to {number}")


@pytest.mark.parametrize("endless", [("dot", 240, 3)], indirect=True)
def test_a_long_list_goes_on_and_stays_light(endless: tuple[Page, Asked]) -> None:
    """Also where a page of it brings nothing new; elements in the page, nodes in memory and layouts do not grow with
    what was read."""
    page, asked = endless
    early = read_until(page, 100)
    held = asked.held()
    before = asked.count("LayoutCount"), page.evaluate("scrollY")
    late = read_until(page, 225)
    assert late <= MOST_NODES and late <= early * 1.15, (early, late)
    assert asked.held() <= held * 1.15, "what left the page is let go"
    screens = (page.evaluate("scrollY") - before[1]) / 740
    assert (asked.count("LayoutCount") - before[0]) / screens <= LAYOUTS_A_SCREEN


@pytest.mark.parametrize("endless", [("eve", 2000, -1)], indirect=True)
def test_a_seeded_task_with_each_scroll_is_found_in_pairs_and_nothing_in_the_same_twice(
        endless: tuple[Page, Asked]) -> None:
    page, asked = endless
    page.evaluate(f"() => {{ {builds.SPENT} window.seeded = false;"
                  " addEventListener('scroll', () => window.seeded && spend(30)); }")

    def work(seeded: bool) -> float:
        page.evaluate(f"window.seeded = {str(seeded).lower()}")
        before = asked.count("ScriptDuration")
        for _ in range(4):
            down(page)
        return asked.count("ScriptDuration") - before

    rounds = [(work(False), work(True), work(False)) for _ in range(14)]
    first, slow, again = zip(*rounds, strict=True)
    assert pairs.compared(first, slow).is_slower
    assert not pairs.compared(first, again).is_slower and not pairs.compared(again, first).is_slower
