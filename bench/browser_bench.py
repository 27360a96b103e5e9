"""How fast pages and the app are in a real browser: every target of speed, measured, into bench/RESULTS.md.

    python bench/browser_bench.py [--rounds 7] [--posts 2000] [--no-lighthouse] [--only starts,pages,scroll,keys]

A site of its own, a Chromium per visit that knows nothing (or, for repeats, what it kept of the visit before), the line
and the processor slowed as drills/starting/browser.py says, where the words are defined too. A repeat is promised for
the browser opened again and for another tab; reloaded, and from the page itself, stand beside them. Rounds take the
kinds of visits in turns, so that what the machine does meanwhile falls on all of them; said are medians, and the
smallest and the largest. Nothing else should run. Takes about five minutes, with Lighthouse ten.
"""

import argparse
import asyncio
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import lighthouse_bench  # noqa: E402

from drills.starting import browser, town, visits  # noqa: E402
from drills.starting.browser import Lab, Member, Visit  # noqa: E402
from petrel.ops.drills import Stage  # noqa: E402
from petrel.program import Program  # noqa: E402

RESULTS = HERE / "RESULTS.md"
HEAD, END = "## In a browser", "In bold what is over its limit."
KEYS = ["j", "j", "l", "j", "k", "l"] * 4
Figures = dict[str, list[float]]

# name, most of it, as what: what is promised of each
TARGETS = (
    ("public page, script kB", 0, "{:.0f}"), ("public page, all without pictures, kB", 60, "{:.1f}"),
    ("public page, first content ms", 1000, "{:,.0f}"),
    ("app, script and style at first load, kB", 100, "{:.1f}"),
    ("app, first content ms", 1000, "{:,.0f}"), ("app, interactive ms", 2000, "{:,.0f}"),
    ("app, layout shift", 0.02, "{:.3f}"),
    ("browser opened again, first content ms", 300, "{:,.0f}"), ("browser opened again, posts ms", 0, "{:,.0f}"),
    ("browser opened again, interactive ms", 0, "{:,.0f}"),
    ("another tab, first content ms", 300, "{:,.0f}"), ("another tab, posts ms", 0, "{:,.0f}"),
    ("another tab, interactive ms", 0, "{:,.0f}"),
    ("reloaded, first content ms", 0, "{:,.0f}"), ("reloaded, posts ms", 0, "{:,.0f}"),
    ("from the page itself, first content ms", 0, "{:,.0f}"), ("from the page itself, posts ms", 0, "{:,.0f}"),
    ("a key to the next picture, p95 ms", 100, "{:,.0f}"),
    ("scrolling, frames dropped %", 1, "{:.2f}"), ("scrolling, frames dropped % (processor slowed)", 0, "{:.2f}"),
    ("scrolling, posts read", 0, "{:,.0f}"), ("scrolling, elements in the page at most", 0, "{:,.0f}"),
    ("scrolling, script memory MB per 1,000 posts", 0, "{:.2f}"),
)


async def starts(lab: Lab, member: Member, profile: Path, found: Figures) -> None:
    """The home timeline, by a browser that has nothing, and again by the same; `profile` has been here before."""
    async with lab.window(member) as window:
        one = await window.visit("/")
        found["app, first content ms"].append(one.first_ms)
        found["app, interactive ms"].append(one.interactive_ms)
        found["app, layout shift"].append(one.shift)
        found["app, script and style at first load, kB"].append(one.script_kb + one.style_kb)
        await window.kept()
        _again(found, "from the page itself", await window.visit("/"))
        await window.kept()
        _again(found, "reloaded", await window.visit(""))
    async with lab.window(member, profile=profile) as window:
        _again(found, "browser opened again", await window.visit("/"))
        await window.kept()
        async with window.tab() as other:
            _again(found, "another tab", await other.visit("/"))


def _again(found: Figures, name: str, one: Visit) -> None:
    found[f"{name}, first content ms"].append(one.first_ms)
    found[f"{name}, posts ms"].append(one.posts_ms)
    found[f"{name}, interactive ms"].append(one.interactive_ms)


async def been_here(lab: Lab, member: Member, profile: Path) -> None:
    async with lab.window(member, profile=profile, processor=1, line=False) as window:
        await window.open("/")
        await window.kept()


