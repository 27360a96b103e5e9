"""No page has a fault that axe finds, in either theme; and what members do every day is done by keyboard alone.

Pages as the site itself sends them, in a real browser, without the app, which replaces some of them where it runs.
"""

import asyncio
import shutil
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from petrel import app, settings
from petrel.api.http.limits import Limits
from petrel.api.http.wire import Connection
from petrel.core import choices, limits
from petrel.core.doors import reading, writing
from petrel.core.pages import Page
from petrel.core.viewer import Member, System
from petrel.features import about, accounts, collections, lists, messages, posts
from petrel.features.posts import Audience
from petrel.features.relationships import filters
from petrel.web.pages.style import THEMES
from petrel.web.routes import ADDRESSES
from petrel.worker.followers import drain
from tests.axe import crewed
from tests.conftest import loop
from tests.people import act, follow, mark, people, publish
from tests.web.someone import PASSWORD

CHROMIUM = shutil.which("chromium-headless-shell")
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt install chromium-headless-shell"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; make test does that")]

RUN = """async rules => {
  const found = await axe.run(document, {
    resultTypes: ['violations'], preload: false, ...(rules ? {runOnly: {type: 'rule', values: rules}} : {})});
  return found.violations.map(one => one.id + ': ' + one.help + ' -- ' + one.nodes.slice(0, 3).map(
    node => node.html.slice(0, 160) + ' ' + (node.any[0]?.message || '')).join(' | '));
}"""
FITS = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important'
    + ' } p { margin-block-end: 2em !important }');
  document.adoptedStyleSheets = [sheet];
  const wide = document.documentElement.clientWidth;
  const kept = (node) => { for (let up = node.parentElement; up; up = up.parentElement)
    if (getComputedStyle(up).overflowX !== 'visible') return true; return false; };
  const found = [];
  for (const way of ['ltr', 'rtl']) {
    document.documentElement.dir = way;
    if (document.documentElement.scrollWidth <= wide) continue;
    const out = [...document.body.querySelectorAll('*')].filter((node) => { const box = node.getBoundingClientRect();
      return (box.right > wide + 1 || box.left < -1) && box.width > 1 && !node.closest('svg, .skip') && !kept(node); });
    found.push(way + ': ' + document.documentElement.scrollWidth + ' of ' + wide + ' px: '
      + out.slice(-2).map((node) => node.outerHTML.slice(0, 120)).join(' | '));
  }
  return found;
}"""
"""WCAG 1.4.10 and 1.4.12 at once: 1280 px at 400 % are 320; with the room between letters, words and lines that a
reader may ask for, nothing has to be scrolled sideways. In both directions of writing."""
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""What a theme can change."""

NO_PAGES = {
    "/auth/reset/{secret}": "a letter", "/auth/confirm/{secret}": "a letter", "/mail/off/{secret}": "a letter",
    "/setup/{token}": "the link of the first start", "/settings/lists/{name}": "a file",
    "/settings/data/exports/{number}": "a file",
    "/settings/deletions/{number}": "a file", "/erased/{secret}": "who is gone", "/erased/{secret}/receipt": "a file",
    "/report/{secret}": "who reported without an account", "/robots.txt": "for programs",
    "/sitemap.xml": "for programs", "/manifest.webmanifest": "for programs", "/shell": "for the app's worker",
    "/sitemaps/site.xml": "for programs", "/sitemaps/{cell}.xml": "for programs", "/tags/{tag}.rss": "for programs",
    "/tags/{tag}.atom": "for programs", "/@{handle}.rss": "for programs", "/@{handle}.atom": "for programs",
    "/oauth/authorize/": "as without the slash", "/notifications/requests": "a form only"}
"""Addresses that neither a visitor nor a member opens as a page, and what they are."""

VISITORS = ("/", "/public", "/tags/{tag}", "/search", "/about", "/about/rules", "/imprint", "/privacy", "/terms",
            "/status", "/about/data", "/about/moderation", "/about/style", "/auth/sign_in", "/auth/sign_up",
            "/auth/forgot", "/auth/data", "/report", "/collections/{number}", "/@{handle}/collections", "/@{handle}",
            "/@{handle}/with_replies", "/@{handle}/media", "/@{handle}/about", "/@{handle}/{post}",
            "/oauth/authorize/native")
CREW = ("/desk", "/setup/steps/")
"""Beginnings of what the crew alone opens."""


def page_of(path: str, made: dict[str, str]) -> str:
    """The address of a page to look at."""
    if path in made:
        return made[path]
    queries = {"/search": "?q=pier", "/oauth/authorize/native": "?code=abc", "/oauth/authorize": made["oauth"]}
    for name, value in made.items():
        path = path.replace("{" + name + "}", value)
    return path + queries.get(path, "")


def paths() -> list[str]:
    return [one.path for one in ADDRESSES if one.method == "GET" and one.path not in NO_PAGES]


