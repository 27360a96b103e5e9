"""What mail leads to, through the pages of the real program and a real post office."""

import re

import pyotp
import pytest
from msgspec.structs import replace

from petrel import app
from petrel.core import limits
from petrel.core.doors import current, deriving, reading, writing
from petrel.core.viewer import System
from petrel.features import accounts, mail, moderation
from petrel.features.mail import commands
from petrel.worker import jobs
from tests.crew import crew
from tests.drain import drain
from tests.features.mail.post_office import Office, office
from tests.people import act
from tests.web.someone import PASSWORD, Someone, front_door
from tests.web.test_pages import assert_is_sound

SYSTEM = System("tests")


@pytest.fixture
def post_for(site):
    app.load_rooms()
    before = limits.current()
    limits.install(replace(before, base_url="https://birds.example", site_name="Birds"))
    yield
    limits.install(before)


async def member(handle: str, *, confirmed: bool = True) -> int:
    hashed = await accounts.hash_password(PASSWORD)
    async with writing(SYSTEM, cause="tests") as w:
        made = await accounts.create(w, accounts.NewAccount(handle, email=f"{handle}@nest.example"), secret_hash=hashed)
        if confirmed:
            await accounts.confirm_email(w, await accounts.make_confirm_link(w, made.id))
    return made.id


def link_in(post: Office) -> str:
    found = re.search(r"https://birds\.example(/auth/\S+)", post.text())
    assert found
    return found[1]


async def sign_in(one: Someone, name: str, password: str = PASSWORD) -> int:
    return (await one.submit("/auth/sign_in", "/auth/sign_in", name=name, password=password)).status


async def test_who_forgot_the_password_gets_in_again_and_everybody_else_out(post_for):
    await member("anna")
    site = await front_door()
    thief, anna = Someone(site), Someone(site)
    assert await sign_in(thief, "anna") == 303
    async with office() as post:
        asked = await anna.submit("/auth/forgot", "/auth/forgot", email="Anna@nest.example ")
        assert "Look into your mail" in asked.text
        await jobs.drain()
        link = link_in(post)
    shown = await anna.get(link)
    assert_is_sound(shown.text)
    assert shown.headers["referrer-policy"] == "no-referrer" and "no-store" in shown.headers["cache-control"]
    wrong = await anna.submit(link, link, password="another one", password_again="not the same")
    assert wrong.status == 422
    done = await anna.submit(link, link, password="another one", password_again="another one")
    assert "Your password is set" in done.text
    assert (await thief.get("/settings/mail")).location.startswith("/auth/sign_in")
    assert await sign_in(anna, "anna", "another one") == 303
    assert await sign_in(Someone(site), "anna") == 422
    assert (await Someone(site).get(link)).status == 404


async def test_nothing_tells_whether_an_address_is_known(post_for):
    """Neither words nor work: the same statements for both, and all that differs comes later, in a job."""
    await member("ben")
    site = await front_door()
    async with office() as post:
        told = []
        for address in ("ben@nest.example", "nobody@nest.example"):
            one = Someone(site)
            form = (await one.get("/auth/forgot")).hidden
            before = current().queries
            answer = await one.post("/auth/forgot", **form, email=address)
            told.append((answer.status, answer.text, current().queries - before,
                         sorted(name for name in answer.headers if name != "date")))
        assert told[0] == told[1]
        async with reading(SYSTEM) as r:
            args = [row[0] for row in await r.fetch("select args::text from ops.job where name = $1", commands.RESET)]
        assert len(args) == 2 and "nest.example" not in "".join(args) and len(args[0]) == len(args[1])
        await jobs.drain()
        assert [e.rcpt_tos for e, _ in post.taken] == [["ben@nest.example"]]


async def test_a_button_pressed_often_sends_one_letter(post_for):
    await member("cleo")
    site = await front_door()
    async with office() as post:
        for _ in range(4):
            await Someone(site).submit("/auth/forgot", "/auth/forgot", email="cleo@nest.example")
            await jobs.drain()
        assert len(post.taken) == 1


async def test_a_newcomer_confirms_by_a_button_and_not_by_a_virus_scanner(post_for):
    limits.install(replace(limits.current(), email_confirmation=True))
    site = await front_door()
    dan = Someone(site)
    async with office() as post:
        asked = await dan.submit("/auth/sign_up", "/auth/sign_up", handle="dan", email="dan@nest.example",
                                 password=PASSWORD, password_again=PASSWORD, agreement="1")
        assert "Look into your mail" in asked.text
        await drain("mail.confirmations")
        await jobs.drain()
        link = link_in(post)
        assert await sign_in(dan, "dan") != 303
        assert_is_sound((await Someone(site).get(link)).text)          # opened by a machine: nothing happens
        assert await sign_in(dan, "dan") != 303
        assert "confirmed" in (await dan.submit(link, link)).text
        assert await sign_in(dan, "dan") == 303
        # Twice, and one that never was, are answered alike.
        assert [(await Someone(site).submit(at, at)).status for at in (link, "/auth/confirm/nonsense")] == [404, 404]


async def test_who_lost_the_first_letter_asks_on_the_page_of_the_forgotten_password(post_for):
    limits.install(replace(limits.current(), email_confirmation=True))
    site = await front_door()
    await Someone(site).submit("/auth/sign_up", "/auth/sign_up", handle="eve", email="eve@nest.example",
                               password=PASSWORD, password_again=PASSWORD, agreement="1")
    async with office() as post:
        await Someone(site).submit("/auth/forgot", "/auth/forgot", email="eve@nest.example")
        await jobs.drain()
        assert link_in(post).startswith("/auth/confirm/")


