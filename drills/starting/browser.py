"""A real browser on a slow line and a slow processor: what a visit to a page of the app costs there.

Definitions. *First content*: the first text or picture on the screen (paint timing). *Taken over*: the app stands in
the page. *Interactive*: taken over, and the last task of 50 ms or more that began within half a second of that has
ended, so that a key pressed now is answered at once. *Repeat*: the same page opened again by the same browser.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from petrel.ops.drills import Impossible

CHROMIUM = Path("/usr/bin/chromium")
SLOWER = 4
# "Slow 4G" as Lighthouse has it: 150 ms there and back, 1.6 Mbit/s down, 0.75 up.
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
PHONE = {"width": 360, "height": 740}
CALM_MS = 500
WATCH = """(() => {
  const w = window.watched = {over: 0, shift: 0, tasks: [], events: [], paint: 0, said: []};
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
    const look = new MutationObserver(() => {
      if (!document.querySelector(".app > *")) return;
      w.over = performance.now();
      look.disconnect();
      done(true);
    });
    look.observe(document, {childList: true, subtree: true});
  });
})()"""


class Visit(Struct, frozen=True):
    """Milliseconds since the page was asked for; kilobytes over the line. `over_ms`: 0 where no app is."""

    first_ms: float
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
        wire.on("Network.responseReceived", lambda e: self._kinds.update({e["requestId"]: e["type"]}))
        wire.on("Network.loadingFinished", lambda e: self._came.update({e["requestId"]: e["encodedDataLength"]}))

    async def slow(self, processor: int, line: bool) -> None:
        """From now on: so many times slower a processor, and the slow line."""
        await self.wire.send("Network.enable")
        if line:
            await self.wire.send("Network.emulateNetworkConditions", LINE)
        if processor > 1:
            await self.wire.send("Emulation.setCPUThrottlingRate", {"rate": processor})

    async def open(self, path: str, *, app: bool = True) -> None:
        """Until the app has the page, or the page is whole where there is none."""
        self._kinds.clear()
        self._came.clear()
        await self.page.goto(self.member.address + path, wait_until="load", timeout=60_000)
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
        return Visit(first_ms=seen["paint"], over_ms=over, interactive_ms=max([over, *ends]), shift=seen["shift"],
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


class Lab:
    """A browser, and windows in it that know nothing of each other."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    @asynccontextmanager
    async def window(self, member: Member, *, processor: int = SLOWER, line: bool = True,
                     **kind: Any) -> AsyncIterator[Window]:
        context = await self._browser.new_context(viewport=PHONE, device_scale_factor=2, locale="en-GB",
                                                  reduced_motion="reduce", **kind)
        try:
            if member.session:
                await context.add_cookies([{"name": "petrel_session", "value": member.session, "url": member.address}])
            page = await context.new_page()
            await page.add_init_script(WATCH)
            wire = await context.new_cdp_session(page)
            await wire.send("Performance.enable")
            window = Window(page, wire, member)
            await window.slow(processor, line)
            yield window
            await page.goto("about:blank")              # it is left: what is to be told is sent
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
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            yield Lab(browser)
        finally:
            await asyncio.shield(browser.close())
