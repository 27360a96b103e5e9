"""Ways in, through the pages of the real program: devices and apps, their end; codes after the password; what is asked
of whoever lost everything."""

import re
from datetime import timedelta

import pyotp
import pytest
from msgspec.structs import replace

from petrel import app, settings
from petrel.api.http.limits import Limits
from petrel.core import clock, limits
from petrel.core.doors import reading, writing
from petrel.core.errors import NotFound
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts
from tests.web.someone import PASSWORD, Someone, front_door
from tests.web.test_pages import assert_is_sound

SYSTEM = System("tests")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
         "Safari/537.36")


class Sitting(Someone):
    """Somebody whose browser says what it is."""

    def __init__(self, site: object, agent: str) -> None:
        super().__init__(site)
        self.agent = agent

    async def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None):
        return await super().ask(method, path, body, {**(headers or {}), "user-agent": self.agent})

    async def sign_in(self, name: str, password: str = PASSWORD):
        return await self.submit("/auth/sign_in", "/auth/sign_in", name=name, password=password)


async def test_somebody_ends_a_browser_and_an_app_from_afar(site):
    door = await front_door()
    desk, phone = Sitting(door, FIREFOX), Sitting(door, PHONE)
    await desk.join("devi")
    assert (await phone.sign_in("devi")).status == 303
    async with writing(SYSTEM, cause="tests") as w:
        made = await accounts.oauth.register(w, "Bird <Watch>", ["https://app.example/back"], "read push")
        me = (await accounts.ids_by_handle(w, ["devi"]))["devi"]
        token = (await accounts.issue(w, me, made.app.id, ["read", "push"])).token
        await accounts.issue(w, me, None, ["read"])
    bearer = {"authorization": f"Bearer {token}"}
    assert (await Someone(door).ask("GET", "/api/v1/preferences", headers=bearer)).status == 200

    page = await desk.get("/settings/devices")
    assert_is_sound(page.text)
    assert "Firefox on Linux" in page.text and "Chrome on Android" in page.text
    assert "Bird &lt;Watch&gt;" in page.text and "See everything you can see" in page.text
    ends = re.findall(r'name="end" value="(\d+)">([^<]+)<', page.text)
    assert sorted(word for _, word in ends) == ["Sign out", "Take access away", "Take access away"], "all but this one"
    assert "A program without a name" in page.text

    stranger = await Someone(door).join("other")
    for number, _ in ends:
        assert (await stranger.submit("/settings/devices", "/settings/devices", end=number)).status == 404
    for number, _ in ends:
        assert (await desk.submit("/settings/devices", "/settings/devices", end=number)).status == 303
    assert (await phone.get("/settings/devices")).location.startswith("/auth/sign_in")
    assert (await Someone(door).ask("GET", "/api/v1/preferences", headers=bearer)).status == 401
    assert (await desk.get("/settings/devices")).status == 200


async def test_everywhere_else_at_once(site):
    door = await front_door()
    here, there = Sitting(door, FIREFOX), Sitting(door, PHONE)
    await here.join("elle")
    await there.sign_in("elle")
    done = await here.submit("/settings/devices", "/settings/devices", act="elsewhere")
    assert done.location == "/settings/devices?ended=all"
    assert (await there.get("/settings")).location.startswith("/auth/sign_in")
    page = (await here.get("/settings/devices")).text
    assert "Chrome" not in page and 'value="elsewhere" disabled' in page


async def test_the_day_of_last_use_is_written_once_for_many(site):
    door = await front_door()
    one = await Someone(door).join("usa")
    accounts.uses._noted.clear()
    accounts.uses._waiting.clear()
    before = site.queries
    await one.get("/settings")
    first = site.queries - before
    await one.get("/settings")
    assert site.queries - before == 2 * first, "to be used writes nothing at once"
    [number] = accounts.uses._waiting
    assert await accounts.uses.write([number]) == 1
    assert await accounts.uses.write([number]) == 0, "known for today"
    async with reading(SYSTEM) as r:
        assert await r.value("select used_on = current_date from accounts.token where id = $1", number)