class Browsers:
    """One browser at one site. `made`: what stands in the places of addresses; `sessions`: of whom somebody can be."""

    def __init__(self, base: str, made: dict[str, str], sessions: dict[str, str]) -> None:
        self.base, self.made, self.sessions = base, made, sessions
        self.browser: Any = None

    async def open(self, who: str = "", **more: Any) -> Any:
        """A window of its own, signed in as somebody."""
        context = await self.browser.new_context(viewport={"width": 1280, "height": 900}, **more)
        await context.route("**/static/app/**", lambda route: route.abort())
        if who:
            await context.add_cookies([{"name": "petrel_session", "value": self.sessions[who], "url": self.base}])
        return context

    async def faults(self, who: str, pages: list[str], high: Sequence[str] = ()) -> list[str]:
        """In the light theme all that axe knows, in the dark one what colours can change; and narrow, what does not
        fit."""
        context = await self.open(who)
        await context.add_init_script(path=AXE)
        queue = list(pages)
        found: list[str] = []

        async def look() -> None:
            tab = await context.new_page()
            while queue:
                path = queue.pop(0)
                await tab.emulate_media(color_scheme="light", reduced_motion="reduce")
                answer = await tab.goto(self.base + page_of(path, self.made), wait_until="load")
                if answer.status != 200 or ("/auth/" in tab.url and "/auth/" not in path):
                    found.append(f"{who or 'anybody'} {path}: {answer.status} {tab.url}")
                    continue
                found.extend(f"{who or 'anybody'} {path}, light: {one}" for one in await tab.evaluate(RUN, None))
                await tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
                found.extend(f"{who or 'anybody'} {path}, dark: {one}" for one in await tab.evaluate(RUN, OF_COLOURS))
                if path in high:
                    found.extend(f"{path}, high: {one}" for one in await tab.evaluate(RUN, ["color-contrast-enhanced"]))
                await tab.set_viewport_size({"width": 320, "height": 600})
                found.extend(f"{who or 'anybody'} {path}, narrow, {one}" for one in await tab.evaluate(FITS))
                await tab.set_viewport_size({"width": 1280, "height": 900})

        await asyncio.gather(look(), look())
        await context.close()
        return found


async def _fill() -> tuple[dict[str, str], dict[str, str]]:
    """Something of everything on every page; sessions of a member and an owner."""
    mira, ben, olga = await people("mira", "ben", "olga", indexable=True)
    async with writing(System("tests"), cause="tests") as w:
        await accounts.set_role(w, olga.account, "owner")
        await accounts.set_password(w, mira.account, await accounts.hash_password(PASSWORD))     # ends what was open
        app_ = (await accounts.oauth.register(w, "Ivory", ["urn:ietf:wg:oauth:2.0:oob"], "read write")).app
    sessions = {}
    async with writing(System("tests"), cause="tests") as w:
        for name, one in (("mira", mira), ("olga", olga)):
            sessions[name] = (await accounts.open_session(w, one.account)).token
    mira, olga = (Member(one.account, accounts.digest_of(sessions[name]), is_session=True)
                  for name, one in (("mira", mira), ("olga", olga)))
    for kind in about.KINDS[:-1]:
        await act(olga, about.write, kind, f"# {kind}\n\nBe kind, and *describe* your pictures.")
    await act(mira, accounts.update, accounts.Changes(display_name="Mira", note="At the #pier. سلام"))
    text = collections.Text("Birds", "Who walks there", "pier")
    shelf = await act(mira, collections.create, text, collections.Marks())
    await follow(mira, ben)
    post = await publish(mira, "Seen a storm petrel from the #pier: https://birds.example/storm")
    reply = await publish(ben, "@mira How big?", reply_to=post.id)
    await publish(mira, "@ben As a sparrow.", reply_to=reply.id)
    await publish(ben, "It was the cat. #pier", spoiler="The end of the story")
    await publish(ben, "سمعت البحر", language="ar")
    kept = await act(mira, lists.create, "Sea people")
    await mark(mira, post.id, posts.Mark.BOOKMARK)
    await act(mira, posts.folders.create, "Birds")
    words = filters.FilterDraft("Cats", ("home",), "warn", None, (filters.KeywordChange(None, "cat", True),))
    sieve = await act(mira, filters.create, words)
    await publish(mira, "@ben Are you in?", audience=Audience.DIRECT)
    of_crew = await crewed.fill(olga, mira)
    await drain()
    async with reading(mira) as r:
        [talk] = await messages.mailbox(r, Page(10))
    asked = f"?response_type=code&client_id={app_.client_id}&redirect_uri=urn:ietf:wg:oauth:2.0:oob&scope=read+write"
    return ({"tag": "pier", "handle": "mira", "post": str(post.id), "number": str(shelf.id), "step": "site",
             "oauth": asked, "/lists/{number}": f"/lists/{kept.id}", "/lists/{number}/edit": f"/lists/{kept.id}/edit",
             "/bookmarks/{number}": f"/bookmarks/{post.id}",
             "/settings/filters/{number}": f"/settings/filters/{sieve.id}",
             "/conversations/{number}": f"/conversations/{talk.id}", **of_crew}, sessions)


