"""The owner sets the site up in the browser: pages, drafts, settings; nobody else gets there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from petrel import app, settings
from petrel.core import choices, limits
from petrel.core.doors import Doors, writing
from petrel.core.viewer import System
from petrel.features import accounts
from petrel.outside import mail
from tests.web.browser import Browser
from tests.web.someone import PASSWORD, Someone, front_door
from tests.web.test_pages import assert_is_sound

STEPS = ("site", "contact", "rules", "imprint", "privacy", "terms", "joining", "mail", "backups", "end")


@pytest.mark.parametrize("step", STEPS)
def test_every_page_stands(step: str) -> None:
    answer = Browser(who="mira").get(f"/setup/steps/{step}")
    assert answer.status == 200
    assert_is_sound(answer.text)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    before = limits.current()
    yield tmp_path
    limits.install(before)
    mail.install(None)
    choices.install(None)


async def owner(handle: str, kept: Path) -> Someone:
    async with writing(System("tests"), cause="tests") as w:
        link = "/setup/" + await accounts.make_setup_link(w)
    first = Someone(await front_door())
    choices.install(app.KeptSettings(settings.Settings(data=str(kept))))
    answer = await first.submit(link, link, handle=handle, password=PASSWORD, password_again=PASSWORD)
    assert answer.location == "/setup/steps/site"
    return first


async def fill(who: Someone, step: str, **fields: str) -> str:
    """Where it goes on."""
    answer = await who.submit(f"/setup/steps/{step}", f"/setup/steps/{step}", **fields)
    assert answer.status == 303, answer.text
    return answer.location


async def test_the_owner_goes_through_all_of_it(site: Doors, kept: Path) -> None:
    keeper = await owner("keeper", kept)
    assert await fill(keeper, "site", site_name="Harbour", site_description="Of boats") == "/setup/steps/contact"
    await fill(keeper, "contact", contact_email="crew@harbour.example", people="crew@harbour.example",
               authorities="law@harbour.example", languages="English, Deutsch")
    await fill(keeper, "rules", text="- Be kind\n  To everybody.\n- No spam")
    assert await fill(keeper, "backups") == "/setup/steps/end"

    now = settings.load(str(kept), environment={})
    assert (now.site_name, now.contact_email) == ("Harbour", "crew@harbour.example")
    assert limits.current().site_name == "Harbour"          # in this process at once
    about = (await Someone(keeper.site).get("/about")).text
    assert "law@harbour.example" in about and "Deutsch" in about
    rules = (await Someone(keeper.site).get("/about/rules")).text
    assert "Be kind" in rules and "To everybody" in rules
    assert "filled in" in (await keeper.get("/setup/steps/site")).text
    assert "Imprint" in (await keeper.get("/setup/steps/end")).text


async def test_who_may_join_is_never_passed_over_whatever_was_chosen(site: Doors, kept: Path) -> None:
    keeper = await owner("keeper5", kept)
    for word, said in (("approval", "whoever you let in"), ("invite", "whoever has an invitation")):
        await fill(keeper, "joining", registrations=word)
        end = (await keeper.get("/setup/steps/end")).text
        over, _, today = end.partition("Today")
        assert "/setup/steps/joining" not in over.partition("Passed over")[2] and said in today
    assert "by invitation" in (await keeper.get("/setup/steps/site")).text


async def test_a_draft_with_blanks_is_not_published_by_mistake(site: Doors, kept: Path) -> None:
    keeper = await owner("keeper2", kept)
    shown = await keeper.get("/setup/steps/imprint")
    assert "This is a draft" in shown.text and "[Street and number]" in shown.text
    form = shown.hidden
    text = "## Us\n[Street and number]"
    refused = await keeper.post("/setup/steps/imprint", csrf=form["csrf"], text=text)
    assert refused.status == 422 and "Still to be filled in: [Street and number]" in refused.text
    assert (await Someone(keeper.site).get("/imprint")).status == 404
    assert await fill(keeper, "imprint", text=text, anyway="1") == "/setup/steps/privacy"
    assert "Street and number" in (await Someone(keeper.site).get("/imprint")).text


async def test_a_password_is_never_shown_and_stays_when_it_is_not_typed_anew(site: Doors, kept: Path) -> None:
    keeper = await owner("keeper3", kept)
    await fill(keeper, "mail", mail_server="smtp.example", mail_port="465", mail_security="tls", mail_user="me",
               mail_password="sesame 4711", mail_from="")
    shown = (await keeper.get("/setup/steps/mail")).text
    assert "sesame" not in shown and 'value="***"' in shown
    await fill(keeper, "mail", mail_server="127.0.0.1", mail_port="9", mail_security="tls", mail_user="me",
               mail_password="***", mail_from="")
    now = settings.load(str(kept), environment={})
    assert (now.mail_server, now.mail_port, now.mail_password) == ("127.0.0.1", 9, "sesame 4711")
    # Another process sends the letter, which has not taken the settings over.
    limits.install(limits.Limits())
    mail.install(None)
    form = (await keeper.get("/setup/steps/site")).hidden
    mail.install(None)
    tried = await keeper.post("/setup/steps/mail", csrf=form["csrf"], act="test", to="me@bird.example")
    assert tried.status == 503 and "127.0.0.1" in tried.text and "Save the name" not in tried.text
    # What was typed is kept before the letter is tried.
    tried = await keeper.submit("/setup/steps/mail", "/setup/steps/mail", mail_port="11", act="test",
                                to="me@bird.example")
    assert tried.status == 503 and settings.load(str(kept), environment={}).mail_port == 11
    bad = await keeper.submit("/setup/steps/mail", "/setup/steps/mail", mail_port="many")
    assert bad.status == 422 and "mail_port" in bad.text


async def test_nobody_else_gets_there(site: Doors, kept: Path) -> None:
    keeper = await owner("keeper4", kept)
    stranger = Someone(keeper.site)
    assert (await stranger.get("/setup/steps/site")).status == 303
    member = await Someone(keeper.site).join("plain_member")
    page = await member.get("/")
    for path in ("/setup/steps/site", "/setup/steps/end", "/setup/steps/nothing"):
        assert (await member.get(path)).status == 404
    sent = await member.post("/setup/steps/site", csrf=page.hidden["csrf"], site_name="Mine")
    assert sent.status == 404 and limits.current().site_name != "Mine"
    assert (await keeper.get("/setup/steps/nothing")).status == 404
