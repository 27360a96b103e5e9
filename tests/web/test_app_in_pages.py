"""Pages of members carry the app where it was built; visitors, and pages without it, get no script at all."""

import gzip
import re
from pathlib import Path

import pytest

from petrel.core.doors import Doors
from petrel.web import built
from tests.web.browser import Browser
from tests.web.someone import Someone, front_door, joined

SCRIPT = "export const petrel = 1;\n" * 100
MANIFEST = """{"src/main.tsx": {"file": "main-abc.js", "css": ["main-def.css"], "imports": ["_part.js"]},
               "_part.js": {"file": "part-123.js"}}"""
APP = {"x-petrel-app": "1", "sec-fetch-site": "same-origin"}


@pytest.fixture
def app(app_folder: Path) -> Path:
    app_folder.mkdir()
    (app_folder / "manifest.json").write_text(MANIFEST)
    (app_folder / "main-abc.js").write_text(SCRIPT)
    (app_folder / "main-def.css").write_text(".pill { color: red; }")
    return app_folder


def test_a_members_page_carries_the_app_and_says_who_they_are(app: Path) -> None:
    page = Browser(who="mira").get("/")
    head, _, body = page.text.partition("<body")
    assert '<script type="module" src="/static/app/main-abc.js"></script>' in head
    assert '<link rel="stylesheet" href="/static/app/main-def.css">' in head
    assert '<link rel="modulepreload" href="/static/app/part-123.js">' in head
    assert 'data-handle="mira"' in body.partition(">")[0]
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert re.search(r'<script src="/static/early\.[0-9a-f]{12}\.js" async></script>', head), "asks before the app does"
    assert page.text.count("<script") == 2 and "composer" in page.text, "the page is whole all the same"


def test_visitors_get_no_script_and_no_right_to_one(app: Path) -> None:
    for path in ("/", "/public", "/@mira", "/@mira/20", "/about", "/auth/sign_up", "/nothing/here"):
        page = Browser().get(path)
        assert "<script" not in page.text and "data-me" not in page.text, path
        assert "script-src" not in page.headers["content-security-policy"], path


def test_without_a_build_the_pages_are_what_they_were(app_folder: Path) -> None:
    page = Browser(who="mira").get("/")
    assert page.status == 200 and "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert Browser().get("/static/app/main-abc.js").status == 404
    built.app.cache_clear()
    app_folder.mkdir()
    (app_folder / "manifest.json").write_text("half of it")
    assert "<script" not in Browser(who="mira").get("/").text


def test_its_files_are_kept_for_ever_and_sent_packed(app: Path) -> None:
    answer = Browser().get("/static/app/main-abc.js", **{"accept-encoding": "gzip, br"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert gzip.decompress(answer.body).decode() == SCRIPT
    assert Browser().get("/static/app/main-abc.js").text == SCRIPT
    for name in ("manifest.json", "sources.sha256", "..%2Fapp.css", "gone-000.js"):
        assert Browser().get(f"/static/app/{name}").status == 404


async def test_the_session_of_the_pages_opens_the_api_until_it_ends(site: Doors) -> None:
    door = await front_door()
    [ada] = await joined(door, "ada")
    told = await ada.ask("GET", "/api/v1/accounts/verify_credentials", headers=APP)
    assert told.status == 200 and '"username":"ada"' in told.text
    body = b'{"status":"By the app."}'
    made = await ada.ask("POST", "/api/v1/statuses", body, APP | {"content-type": "application/json"})
    assert made.status == 200 and "By the app." in (await ada.get("/")).text
    assert (await ada.ask("GET", "/api/v1/accounts/verify_credentials")).status == 401, "without the header"

    thief, later = Someone(door), Someone(await front_door())
    thief.cookies, later.cookies = dict(ada.cookies), dict(ada.cookies)
    await ada.submit("/auth/sign_out", "/auth/sign_out")
    # Who was just here may be remembered for seconds; the database is not fooled by that.
    kept = await thief.ask("GET", "/api/v1/timelines/home", headers=APP)
    assert kept.status == 401 or kept.text == "[]"
    assert (await later.ask("GET", "/api/v1/timelines/home", headers=APP)).status == 401


def test_each_address_that_the_worker_opens_the_frame_for_is_one_that_the_app_shows() -> None:
    """Else an empty frame would stand there. The other way round the compiler sees to it (`Address`)."""
    sources = Path(built.__file__).parent / "client/src"
    listed = re.search(r"ADDRESSES = \[(.*?)\] as const", (sources / "addresses.ts").read_text(), re.DOTALL)
    assert listed
    pages = "".join(path.read_text() for folder in ("pages", "inbox") for path in (sources / folder).glob("*.ts*"))
    shown = set(re.findall(r'(?:lazy\(|\b[a-z_]+: )"(/[^"]*)"', pages))
    assert not set(re.findall(r'"([^"]+)"', listed[1])) - shown