@pytest.fixture(scope="module")
def at(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    """The program itself in this process's loop, and a browser in front of it."""
    from playwright.async_api import async_playwright

    app.load_rooms()
    app.load_api()
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    limits.install(limits.Limits(base_url=base, site_name="Pier", site_description="Short words from the shore."))
    wanted = settings.Settings(data=str(tmp_path_factory.mktemp("site")), base_url=base, nothing_after_ms=0)
    choices.install(app.KeptSettings(wanted))

    async def begin() -> tuple[Browsers, uvicorn.Server, asyncio.Task[None], Any]:
        gate = await app.web_app(wanted, Limits(on=False))
        server = uvicorn.Server(uvicorn.Config(gate, http=Connection, loop="none", log_level="error", lifespan="on"))
        serving = asyncio.create_task(server.serve([listening]))
        opened = Browsers(base, *await _fill())
        playwright = await async_playwright().start()
        opened.browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        return opened, server, serving, playwright

    async def end() -> None:
        await opened.browser.close()
        await playwright.stop()
        server.should_exit = True
        await serving
        limits.install(limits.Limits())
        choices.install(None)

    opened, server, serving, playwright = loop().run_until_complete(begin())
    yield opened
    loop().run_until_complete(end())


def test_every_address_is_looked_at_or_is_no_page() -> None:
    known = {one.path for one in ADDRESSES}
    assert known >= set(VISITORS) | set(NO_PAGES)


async def test_axe_finds_nothing_on_pages_for_visitors(at: Browsers) -> None:
    assert not (found := await at.faults("", list(VISITORS))), "\n".join(found)


async def test_axe_finds_nothing_on_pages_for_members(at: Browsers) -> None:
    own = [path for path in paths() if path not in VISITORS and not path.startswith(CREW)]
    assert {"/compose", "/notifications", "/settings/privacy", "/oauth/authorize"} <= set(own)
    found = await at.faults("mira", ["/", "/@{handle}/{post}", "/@ben", "/search", *own])
    assert not found, "\n".join(found)


async def test_axe_finds_nothing_on_pages_for_the_crew(at: Browsers) -> None:
    """Their tables and lines have something in them."""
    of_crew = [path for path in paths() if path.startswith(CREW)]
    assert {"/desk/speed", "/desk/safeguards", "/desk/cases/{number}", "/desk/appeals/{number}"} <= set(of_crew)
    found = await at.faults("olga", [*of_crew, "/desk?closed=1"])
    assert not found, "\n".join(found)


async def test_the_style_page_has_no_fault_in_any_theme_and_direction(at: Browsers) -> None:
    """Every part in every state; in high contrast letters reach 7:1 (AAA)."""
    pages = [*(f"/about/style?theme={theme}" for theme in THEMES), "/about/style?dir=rtl"]
    found = await at.faults("", pages, high=[page for page in pages if "contrast" in page])
    assert not found, "\n".join(found)


async def test_a_fault_would_be_found(at: Browsers) -> None:
    context = await at.open()
    await context.add_init_script(path=AXE)
    tab = await context.new_page()
    await tab.goto(at.base + "/about")
    await tab.evaluate("const h = document.querySelector('h1'); h.innerHTML += '<img src=x>'; h.style.color = '#ddd'")
    said = " ".join(await tab.evaluate(RUN, None))
    assert "image-alt" in said and "color-contrast" in said
    await context.close()


async def press_until(tab: Any, selector: str, most: int = 60) -> None:
    """The way there by the Tab key alone; what has the focus can be seen to have it."""
    for _ in range(most):
        await tab.keyboard.press("Tab")
        if await tab.evaluate("s => document.activeElement.matches(s)", selector):
            style = await tab.evaluate("() => { const s = getComputedStyle(document.activeElement);"
                                       " return [s.outlineStyle, s.outlineWidth, s.boxShadow] }")
            assert style[0] != "none" and style[1] != "0px", (selector, style)
            return
    raise AssertionError(f"{selector} is not reached by the Tab key")


async def test_signing_in_posting_and_following_by_keyboard_alone(at: Browsers) -> None:
    context = await at.open()
    tab = await context.new_page()
    await tab.goto(at.base + "/auth/sign_in?next=/compose")
    await tab.wait_for_selector("input:focus")      # autofocus comes with the first drawing, which may follow "load"
    await tab.keyboard.type("mira")
    await tab.keyboard.press("Tab")
    await tab.keyboard.type(PASSWORD)
    async with tab.expect_navigation():
        await tab.keyboard.press("Enter")
    assert tab.url == at.base + "/compose"
    await press_until(tab, "textarea#text")
    await tab.keyboard.type("Written without a mouse")
    await press_until(tab, ".sending button")
    async with tab.expect_navigation():
        await tab.keyboard.press("Enter")
    assert "Written without a mouse" in await tab.content()
    await tab.goto(at.base + "/@olga")
    await press_until(tab, ".shelf button")
    async with tab.expect_navigation():
        await tab.keyboard.press("Space")
    assert await tab.locator(".shelf button").inner_text() == "Unfollow"
    await tab.goto(at.base + "/@mira")
    await tab.keyboard.press("Tab")
    assert await tab.evaluate("() => document.activeElement.className") == "skip", "the first stop skips the frame"
    await tab.keyboard.press("Enter")
    await press_until(tab, "main a", 1)
    await context.close()
