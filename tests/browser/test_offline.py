"""The app on a device: what is kept there, for whom, and when it goes; opened without a network, and installed."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WHOLE, Member, Window
from tests.browser.test_composer import picture
from tests.stories.running import PASSWORD, ROOT, RunningSite, until

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


ASK_AGAIN = "async () => { await (await navigator.serviceWorker.getRegistration())?.update().catch(() => {}); }"
LEFT = """async () => [await caches.keys(), Object.keys(localStorage),
  (await navigator.serviceWorker.getRegistrations()).length]"""


def test_signing_out_leaves_nothing_and_saves_what_was_typed(join: Join, window: Open) -> None:
    eva = join("eva")
    eva.write("Seen by Eva alone", visibility="private")
    at, page = with_worker(window, eva)
    until_kept(page, "timelines/home")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New post")
    expect(dialog.locator("textarea").first).to_be_focused()
    page.keyboard.type("Half a sentence")
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Keep as a draft").click()
    expect(dialog).to_have_count(0)
    page.goto(at.address + "/auth/sign_out")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(at.address + "/")
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    until(lambda: page.evaluate(LEFT) == [[], [], 0])
    assert "Seen by Eva" not in page.content()
    again = Member(at.address)
    again.send(again.open("/auth/sign_in"), "/auth/sign_in", name="eva", password=PASSWORD)
    assert [one["params"]["text"] for one in again.call("GET", "/api/v1/petrel/drafts")] == ["Half a sentence"]


def test_a_session_ended_elsewhere_takes_what_is_kept(join: Join, window: Open) -> None:
    """By the next answer to the app, and by the next page of the server's."""
    fin = join("fin")
    at, page = with_worker(window, fin)
    other = at.context.new_page()
    other.goto(at.address + "/about")
    until_kept(page, "timelines/home")
    elsewhere = Member(at.address)
    elsewhere.send(elsewhere.open("/auth/sign_in"), "/auth/sign_in", name="fin", password=PASSWORD)
    elsewhere.send(elsewhere.open("/settings/devices"), "/settings/devices", act="elsewhere")
    other.reload()
    expect(other.get_by_role("link", name="Sign in").first).to_be_visible()
    until(lambda: kept(page) == {})
    page.goto(at.address + "/")
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    at.wrong.clear()


def test_the_operator_can_end_every_worker(site: RunningSite, join: Join, window: Open) -> None:
    """Also where the app does not start any more: browsers ask for the worker's address by themselves."""
    gus = join("gus")
    at, page = with_worker(window, gus)
    until_kept(page, "timelines/home")
    run_petrel(site, "settings", "set", "offline", "off")
    try:
        until(lambda: "FILES" not in gus.open("/sw.js").text)
        assert "data-offline" not in gus.open("/").text
        until(lambda: page.evaluate(ASK_AGAIN) or page.evaluate(LEFT)[2] == 0)      # each web process hears by itself
        until(lambda: not [one for one in page.evaluate("caches.keys()") if one.startswith("petrel.")])
        page.goto(at.address + "/")
        expect(page.locator(".app > *").first).to_be_visible()
        assert page.evaluate(LEFT)[2] == 0
    finally:
        run_petrel(site, "settings", "set", "offline", "on")
        until(lambda: "FILES" in gus.open("/sw.js").text)


def run_petrel(site: RunningSite, *words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "petrel", *words, "--data", str(site.data)], cwd=ROOT, text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_frame_that_does_not_come_to_life_is_not_shown_twice(join: Join, window: Open) -> None:
    """Whatever the reason: the next page is the server's own. So is each that the app does not show."""
    hedy = join("hedy")
    at, page = with_worker(window, hedy)
    page.goto(at.address + "/@hedy/about")
    expect(page.get_by_role("heading", name="About ")).to_be_visible()
    page.wait_for_function(SETTLED)
    page.evaluate("""async () => { const cache = await caches.open('petrel.kept');
      const shell = await cache.match('/shell');
      const text = (await shell.text()).replace(/data-app="[^"]+"/, 'data-app="/static/app/gone.js"');
      await cache.put('/shell', new Response(text, {headers: shell.headers})); }""")
    page.goto(at.address + "/public")
    expect(page.locator(".waiting .ghost").first).to_be_visible()
    expect(page.locator(".patience a")).to_be_visible(timeout=20_000)
    at.open("/public")
    expect(page.locator("h1", has_text="Public")).to_be_visible()
    at.wrong.clear()


