"""Takes the pictures of README and docs: of a demo site that it makes, with the app in a real browser (Chromium).

    python tools/pictures.py            # or `make pictures`; writes docs/pictures/*.png
    python tools/pictures.py ops        # only those of the console

Letters are those that the machine has; with Debian's fonts-noto-core, fonts-noto-cjk and fonts-noto-color-emoji they
are what most people see. Everybody in the pictures is invented, and what they photographed is drawn here.
"""

import io
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from math import sin
from pathlib import Path
from typing import Any

import requests
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from petrel.ops.incidents import HARM, Board, Card, Cell, Incident, Moving, Page, Picture, Speaking, Suspect
from petrel.storage.postgres import Storage

ROOT = Path(__file__).resolve().parents[1]
INTO = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
MOST_BYTES = 150_000
OPS = {"ops", "ops-pictures", "ops-phone"}
WIDE, PHONE = (1280, 860), (390, 844)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')

LOAF = ('<g transform="translate({x} {y})"><ellipse rx="118" ry="74" fill="#8a4f22"/><ellipse cy="-8" '
        'rx="112" ry="66" fill="#b8742f"/><ellipse cx="-18" cy="-26" rx="70" ry="30" fill="#d09a53" '
        'opacity=".7"/><path d="M-62-34q40 22 56 52M-14-50q40 24 54 58M36-50q30 24 42 48" stroke="#f3dfbc" '
        'stroke-width="9" fill="none" stroke-linecap="round"/></g>')
BREAD = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 160 1200 500"><path fill="#c9dde0" d="M0 '
         '0h1200v720H0z"/><path fill="#8fb6bd" d="M0 250q150-40 300 0t300 0 300 0 300 0v240H0z"/><path '
         'fill="#4d8791" d="M0 320q150-40 300 0t300 0 300 0 300 0v200H0z"/><circle cx="930" cy="222" r="46" '
         'fill="#f6dfb4"/><path fill="#f4ede0" d="M590 0h26v480h-26zM0 470h1200v40H0z"/><path fill="#e2d3b8" '
         'd="M0 510h1200v210H0z"/>'
         + "".join(LOAF.format(x=x, y=y) for x, y in ((200, 520), (470, 550), (740, 525), (1010, 552))) + "</svg>")
LIGHT = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 720"><defs><linearGradient id="s" x2="0" '
        'y2="1"><stop stop-color="#0d2233"/><stop offset=".6" stop-color="#34577a"/><stop offset="1" '
        'stop-color="#d9a27a"/></linearGradient></defs><path fill="url(#s)" d="M0 0h1200v720H0z"/><path '
        'fill="#ffe9b8" opacity=".35" d="M836 214 0 60v210z"/><path fill="#10202b" d="M520 720q120-210 '
        '300-236 160 30 380 96v140z"/><path fill="#f6f1e8" d="m806 250-22 250h104l-22-250z"/><path '
        'fill="#a94f12" d="m797 350-8 76h94l-8-76z"/><path fill="#22313a" d="M796 190h80v60h-80zM786 '
        '180l50-44 50 44z"/><circle cx="836" cy="216" r="20" fill="#ffe9b8"/><path fill="#1d4356" d="M0 '
        '640q100-30 200 0t200 0 200 0 200 0 200 0 200 0v100H0z"/></svg>')


class Person:
    """Somebody of the demo with a session, who asks the API as the app does."""

    def __init__(self, address: str, handle: str, password: str) -> None:
        self.address, self.handle, self.session = address, handle, requests.Session()
        self.session.trust_env = False
        self.submit("/auth/sign_in", "/auth/sign_in", name=handle, password=password)

    def submit(self, page: str, action: str, **fields: str) -> str:
        """Where sending a form of that page leads to."""
        shown = self.session.get(self.address + page, timeout=30).text
        hidden = {unescape(name): unescape(value) for name, value in HIDDEN.findall(shown)}
        answer = self.session.post(self.address + action, data={**hidden, **fields}, timeout=30)
        answer.raise_for_status()
        return answer.url

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.session.request(method, self.address + path, json=body or None, headers={"x-petrel-app": "1"},
                                      timeout=30)
        answer.raise_for_status()
        return answer.json()

    def photo(self, png: bytes, words: str) -> str:
        made = self.session.post(f"{self.address}/api/v2/media", headers={"x-petrel-app": "1"}, timeout=60,
                                 files={"file": ("a.png", png, "image/png")}, data={"description": words})
        made.raise_for_status()
        number = str(made.json()["id"])
        while self.session.get(f"{self.address}/api/v1/media/{number}", headers={"x-petrel-app": "1"},
                               timeout=30).status_code != 200:
            time.sleep(0.2)
        return number

    def write(self, text: str, **more: Any) -> Any:
        return self.call("POST", "/api/v1/statuses", status=text, **more)