async def test_without_mail_the_crew_makes_the_link(post_for):
    fay = await member("fay")
    one = Someone(await front_door())
    assert "sends no mail" in (await one.get("/auth/forgot")).text
    async with writing(SYSTEM, cause="tests") as w:
        link = "/auth/reset/" + await accounts.resets.make(w, fay, useful_s=accounts.resets.BY_THE_CREW_S)
    await one.submit(link, link, password="from the crew", password_again="from the crew")
    assert await sign_in(one, "fay", "from the crew") == 303


async def test_one_click_of_a_mail_program_ends_the_letters(post_for):
    gus = await member("gus")
    site = await front_door()
    one = Someone(site)
    assert await sign_in(one, "gus") == 303
    async with office() as post:
        assert "Saved" in (await one.submit("/settings/mail", "/settings/mail", act="wishes", digest="1")).text
        async with writing(SYSTEM, cause="tests") as w:
            assert await mail.queue(w, gus, "digest", {})
        await jobs.drain()
        link = post.last()["List-Unsubscribe"].strip("<>").removeprefix("https://birds.example")
    program = Someone(site)                                             # no cookie, no page, no token of a form
    answer = await program.ask("POST", link, b"List-Unsubscribe=One-Click",
                               {"content-type": "application/x-www-form-urlencoded"})
    assert answer.status == 200
    assert 'value="1" checked' not in (await one.get("/settings/mail")).text
    forged = await program.ask("POST", link[:-1] + "!", b"List-Unsubscribe=One-Click", {})
    assert (forged.status, forged.text) == (answer.status, answer.text)


async def test_another_address_takes_the_password_and_the_old_one_is_told(post_for):
    await member("hal")
    site = await front_door()
    hal = Someone(site)
    assert await sign_in(hal, "hal") == 303
    async with office() as post:
        no = await hal.submit("/settings/mail", "/settings/mail", act="address", email="new@nest.example",
                              password="guessed it")
        assert no.status == 422 and "not your password" in no.text
        yes = await hal.submit("/settings/mail", "/settings/mail", act="address", email="new@nest.example",
                               password=PASSWORD)
        assert_is_sound(yes.text)
        assert "new@nest.example" in yes.text and "not confirmed" in yes.text
        await jobs.drain()
        assert sorted(e.rcpt_tos[0] for e, _ in post.taken) == ["hal@nest.example", "new@nest.example"]
        # Neither signs in before the new one is confirmed: not the old, which was given up.
        assert [await sign_in(Someone(site), f"{name}@nest.example") for name in ("hal", "new")] == [422, 422]
        confirm = next(str(m.get_body(("plain",)).get_content()) for m in post.letters if m["To"] == "new@nest.example")
    link = re.search(r"https://birds\.example(/auth/\S+)", confirm)[1]
    await hal.submit(link, link)
    assert await sign_in(Someone(site), "new@nest.example") == 303


async def test_who_is_erased_gets_nothing_more(post_for):
    from petrel.features.mail import erasing

    ida = await member("ida")
    async with office() as post:
        async with writing(SYSTEM, cause="tests") as w:
            await mail.queue(w, ida, "reset", {"link": "x"})
        await erasing.destroy_keys(ida, "")
        await erasing.erase(ida, "")
        await jobs.drain()
        assert not post.taken
    async with deriving("tests") as w:
        assert not await w.value("select count(*) from mail.letter where account = $1", ida)


async def test_what_changes_about_signing_in_is_told_by_mail(post_for):
    await member("wilma")
    one = Someone(await front_door())
    await sign_in(one, "wilma")
    async with office() as post:
        form = (await one.get("/settings/security/codes")).hidden
        secret = re.search(r'class="secret"><code>([A-Z2-7 ]+)<', (await one.post(
            "/settings/security/codes", **{**form, "code": "000000"})).text)
        code = pyotp.TOTP(secret[1].replace(" ", "")).now()
        assert (await one.post("/settings/security/codes", **{**form, "code": code})).status == 200
        await one.submit("/settings/security", "/settings/security/password", current=PASSWORD,
                         password="another long one", password_again="another long one")
        await jobs.drain()
        assert [letter["subject"] for letter in post.letters] == ["Codes are asked for when you sign in",
                                                                   "Your password was changed"]
        assert "https://birds.example/auth/forgot" in post.text() and "@wilma" in post.text()


async def test_another_address_is_none_that_the_crew_keeps_away(post_for):
    await member("jo")
    jo = Someone(await front_door())
    assert await sign_in(jo, "jo") == 303
    admin, = await crew(warden="admin")
    for kind, name in (("mail", "throwaway.example"), ("mailbox", "pest@nest.example")):
        await act(admin, moderation.blocks.put, moderation.block_rules.NewBlock(kind, name, 1))
    for typed in ("jo@throwaway.example", "p.est+again@nest.example"):
        no = await jo.submit("/settings/mail", "/settings/mail", act="address", email=typed, password=PASSWORD)
        assert no.status == 422 and "is not one that this site takes" in no.text, typed
    assert "jo@nest.example" in (await jo.get("/settings/mail")).text