def test_it_can_be_installed(join: Join, site: RunningSite, chromium: Browser, tmp_path: Path) -> None:
    ivy = join("ivy")
    # A window that is not private: browsers install nothing from those.
    context = chromium.browser_type.launch_persistent_context(
        tmp_path, executable_path=str(WHOLE), args=["--no-sandbox"])
    try:
        context.add_cookies(ivy.cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(site.address + "/")
        line = context.new_cdp_session(page)
        told = line.send("Page.getAppManifest")
        assert told["errors"] == [] and told["url"].endswith("/manifest.webmanifest")
        assert line.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    finally:
        context.close()
    said = json.loads(told["data"])
    ways = [one["url"] for one in said["shortcuts"]]
    assert (said["name"], ways) == ("Petrel", ["/compose", "/notifications", "/conversations"])
    for icon in said["icons"]:
        assert ivy.open(icon["src"]).headers["content-type"] == icon["type"]


SHARES = """(address) => { const form = document.createElement('form');
  form.method = 'post'; form.action = address + '/share'; form.enctype = 'multipart/form-data';
  for (const [name, text] of [['title', 'A pier'], ['text', 'in the fog'], ['url', 'https://example.org/pier']]) {
    const field = document.createElement('input'); field.name = name; field.value = text; form.append(field); }
  const files = document.createElement('input'); files.type = 'file'; files.name = 'files'; files.multiple = true;
  const chosen = new DataTransfer();
  const png = Uint8Array.from(atob(window.png), (one) => one.charCodeAt(0));
  chosen.items.add(new File([png], 'fog.png', {type: 'image/png'}));
  files.files = chosen.files; form.append(files); document.body.append(form); form.submit(); }"""


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_what_is_shared_opens_the_composer(join: Join, window: Open, workers: str) -> None:
    """As the device sends it, to the worker, and to the site where there is none yet. Nothing is posted."""
    leo = join(f"leo_{workers}")
    if workers == "allow":
        at, page = with_worker(window, leo)
    else:
        at = window(leo)
        page = at.open("/")
    page.evaluate("(png) => { window.png = png; }", base64.b64encode(picture()["buffer"]).decode())
    page.evaluate(SHARES, at.address)
    dialog = page.get_by_role("dialog", name="New post")
    expect(dialog.locator("textarea").first).to_have_value("A pier\nin the fog\nhttps://example.org/pier")
    expect(dialog.locator(".file")).to_have_count(1)
    assert leo.call("GET", f"/api/v1/accounts/{leo.id}/statuses") == []
    if workers == "allow":
        assert page.evaluate("caches.has('petrel.shared')") is False


def test_what_is_shared_before_signing_in_is_there_afterwards(site: RunningSite, join: Join) -> None:
    """Without script as well; files say that they did not come along. Another site gets no file in."""
    mia = join("mia")
    stranger = Member(site.address)
    files = {"files": ("fog.png", picture()["buffer"], "image/png")}
    said = {"title": "A pier", "text": "in <b>fog</b>"}
    page = stranger._session.post(site.address + "/share", data=said, files=files, timeout=30)
    page = stranger.send(page, "/auth/sign_in", name="mia", password=PASSWORD)
    assert ">A pier\nin &lt;b&gt;fog&lt;/b&gt;</textarea>" in page.text
    assert "did not come along" in page.text
    page = mia._session.post(site.address + "/share", data=said, files=files, timeout=30,
                             headers={"sec-fetch-site": "cross-site"})
    assert "media" not in page.url and "did not come along" in page.text
    page = mia._session.post(site.address + "/share", data=said, files=files, timeout=30)
    assert "media=" in page.url and 'name="media' in page.text