@contextmanager
def site() -> Iterator[tuple[str, str, Path]]:
    """A demo by itself: its address, the password of everybody, its data directory."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        program = [sys.executable, "-m", "petrel", "demo", "--data", str(data), "--port", "0"]
        running = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            yield _address(running, data / "run" / "status.json"), json.loads(
                (data / "demo.json").read_text())["password"], data
        finally:
            running.terminate()
            running.wait(60)


def _address(running: "subprocess.Popen[bytes]", status: Path) -> str:
    while running.poll() is None:
        said = json.loads(status.read_text()) if status.exists() else {}
        if said.get("state") == "ready":
            return str(said["address"])
        time.sleep(0.2)
    raise SystemExit("the demo did not start")


def drawn(browser: Browser, picture: str, height: int) -> bytes:
    page = browser.new_page(viewport={"width": 1200, "height": height})
    page.set_content(f"<body style='margin:0'>{picture}</body>")
    taken = page.screenshot()
    page.close()
    return taken


def fill(browser: Browser, people: dict[str, Person]) -> tuple[str, str]:
    """What the pictures show beside what every demo has. Addresses of a thread and of a case."""
    mira, ines, bram = people["mira"], people["ines"], people["bram"]
    bad = bram.write("It is patat. Whoever says friet has never been to a harbour worth the name.")
    people["gustav"].submit(f"/report?post={bad['id']}", "/report", category="violation",
                            comment="It is friet, and there are children reading along.")
    light = mira.write("Wind south-west 8, and something small and dark came in out of it. #seabirds", media_ids=[
        mira.photo(drawn(browser, LIGHT, 720), "A lighthouse at dusk, its beam over the water")])
    poll = mira.write("When does the lamp room get its new paint?", poll={
        "options": ["Before the autumn gales", "After them, as every year", "It is fine"], "expires_in": 86_400})
    for name, choice in (("okello", 1), ("ines", 1), ("bram", 0), ("yuki", 1), ("jonas", 1), ("priya", 2)):
        people[name].call("POST", f"/api/v1/polls/{poll['poll']['id']}/votes", choices=[choice])
    bread = ines.write("Twice at four, as promised. Four loaves for whoever kept the light on. #bread", media_ids=[
        ines.photo(drawn(browser, BREAD, 500), "Four round loaves on a windowsill, the sea behind them")])
    for name in ("okello", "ines", "bram", "yuki", "jonas", "priya"):
        for post in (bread, light):
            people[name].call("POST", f"/api/v1/statuses/{post['id']}/favourite")
    people["okello"].call("POST", f"/api/v1/statuses/{bread['id']}/reblog")
    own = mira.call("GET", f"/api/v1/accounts/{light['account']['id']}/statuses?exclude_replies=true&limit=40")
    storm = next(one["id"] for one in own if "A storm petrel came in" in one["content"])
    desk = people["okello"].session.get(mira.address + "/desk", timeout=30).text
    case = re.search(r'href="(/desk/cases/\d+)"', desk)
    assert case
    return f"/@mira/{storm}", case[1]


def composing(page: Tab) -> None:
    page.keyboard.press("n")
    page.locator("dialog.compose textarea").first.wait_for()
    page.keyboard.type("Two blinks at four for the bread, three for a petrel. Anybody awake? #seabirds @ines")
    page.get_by_role("button", name="Poll").click()
    page.get_by_label("Option 1").fill("Always")
    page.get_by_label("Option 2").fill("Never before ten")
    page.get_by_role("dialog").get_by_role("heading").first.click()


def to_the_pictures(page: Tab) -> None:
    page.get_by_role("heading", name="Changes under way").evaluate("(one) => one.scrollIntoView()")


def take(browser: Browser, name: str, at: str, who: Person | None, size: tuple[int, int], *, dark: bool = False,
         act: Callable[[Tab], None] | None = None) -> None:
    """`who`: as whom; None: as anybody, whose pages have no script."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, device_scale_factor=1.5,
                                  color_scheme="dark" if dark else "light", reduced_motion="reduce", locale="en-GB")
    if who:
        context.add_cookies([{"name": one.name, "value": one.value or "", "url": who.address}
                             for one in who.session.cookies])
    page = context.new_page()
    page.goto(at)
    if who and "/desk" not in at:
        page.wait_for_selector(".app > *")
    if act:
        act(page)
    page.wait_for_function("() => [...document.images].every((one) => one.complete || one.loading === 'lazy')")
    page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colours in (256, 128, 64):
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    else:
        raise SystemExit(f"{name} does not fit {MOST_BYTES:,} bytes")
    (INTO / f"{name}.png").write_bytes(out.getvalue())
    print(f"docs/pictures/{name}.png  {out.tell():,} bytes")
    context.close()


