"""The site as an app of the device: manifest, frame and worker, and what signing out leaves in the browser."""

import re
from pathlib import Path

from petrel.core import limits
from petrel.web import built
from tests.web.browser import Browser

MANIFEST = """{"src/main.tsx": {"file": "main-abc.js"}, "src/locales/de.json": {"file": "de-123.js"}}"""


def build_into(folder: Path) -> None:
    (folder / "worker").mkdir(parents=True)
    (folder / "manifest.json").write_text(MANIFEST)
    (folder / built.WORKER).write_text("the worker")
    (folder / "main-abc.js").write_text("the app")
    built.app.cache_clear()


def test_the_manifest_speaks_the_readers_language() -> None:
    said = Browser().get("/manifest.webmanifest", accept_language="de")
    assert said.headers["content-type"].startswith("application/manifest+json")
    assert '"lang":"de"' in said.text and '"display":"standalone"' in said.text and '"purpose":"maskable"' in said.text
    assert "manifest" not in Browser().get("/").text, "visitors' pages name none"


def test_the_frame_is_a_members_and_shows_nothing(app_folder: Path) -> None:
    assert Browser().get("/shell").status == 303
    assert Browser(who="mira").get("/shell").status == 404, "without the app there is nobody to fill it"
    build_into(app_folder)
    page = Browser(who="mira").get("/shell")
    told = re.search(r'data-me="(\d+)"', page.text)
    assert page.status == 200 and told and page.headers["x-petrel-me"] == told[1]
    assert "<article" not in page.text and "csrf" not in page.text


def test_the_worker_can_be_ended_by_the_operator(app_folder: Path) -> None:
    assert "unregister()" in Browser().get("/sw.js").text, "no app, no worker"
    build_into(app_folder)
    usual = Browser().get("/sw.js")
    assert usual.text.startswith('const FILES = ["/static/app.') and usual.text.endswith("the worker")
    assert '"/static/app/main-abc.js"' in usual.text and "de-123.js" not in usual.text
    assert usual.headers["cache-control"] == "no-cache" and "x-petrel-me" not in usual.headers
    limits.install(limits.Limits(offline=False))
    try:
        last = Browser().get("/sw.js").text
        assert "unregister()" in last and "FILES" not in last
    finally:
        limits.install(limits.Limits())


def test_signing_out_empties_the_browser() -> None:
    mira = Browser(who="mira")
    left = mira.submit("/auth/sign_out", "/auth/sign_out")
    assert left.status == 303 and left.headers["clear-site-data"] == '"storage"'
