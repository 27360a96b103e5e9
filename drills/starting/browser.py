"""A real browser on a slow line and a slow processor: what a visit to a page of the app costs there.

Definitions. *First content*: the first text or picture on the screen (paint timing). *Taken over*: the app stands in
the page. *Interactive*: taken over, and the last task of 50 ms or more that began within half a second of that has
ended, so that a key pressed now is answered at once. *Posts*: the first post is on the screen.

*Repeat*: the page is opened once more by a browser that has kept what it could. WebPageTest, which the word is from,
closes the browser after the first view and begins another with the same profile: that is somebody who comes back, and
the hardest for a page with a worker, which has to be started too. In another tab, by reloading, and from the page
itself are others; in the last two the page that is left is in the way of the next.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Impossible

CHROMIUM = Path("/usr/bin/chromium")
PROGRAM: dict[str, Any] = {"executable_path": str(CHROMIUM), "args": ["--no-sandbox"]}
SLOWER = 4
# "Slow 4G" as Lighthouse has it: 150 ms there and back, 1.6 Mbit/s down, 0.75 up.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
PHONE = {"width": 360, "height": 740}
CALM_MS = 500
WATCH = """(() => {
  const w = window.watched = {over: 0, posts: 0, shift: 0, tasks: [], events: [], paint: 0, said: []};
  const sends = navigator.sendBeacon?.bind(navigator);
  if (sends) navigator.sendBeacon = (to, what) => {
    w.said.push(what.text().then(JSON.parse));
    return sends(to, what);
  };
  const see = (type, each, more = {}) => new PerformanceObserver((l) => l.getEntries().forEach(each))
    .observe({type, buffered: true, ...more});
  w.painted = new Promise((done) => see("paint", (e) => {
    if (e.name === "first-contentful-paint") done(w.paint = e.startTime);
  }));
  see("layout-shift", (e) => { if (!e.hadRecentInput) w.shift += e.value; });
  see("longtask", (e) => w.tasks.push([e.startTime, e.duration]));
  see("event", (e) => { if (e.interactionId) w.events.push(e.duration); }, {durationThreshold: 16});
  w.taken = new Promise((done) => {
    let found = false;
    const look = new MutationObserver(() => {
      if (!found && document.querySelector("#main article.post")) {
        found = true;
        requestAnimationFrame(() => setTimeout(() => { w.posts = performance.now(); }));
      }
      if (!document.querySelector(".app > *")) return;
      w.over = performance.now();
      look.disconnect();
      done(true);
    });
    look.observe(document, {childList: true, subtree: true});
  });
})()"""


KEPT = """async () => { const kept = await caches.open('petrel.kept');
  const [shell, waits, all] = await Promise.all([kept.match('/shell'), kept.match('/shell/waits'), kept.keys()]);
  const isHome = (one) => one.url.includes('/timelines/home');
  return Boolean(navigator.serviceWorker.controller && shell && !waits && all.some(isHome)); }"""
A_DAY_S = 86_400


class Visit(Struct, frozen=True):
    """Milliseconds since the page was asked for; kilobytes over the line. `posts_ms`, `over_ms`: 0 where there is no
    post, and no app."""

    first_ms: float
    posts_ms: float
    over_ms: float
    interactive_ms: float
    shift: float
    longest_ms: float
    requests: int
    kb: float
    script_kb: float
    style_kb: float
    picture_kb: float


class Member(Struct, frozen=True):
    """Whose browser it is: a session of theirs on a site."""

    address: str
    session: str = ""


class Window:
    """One page of a browser of its own."""

    def __init__(self, page: Any, wire: Any, member: Member) -> None:
        self.page, self.wire, self.member = page, wire, member
        self._kinds: dict[str, str] = {}
        self._came: dict[str, float] = {}
        self._slowed = (1, False)
        wire.on("Network.responseReceived", lambda e: self._kinds.update({e["requestId"]: e["type"]}))
        wire.on("Network.loadingFinished", lambda e: self._came.update({e["requestId"]: e["encodedDataLength"]}))

    async def slow(self, processor: int, line: bool) -> None:
        """From now on: so many times slower a processor, and the slow line."""
        self._slowed = (processor, line)
        await self.wire.send("Network.enable")
        if line:
            await self.wire.send("Network.emulateNetworkConditions", LINE)
        if processor > 1:
            await self.wire.send("Emulation.setCPUThrottlingRate", {"rate": processor})

    async def open(self, path: str, *, app: bool = True) -> None:
        """Until the app has the page, or the page is whole where there is none. A `path` of "": the same page anew."""
        self._kinds.clear()
        self._came.clear()
        if path:
            await self.page.goto(self.member.address + path, wait_until="load", timeout=60_000)
        else:
            await self.page.reload(wait_until="load", timeout=60_000)
        if app:
            # Not by a selector: what playwright brings into the page for that is work of a tenth of a second there.
            await self._until("taken")
            await self.page.wait_for_timeout(CALM_MS + 100)

    async def visit(self, path: str, *, app: bool = True) -> Visit:
        """Opens it and says what that took."""
        await self.open(path, app=app)
        await self._until("painted")
        seen = await self.page.evaluate("watched")
        over: float = seen["over"]
        ends = [at + took for at, took in seen["tasks"] if over - took <= at <= over + CALM_MS]
        return Visit(first_ms=seen["paint"], posts_ms=seen["posts"], over_ms=over,
                     interactive_ms=max([over, *ends]), shift=seen["shift"],
                     longest_ms=max((took for _, took in seen["tasks"]), default=0.0), requests=len(self._kinds),
                     kb=sum(self._came.values()) / 1000, script_kb=self._kb("Script"), style_kb=self._kb("Stylesheet"),
                     picture_kb=self._kb("Image"))

    async def _until(self, what: str) -> None:
        async with asyncio.timeout(60):
            await self.wire.send("Runtime.evaluate", {"expression": f"watched.{what}", "awaitPromise": True})

    def _kb(self, kind: str) -> float:
        return sum(self._came.get(one, 0.0) for one, what in self._kinds.items() if what == kind) / 1000

    async def press(self, keys: Sequence[str]) -> list[float]:
        """Milliseconds from each key to the next picture."""
        found = []
        for key in keys:
            await self.page.evaluate("watched.events = []")
            await self.page.keyboard.press(key)
            await self.page.wait_for_timeout(120)
            took = await self.page.evaluate("watched.events")
            found.append(max(took, default=8.0))        # less than 16 ms is not told
        return found

    async def kept(self) -> None:
        """Until the browser has what a repeat begins with: the worker, the frame, the newest of home."""
        async with asyncio.timeout(60):
            while not await self.page.evaluate(KEPT):
                await self.page.wait_for_timeout(50)

    @asynccontextmanager
    async def tab(self) -> AsyncIterator["Window"]:
        """Another page of the same browser, as slow as this one."""
        async with _window(self.page.context, self.member, *self._slowed) as window:
            yield window
        await window.page.close()

    async def told(self) -> dict[str, float]:
        """What the app tells the site of this page, when it is left now: measures by name."""
        said = await self.page.evaluate("""async () => { window.dispatchEvent(new Event("pagehide"));
          return Promise.all(watched.said.splice(0)); }""")
        return {name: value for one in said for name, value in one["measures"].items()}

    async def spent(self) -> dict[str, float]:
        """What the page has used so far: seconds of its main thread by kind, and bytes."""
        told = await self.wire.send("Performance.getMetrics")
        return {one["name"]: one["value"] for one in told["metrics"]}

    async def heap(self) -> float:
        """Bytes of script in use, after what nobody needs was collected."""
        await self.wire.send("HeapProfiler.collectGarbage")
        return (await self.spent())["JSHeapUsedSize"]


@asynccontextmanager
async def _window(context: Any, member: Member, processor: int, line: bool) -> AsyncIterator[Window]:
    page = await context.new_page()
    await page.add_init_script(WATCH)
    wire = await context.new_cdp_session(page)
    await wire.send("Performance.enable")
    window = Window(page, wire, member)
    await window.slow(processor, line)
    yield window
    await page.goto("about:blank")              # it is left: what is to be told is sent


class Lab:
    """A browser, and windows in it that know nothing of each other."""

    def __init__(self, kind: Any, browser: Any) -> None:
        self._kind, self._browser = kind, browser

    @asynccontextmanager
    async def window(self, member: Member, *, processor: int = SLOWER, line: bool = True, profile: Path | None = None,
                     **kind: Any) -> AsyncIterator[Window]:
        """`profile`: a browser of its own, which finds there what the last one kept, and leaves there what it keeps."""
        kind |= {"viewport": PHONE, "device_scale_factor": 2, "locale": "en-GB", "reduced_motion": "reduce"}
        context = await (self._kind.launch_persistent_context(profile, **PROGRAM, **kind) if profile
                         else self._browser.new_context(**kind))
        try:
            if member.session:
                await context.add_cookies([{"name": "petrel_session", "value": member.session, "url": member.address,
                                            "expires": time.time() + A_DAY_S}])
            async with _window(context, member, processor, line) as window:
                yield window
        finally:
            await context.close()


@asynccontextmanager
async def lab() -> AsyncIterator[Lab]:
    """Errors: Impossible."""
    try:
        from playwright.async_api import async_playwright
    except ImportError as e:
        raise Impossible("playwright is not installed: make setup installs what tests need with `make check`") from e
    if not CHROMIUM.exists():
        raise Impossible(f"{CHROMIUM} is not there: install the package chromium")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(**PROGRAM)
        try:
            yield Lab(driver.chromium, browser)
        finally:
            await asyncio.shield(browser.close())