async def set_up(one: Someone) -> tuple[str, list[str]]:
    """The secret, as the app has it, and the recovery codes."""
    page = await one.get("/settings/security/codes")
    assert_is_sound(page.text)
    assert "no-store" in page.headers["cache-control"] and "script" not in page.headers["content-security-policy"]
    secret = re.search(r'class="secret"><code>([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
    wrong = await one.post("/settings/security/codes", **{**page.hidden, "code": "000000"})
    assert wrong.status == 422 and secret in wrong.text.replace(" ", ""), "the same secret is shown again"
    done = await one.post("/settings/security/codes", **{**page.hidden, "code": now(secret)})
    assert done.status == 200 and "no-store" in done.headers["cache-control"]
    codes = re.findall(r"<li><code>([a-z0-9]{5}-[a-z0-9]{5})</code></li>", done.text)
    assert len(set(codes)) == 10
    return secret, codes


def now(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30 * steps))


async def step_of(one: Someone, name: str, password: str = PASSWORD) -> dict[str, str]:
    """Signs in as far as the code; the form that asks for it."""
    asked = await one.submit("/auth/sign_in", "/auth/sign_in", name=name, password=password)
    assert asked.status == 200 and "And your code" in asked.text, asked.text
    assert_is_sound(asked.text)
    return asked.hidden


async def test_who_asks_for_codes_is_asked_for_them(site):
    door = await front_door()
    one = await Someone(door).join("cody")
    secret, recovery = await set_up(one)
    assert "Codes from an app" in (await one.get("/settings/security")).text

    thief = Someone(door)
    form = await step_of(thief, "cody")
    assert (await thief.get("/settings")).location.startswith("/auth/sign_in"), "the password alone opens nothing"
    assert (await thief.post("/auth/step", **{**form, "code": "123456"})).status == 422
    assert (await thief.post("/auth/step", **{**form, "code": now(secret)})).status == 422, "used when it was set up"
    assert (await thief.post("/auth/step", **{**form, "step": form["step"][:-9] + "A" * 9})).status == 303

    later = Someone(door)
    form = await step_of(later, "cody")
    assert (await later.post("/auth/step", **{**form, "code": now(secret, 1)})).location == "/"
    assert (await later.get("/settings")).status == 200
    again = Someone(door)
    form = await step_of(again, "cody")
    assert (await again.post("/auth/step", **{**form, "code": now(secret, 1)})).status == 422, "taken once"

    for code, status in ((recovery[3].upper().replace("-", " "), 303), (recovery[3], 422), (recovery[4], 303)):
        lost = Someone(door)
        form = await step_of(lost, "cody")
        assert (await lost.post("/auth/step", **{**form, "code": code})).status == status, code
    assert "You have 8 of ten recovery codes left" in (await one.get("/settings/security")).text
    async with reading(SYSTEM) as r:
        kept = [row[0] for row in await r.fetch("select digest from accounts.recovery_code")]
    assert len(kept) == 10 and not any(code.encode() in digest for code in recovery for digest in kept)


async def test_to_sign_in_again_takes_a_code_too_and_taking_them_off_takes_that(site):
    door = await front_door()
    one = await Someone(door).join("agnes")
    secret, _ = await set_up(one)
    async with writing(SYSTEM, cause="tests") as w:
        await w.execute("update accounts.token set made_at = now() - interval '1 hour'")
        w.record("accounts.token.swept", 0)
    refused = await one.submit("/settings/devices", "/settings/security/recovery", act="off")
    assert refused.location.startswith("/auth/again")
    asked = await one.get("/auth/again?next=/settings/security")
    assert_is_sound(asked.text)
    for code, status in (("", 422), ("999999", 422), (now(secret, 1), 303)):
        answer = await one.post("/auth/again", **{**asked.hidden, "password": PASSWORD, "code": code})
        assert answer.status == status, (code, answer.text)
    assert "renew" in (await one.get("/settings/security")).text
    renewed = await one.submit("/settings/security", "/settings/security/recovery", act="renew")
    assert len(re.findall(r"<li><code>", renewed.text)) == 10
    assert (await one.submit("/settings/security", "/settings/security/recovery", act="off")).status == 303
    back = Someone(door)
    assert (await back.submit("/auth/sign_in", "/auth/sign_in", name="agnes", password=PASSWORD)).status == 303


