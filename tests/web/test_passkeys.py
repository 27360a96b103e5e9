"""Passkeys in a real browser, with a device that it plays: made, used, used again, removed; and nothing of it without
script. What a device must not get away with is tried beside it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Page

from petrel.core.doors import reading, writing
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts
from tests.conftest import loop
from tests.web.seen import CHROMIUM, browser, served
from tests.web.someone import PASSWORD

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt install chromium-headless-shell")


@pytest.fixture(scope="module")
def at(site) -> Iterator[tuple[str, Any]]:
    """Where the site is, and one browser for this file."""
    address, chromium = served(), browser()
    yield (loop().run_until_complete(address.__aenter__()), loop().run_until_complete(chromium.__aenter__()))
    loop().run_until_complete(chromium.__aexit__(None, None, None))
    loop().run_until_complete(address.__aexit__(None, None, None))


async def with_device(page: Page) -> Any:
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})
    return devtools


async def joined(page: Page, address: str, handle: str) -> None:
    await page.goto(f"{address}/auth/sign_up")
    await page.fill("#handle", handle)
    await page.fill("#password", PASSWORD)
    await page.fill("#password_again", PASSWORD)
    await page.check("#agreement")
    await page.click("button:has-text('Join')")
    await page.wait_for_url(f"{address}/")


async def test_a_passkey_is_made_signs_in_and_is_removed(at) -> None:
    address, chromium = at
    context = await chromium.new_context()
    page = await context.new_page()
    page.set_default_timeout(15_000)
    await with_device(page)
    await joined(page, address, "keyla")

    await page.goto(f"{address}/settings/security")
    await page.click("text=Add a passkey")
    await page.fill("#name", "The blue <one>")
    await page.click("text=Make the passkey")
    await page.wait_for_url("**/settings/security?said=key")
    assert "The blue <one>" in await page.inner_text("main")

    await page.goto(f"{address}/auth/sign_out")
    await page.click("main button:has-text('Sign out')")
    await page.goto(f"{address}/auth/sign_in?next=/settings/devices")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    await page.click("text=Sign in with a passkey")
    await page.wait_for_url(f"{address}/settings/devices")
    assert "this one" in await page.inner_text("main")

    # What was sent once lets nobody in a second time, from wherever it is sent.
    [answer] = [request.post_data or "" for request in sent if "/auth/passkey" in request.url]
    thief = await chromium.new_context()
    theirs = await thief.new_page()
    await theirs.goto(f"{address}/auth/sign_in")
    csrf = await theirs.get_attribute("input[name=csrf]", "value")
    again = await thief.request.post(f"{address}/auth/passkey", max_redirects=0, headers={
        "content-type": "application/x-www-form-urlencoded"}, data=re.sub(r"csrf=[^&]*", f"csrf={csrf}", answer))
    assert again.status == 303 and "/auth/sign_in?key=0" in again.headers["location"]

    await page.goto(f"{address}/settings/security")
    assert "last used" in await page.inner_text("main")
    await page.click("main button:has-text('Remove')")
    await page.wait_for_url("**/settings/security?said=removed")
    await page.goto(f"{address}/auth/sign_out")
    await page.click("main button:has-text('Sign out')")
    await page.goto(f"{address}/auth/sign_in")
    await page.click("text=Sign in with a passkey")
    await page.wait_for_url("**/auth/sign_in?key=0*")
    assert "That key is not known here" in await page.inner_text("[role=alert]")
    await page.fill("#name", "keyla")
    await page.fill("#password", PASSWORD)
    await page.click("form.stack button")
    await page.wait_for_url(f"{address}/")
    await context.close()
    await thief.close()


async def test_without_script_the_password_is_asked_and_no_button_misleads(at) -> None:
    address, chromium = at
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{address}/auth/sign_in")
    assert not await page.is_visible("text=Sign in with a passkey")
    assert await page.is_visible("#password")
    await joined(page, address, "scriptless")
    await page.goto(f"{address}/settings/security/passkeys")
    assert await page.is_disabled("#passkey-go")
    assert "scripts are off" in await page.inner_text("#passkey-said")
    await context.close()


async def test_what_is_no_answer_of_a_key_lets_nobody_in(site) -> None:
    async with writing(System("tests"), cause="tests") as w:
        made = await accounts.create(w, accounts.NewAccount("mallory"))
        session = await accounts.open_session(w, made.id)
    member = Member(made.id, accounts.digest_of(session.token), is_session=True)
    asked = await accounts.passkeys.ask()
    async with reading(member) as r:
        hers = await accounts.passkeys.ask_new(r)
    assert json.loads(hers.options)["authenticatorSelection"]["userVerification"] == "required"
    for answer in ("", "[]", "{}", '{"rawId": 1}', '{"rawId": "AAAA"}', "{" * 9999, '{"rawId": "!"}'):
        for kept in (asked.kept, hers.kept, "", "AAAA", "ä"):
            with pytest.raises((accounts.passkeys.BadAnswer, accounts.StepEnded)):
                await accounts.sign_in_by_key(kept, answer, cause="tests")
            with pytest.raises((accounts.passkeys.BadAnswer, accounts.StepEnded)):
                async with writing(member, cause="tests") as w:
                    await accounts.passkeys.add(w, kept, answer, "x")
    async with reading(Anonymous()) as r:
        assert await accounts.passkeys.own(r) == []
