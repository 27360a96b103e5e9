"""Coming in, and the crew's page of it, through the pages of the real program."""

import hashlib
import re

import pytest
from msgspec.structs import replace

from petrel import app
from petrel.core import limits
from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import accounts, signup
from petrel.features.signup import work
from petrel.ops import changes
from tests.web.someone import PASSWORD, Someone, front_door
from tests.web.test_pages import assert_is_sound

SYSTEM = System("tests")


@pytest.fixture
def choose(site):
    app.load_rooms()
    before = limits.current()
    yield lambda **changes: limits.install(replace(limits.current(), **changes))
    limits.install(before)


async def crew(site: object, handle: str) -> Someone:
    one = await Someone(site).join(handle)
    async with writing(SYSTEM, cause="tests") as w:
        found = await accounts.find(w, handle)
        await accounts.set_role(w, found.id, "moderator")
    return one


def form(handle: str, **more: str) -> dict[str, str]:
    return {"handle": handle, "password": PASSWORD, "password_again": PASSWORD, "agreement": "1", **more}


async def test_somebody_asks_and_the_crew_lets_them_in(choose):
    site = await front_door()
    desk = await crew(site, "una")
    choose(registrations="approval", signup_question="What do you watch?")
    ben = Someone(site)
    page = await ben.get("/auth/sign_up")
    assert "What do you watch?" in page.text and 'name="invite"' not in page.text
    assert_is_sound(page.text)
    empty = await ben.submit("/auth/sign_up", "/auth/sign_up", **form("ben"))
    assert empty.status == 422 and 'id="reason-wrong"' in empty.text
    asked = await ben.submit("/auth/sign_up", "/auth/sign_up", **form("ben", reason="<b>Terns</b>"))
    assert "Your account waits" in asked.text
    assert (await ben.submit("/auth/sign_in", "/auth/sign_in", name="ben", password=PASSWORD)).status == 403

    assert (await Someone(site).get("/desk/arrivals")).location.startswith("/auth/sign_in")
    shown = await desk.get("/desk/arrivals")
    assert_is_sound(shown.text)
    assert "&lt;b&gt;Terns&lt;/b&gt;" in shown.text or "&lt;b&gt;Terns&lt;&#x2f;b&gt;" in shown.text
    [button] = re.findall(r'value="(admit \d+)"', shown.text)
    assert (await desk.submit("/desk/arrivals", "/desk/arrivals", act=button)).status == 303
    assert (await ben.submit("/auth/sign_in", "/auth/sign_in", name="ben", password=PASSWORD)).status == 303
    # A member sees no desk.
    assert (await ben.get("/desk/arrivals")).status == 404
    assert (await ben.submit("/settings/mail", "/desk/arrivals", act="shut")).status == 404


async def test_a_wave_ends_and_is_undone_by_one_button_and_brought_back_by_another(choose):
    site = await front_door()
    desk = await crew(site, "vera")
    async with reading(SYSTEM) as r:
        before = (await r.row("select count(*) as n from signup.arrival"))["n"]
    choose(signups_an_hour=2 * before + 4)      # two come in; who comes from half of the wave on waits
    while not (await signup.gate()).is_shut:
        before += 1
        await Someone(site).submit("/auth/sign_up", "/auth/sign_up", **form(f"bot{before}"))
    refused = await Someone(site).submit("/auth/sign_up", "/auth/sign_up", **form("late"))
    assert refused.status == 403 and "invitation" in refused.text

    shown = await desk.get("/desk/arrivals")
    assert "The gate is shut" in shown.text
    [button] = re.findall(r'value="(undo [^"]+)"', shown.text)
    [waiting] = re.findall(r"Also the (\d+) of the wave who still wait", shown.text)
    choose(accounts_at_once=1)
    planned = await desk.submit("/desk/arrivals", "/desk/arrivals", act=button)
    after = await desk.get(planned.location)
    [number] = re.findall(r"petrel changes start (\d+)", after.text)
    assert_is_sound(after.text)
    assert "taken back" not in after.text and "not begun yet" in after.text
    async with reading(SYSTEM) as r:
        assert (await changes.find(r, int(number))).state == "planned"
    choose(accounts_at_once=60)
    done = await desk.submit("/desk/arrivals", "/desk/arrivals", act=button)
    assert re.fullmatch(r"/desk/arrivals\?done=\d+", done.location) and not done.location.endswith("=0")
    after = await desk.get(done.location)
    assert_is_sound(after.text)
    assert "taken back" in after.text and f"Also the {waiting} of the wave" in after.text
    both = await desk.submit("/desk/arrivals", "/desk/arrivals", act=button, waiting="1")
    assert both.location.endswith(f"?done={waiting}")
    after = await desk.get(both.location)
    assert "of the wave who still wait" not in after.text
    [back] = re.findall(r'value="(back [^"]+)"', after.text)
    again = await desk.submit("/desk/arrivals", "/desk/arrivals", act=back)
    assert int(again.location.rpartition("=")[2]) == int(done.location.rpartition("=")[2]) + int(waiting)
    await desk.submit("/desk/arrivals", "/desk/arrivals", act="open")
    assert not (await signup.gate()).is_shut
    for act in ("undo x y", "admit", "refuse 1", "", "undo 2026-01-01 2026-01-02"):
        assert (await desk.submit("/desk/arrivals", "/desk/arrivals", act=act)).status in (404, 422), act


async def test_a_browser_does_the_work_and_one_without_script_waits(choose):
    site = await front_door()
    choose(signup_work=9)
    one = Someone(site)
    page = await one.get("/auth/sign_up")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    source = re.search(r'<script src="(/static/work\.[0-9a-f]+\.js)" defer>', page.text)
    script = await one.get(source[1])
    assert script.status == 200 and script.headers["content-type"].startswith("text/javascript")
    challenge = page.hidden["challenge"]
    proof = next(str(i) for i in range(10**6) if work.zeros(
        hashlib.sha256(f"{challenge} worker {i}".encode()).digest()) >= 9)
    joined = await one.post("/auth/sign_up", **{**page.hidden, "proof": proof, **form("Worker")})
    assert joined.status == 303
    slow = await Someone(site).submit("/auth/sign_up", "/auth/sign_up", **form("noscript"))
    assert "Your account waits" in slow.text
    # Other pages run no script at all.
    assert "script-src" not in (await one.get("/about")).headers["content-security-policy"]


async def test_pages_go_on_in_the_language_of_the_form_until_another_is_chosen(choose):
    anna = await Someone(await front_door(), "de").join("annegret")
    anna.language = "en"
    assert '<html lang="de"' in (await anna.get("/")).text
    chosen = await anna.submit("/settings/appearance", "/settings/appearance", language="")
    assert chosen.status == 303 and '<html lang="en"' in (await anna.get("/")).text