def show_sick(data: Path) -> None:
    """A change that went wrong, on the console of the demo: invented, and written over within a quarter of a minute."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    import asyncpg
    import msgspec

    async def put() -> None:
        connection = await asyncpg.connect(**Storage(data).connect_args("main", "petrel_admin"))
        await connection.execute("update ops.board set at = now(), board = $1::text::jsonb",
                                 msgspec.json.encode(sick()).decode())
        await connection.close()

    with ThreadPoolExecutor(1) as apart:                # this thread has a loop of the browser's driver
        apart.submit(asyncio.run, put()).result()


def sick() -> Board:
    now, bad = datetime.now(UTC), (3, 7, 8, 12)

    def line(usual: float, wave: float = 0.0, since: float = 0.0) -> tuple[tuple[float, float], ...]:
        return tuple((now.timestamp() - 300 * (72 - n), usual * (1 + .08 * sin(n * 2.4) + wave * sin(n / 12))
                      + (since if n > 67 else 0.0)) for n in range(73))

    pictures = (
        Picture("How long answers take", "seconds", (("half", line(.008, .2, .01)), ("99 of 100", line(.06, .2, .35)))),
        Picture("Answers a second", "per_s", (("answers", line(40, .5)),)),
        Picture("Answers that fail", "ratio", (("failed", line(.0004, 0, .06)),)),
        Picture("Disk", "ratio", (("used", tuple((at, .36 + n / 1800) for n, (at, _) in enumerate(line(0)))),)),
        Picture("Behind the journal", "seconds", (("notifications", line(.05, .3)), ("timelines", line(.03, .3)))),
        Picture("Memory of processes", "bytes", (("web", line(9.1e7)), ("jobs", line(7.4e7)))))
    undo = 'petrel changes undo 4711 --reason "suspected"'
    card = Card(
        Incident(12, now - timedelta(minutes=6), now - timedelta(minutes=8), "web", 2, (41,)),
        "The processes that answer: API, pages, streams.", HARM[2],
        (Speaking(41, "answers", "", "6% of answers fail on our side.", "petrel doctor", now, "web"),), (),
        (Suspect("change", "change 4711", "flag packed-answers to=off: began 1 min before, and it hurts where it is",
                 .97, undo, 4711),
         Suspect("component", "main-database", "says nothing of its own", .02, "petrel doctor")),
        pages=(Page(0, "anna", "webhook", now, now),), runbook="docs/runbooks/bad-push.md", next_step=undo,
        next_change=4711)
    return Board(
        at=now, site="petrel.example", open=(card,), pictures=pictures, on_call="anna", manager="carla",
        changes=(Moving(4711, "flag", "packed-answers to=off", "going", bad, "", "to see what it saves", now),),
        cells=tuple(Cell(n, 2.0, .31 if n in bad else 0.0, .1, (4711,) if n in bad else ()) for n in range(16)),
        measures={"disk_used_ratio": .4})


def main() -> None:
    INTO.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:])
    with site() as (address, password, data), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        handles = ("mira", "okello", "ines", "bram", "yuki", "jonas", "priya", "salma", "gustav")
        people = {handle: Person(address, handle, password) for handle in handles}
        if not wanted or wanted - OPS:
            thread, case = fill(browser, people)
            take(browser, "home", address, people["jonas"], WIDE)
            take(browser, "thread", address + thread, None, PHONE, dark=True)
            take(browser, "composer", address, people["mira"], PHONE, act=composing)
            take(browser, "case", address + case, people["okello"], PHONE)
        while b"Looked" not in people["mira"].session.get(f"{address}/desk/ops", timeout=30).content:
            time.sleep(0.5)
        show_sick(data)
        take(browser, "ops", f"{address}/desk/ops", people["mira"], WIDE)
        show_sick(data)
        take(browser, "ops-pictures", f"{address}/desk/ops", people["mira"], WIDE, act=to_the_pictures)
        show_sick(data)
        take(browser, "ops-phone", f"{address}/desk/ops", people["mira"], PHONE, dark=True)
        browser.close()


if __name__ == "__main__":
    main()