async def pages(lab: Lab, site: str, paths: Sequence[str], found: Figures) -> None:
    """Public pages, by visitors. The heaviest of them counts."""
    seen = []
    for path in paths:
        async with lab.window(Member(site)) as window:
            seen.append(await window.visit(path, app=False))
    found["public page, first content ms"].append(max(one.first_ms for one in seen))
    found["public page, script kB"].append(max(one.script_kb for one in seen))
    found["public page, all without pictures, kB"].append(max(one.kb - one.picture_kb for one in seen))


async def keys(lab: Lab, member: Member, found: Figures) -> None:
    """From post to post, and liking some, on the slow processor."""
    async with lab.window(member) as window:
        await window.open("/")
        found["a key to the next picture, p95 ms"].append(quantiles(await window.press(KEYS), n=20)[-1])


async def scroll(lab: Lab, member: Member, posts: int, found: Figures) -> None:
    for processor, name in ((1, "scrolling, frames dropped %"),
                            (browser.SLOWER, "scrolling, frames dropped % (processor slowed)")):
        async with lab.window(member, processor=processor, line=False) as window:
            seen = await visits.read_through(window, posts if processor == 1 else posts // 4)
        found[name].append(seen["dropped"])
        if processor == 1:
            found["scrolling, posts read"].append(seen["posts"])
            found["scrolling, elements in the page at most"].append(seen["nodes"])
            found["scrolling, script memory MB per 1,000 posts"].append(seen["mb_per_1000"])


async def measured(args: argparse.Namespace) -> tuple[Figures, dict[str, Any]]:
    found: Figures = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="petrel-bench-") as folder:
        stage = Stage(Path(folder), Program().opened, print, sabotage=False)
        async with stage.site() as site:
            member, people = await town.settle(stage, site, args.posts)
            thread = await town.thread(site, people)
            author = f"/@{people[0].handle}"
            paths = ("/", "/public", author, f"{author}/{thread}", "/tags/harbour", "/about")
            async with browser.lab() as lab:
                profile = Path(folder) / "profile"
                if "starts" in args.only:
                    await been_here(lab, member, profile)
                for number in range(args.rounds):
                    print(f"Round {number + 1} of {args.rounds} ...", flush=True)
                    if "starts" in args.only:
                        await starts(lab, member, profile, found)
                    if "pages" in args.only:
                        await pages(lab, site.address, paths, found)
                    if "keys" in args.only:
                        await keys(lab, member, found)
                for _ in range(min(3, args.rounds) if "scroll" in args.only else 0):
                    print("Scrolling ...", flush=True)
                    await scroll(lab, member, args.posts, found)
            scores = {} if args.no_lighthouse else lighthouse_bench.scores(site.address, paths)
    return found, scores


def table(found: Figures, scores: dict[str, Any], rounds: int) -> list[str]:
    lines = [HEAD, "", f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} with `bench/browser_bench.py`, {rounds} rounds "
             "in turns, Chromium, line slowed to 1.6 Mbit/s and 150 ms, processor to a quarter; what the words mean:",
             "`drills/starting/browser.py`.", "", "| | median | smallest to largest | at most |", "|---|--:|--:|--:|"]
    for name, most, form in TARGETS:
        if some := found.get(name):
            middle, bound = median(some), form.format(most) if most or "script kB" in name else "-"
            shown = form.format(middle)
            missed = bound != "-" and middle > most
            lines.append(f"| {name} | {f'**{shown}**' if missed else shown} | {form.format(min(some))} to "
                         f"{form.format(max(some))} | {bound} |")
    if scores:
        lines += ["", *lighthouse_bench.table(scores)]
    return [*lines, "", END]


def kept(text: str, lines: Sequence[str]) -> str:
    """The page with this section in it, in place of the one that was there; what people wrote after it stays."""
    section = "\n".join(lines) + "\n\n"
    there = re.compile(rf"^{HEAD}\n.*?^{END}", re.MULTILINE | re.DOTALL)
    if there.search(text):
        return there.sub(lambda _: section.rstrip(), text)
    return text.replace("## Drills\n", section + "## Drills\n", 1)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--posts", type=int, default=2_000)
    p.add_argument("--no-lighthouse", action="store_true")
    p.add_argument("--only", default="starts,pages,scroll,keys")
    p.add_argument("--dry", action="store_true", help="print, and leave RESULTS.md as it is")
    args = p.parse_args()
    found, scores = asyncio.run(measured(args))
    lines = table(found, scores, args.rounds)
    print("\n".join(lines))
    if not args.dry:
        RESULTS.write_text(kept(RESULTS.read_text(), lines))


if __name__ == "__main__":
    main()