async def test_a_code_cannot_be_guessed_by_trying(site):
    app.load_api()
    limits.install(replace(limits.current(), rate_limits=True))
    door = await app.web_app(settings.Settings(data="unused", nothing_after_ms=0), Limits(on=True))
    plain = await front_door()
    one = await Someone(plain).join("gus")
    secret, _ = await set_up(one)
    thief = Someone(door)
    form = await step_of(thief, "gus")
    tried = [(await thief.post("/auth/step", **{**form, "code": f"{n:06}"})).status for n in range(12)]
    assert tried[0] == 422 and tried[-1] == 429 and tried.count(422) <= 10
    assert (await thief.post("/auth/step", **{**form, "code": now(secret, 1)})).status == 429


async def test_another_password_ends_a_sign_in_that_waits_and_every_other_session(site):
    door = await front_door()
    one, there = await Someone(door).join("pam"), Someone(door)
    secret, _ = await set_up(one)
    waiting = Someone(door)
    form = await step_of(waiting, "pam")
    await there.submit("/auth/sign_in", "/auth/sign_in", name="pam", password=PASSWORD)
    for fields, status in (({"current": "wrong"}, 422), ({"password_again": "x"}, 422), ({"password": "x",
                                                         "password_again": "x"}, 422), ({}, 303)):
        sent = {"current": PASSWORD, "password": "a new long one", "password_again": "a new long one", **fields}
        assert (await one.submit("/settings/security", "/settings/security/password", **sent)).status == status, fields
    late = await waiting.post("/auth/step", **{**form, "code": now(secret, 1)})
    assert late.location.startswith("/auth/sign_in?late=1")
    assert "That took too long" in (await waiting.get(late.location)).text
    assert (await one.get("/settings")).status == 200
    await step_of(Someone(door), "pam", "a new long one")


async def test_a_suspended_member_shows_a_code_too(site):
    door = await front_door()
    one = await Someone(door).join("sue")
    secret, _ = await set_up(one)
    async with writing(SYSTEM, cause="tests") as w:
        me = (await accounts.ids_by_handle(w, ["sue"]))["sue"]
        await accounts.restrict(w, me, "suspended")
    back = Someone(door)
    form = await step_of(back, "sue")
    came = await back.post("/auth/step", **{**form, "code": now(secret, 1)})
    assert came.location == "/settings/moderation" and (await back.get("/settings/moderation")).status == 200
    data = Someone(door)
    asked = await data.submit("/auth/data", "/auth/data", name="sue", password=PASSWORD)
    assert "And your code" in asked.text


async def test_the_crew_takes_codes_off_and_every_way_in_ends(site):
    door = await front_door()
    one = await Someone(door).join("lost")
    await set_up(one)
    async with writing(SYSTEM, cause="tests") as w:
        me = (await accounts.ids_by_handle(w, ["lost"]))["lost"]
        assert await accounts.codes.take_off(w, me)
        assert not await accounts.codes.take_off(w, me), "there are none any more"
    assert (await one.get("/settings")).location.startswith("/auth/sign_in")
    back = Someone(door)
    assert (await back.submit("/auth/sign_in", "/auth/sign_in", name="lost", password=PASSWORD)).status == 303
    member = Member(me, b"", frozenset())
    with pytest.raises(NotFound):
        async with writing(member, cause="tests") as w:
            await accounts.codes.take_off(w, me)


async def test_an_app_learns_nothing_of_ways_in(site):
    door = await front_door()
    one = await Someone(door).join("apolline")
    await set_up(one)
    async with writing(SYSTEM, cause="tests") as w:
        me = (await accounts.ids_by_handle(w, ["apolline"]))["apolline"]
        token = (await accounts.issue(w, me, None, ["read", "write"])).token
    async with reading(Anonymous()) as r:
        member = await accounts.resolve(r, accounts.digest_of(token))
    async with reading(member) as r:
        assert await accounts.sessions(r) == []
        assert (await accounts.codes.standing(r)).since is None
        assert await accounts.passkeys.own(r) == []
    for call in (accounts.codes.disable, accounts.codes.renew):
        with pytest.raises(accounts.NotFresh):
            async with writing(member, cause="tests") as w:
                await call(w)
