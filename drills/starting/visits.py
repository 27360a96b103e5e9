"""What is measured in one visit: the app's own numbers, as it tells the site, and the work of the page's main thread.

The processor is not slowed here, since a comparison asks for the difference; the line is.
"""

from drills.starting.browser import Lab, Member, Window

WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
LONG = "/public"
SCREENS, STEP_PX, STEP_MS = 36, 370, 25
READ_PX = 100
"""Of somebody who looks for something: 4,000 px a second, five times what Chromium's own tests of smoothness take. A
drill races at 14,800, where each build drops more and two are told apart sooner."""
# Posts that were met on the way down, and elements in the page.
PASSED = """() => { const seen = window.met ??= new Set();
  for (const line of document.querySelectorAll('#main [data-key]')) seen.add(line.dataset.key);
  return [seen.size, document.getElementsByTagName('*').length]; }"""


async def cold(lab: Lab, member: Member) -> dict[str, float]:
    """By a browser that has never been here."""
    async with lab.window(member, processor=1) as window:
        await window.open("/")
        return await _measured(window)


async def hot(lab: Lab, member: Member) -> dict[str, float]:
    """Again, by one that was here a moment ago."""
    async with lab.window(member, processor=1) as window:
        await window.open("/")
        await window.told()
        await window.open("/")
        return await _measured(window)


async def scroll(lab: Lab, member: Member) -> dict[str, float]:
    """Through posts, with a wheel."""
    async with lab.window(member, processor=1, line=False) as window:
        await window.open(LONG)
        await _scrolled(window, 6)
        await window.told()
        before, heap = await _work_ms(window), await window.heap()
        await _scrolled(window, SCREENS)
        return {"work_ms": await _work_ms(window) - before, "heap_kb": (await window.heap() - heap) / 1000,
                **await window.told()}


async def _scrolled(window: Window, screens: int, step_px: int = STEP_PX) -> None:
    height = window.page.viewport_size["height"]
    await window.page.mouse.move(180, 370)
    for _ in range(screens * height // step_px):
        await window.page.mouse.wheel(0, step_px)
        await window.page.wait_for_timeout(STEP_MS)
    await window.page.wait_for_timeout(300)


async def _measured(window: Window) -> dict[str, float]:
    return {"work_ms": await _work_ms(window), **await window.told()}


async def _work_ms(window: Window) -> float:
    spent = await window.spent()
    return sum(spent[name] for name in WORK) * 1000


async def read_through(window: Window, posts: int) -> dict[str, float]:
    """Scrolls the public timeline until so many posts were passed, or no more come."""
    await window.open(LONG)
    await _scrolled(window, 2)
    await window.told()
    begun, most, passed, still = await window.heap(), 0.0, 0, 0
    while passed < posts and still < 8:
        await _scrolled(window, 6, READ_PX)
        now, nodes = await window.page.evaluate(PASSED)
        still, passed, most = still + 1 if now <= passed else 0, max(now, passed), max(most, nodes)
    grown = (await window.heap() - begun) / 1e6
    return {"posts": passed, "nodes": most, "mb_per_1000": grown / max(passed, 1) * 1000,
            "dropped": (await window.told()).get("dropped", 0.0)}
