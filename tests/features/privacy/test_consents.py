"""What somebody agreed to, and when they took it back."""

from petrel.core.doors import reading, writing
from petrel.core.viewer import System
from petrel.features import about, accounts, privacy
from tests.drain import drain
from tests.people import people

CREW = System("tests")


async def history(account: int) -> list[tuple[str, bool, str]]:
    await drain("privacy.consents")
    async with reading(CREW) as r:
        return [(one.what, one.given, one.how) for one in reversed(await privacy.consents.of(r, account))]


async def test_signing_up_is_agreeing_to_the_terms(site):
    new = accounts.NewAccount("wren", password="a plover on the beach", email="wren@example.org")
    await accounts.sign_up(accounts.Newcomer(new, has_agreed=True), cause="tests")
    async with reading(CREW) as r:
        [account] = (await accounts.ids_by_handle(r, ["wren"])).values()
    assert await history(account) == [("terms", True, "sign-up")]


async def test_every_change_is_a_line_of_the_history(site):
    [wren] = await people("wren2")
    for indexable in (True, False, True):
        async with writing(wren, cause="tests") as w:
            await accounts.update(w, accounts.Changes(indexable=indexable))
        await drain("privacy.consents")
    async with writing(CREW, cause="tests") as w:
        await accounts.set_flags(w, wren.account, discoverable=True, indexable=False)
    assert await history(wren.account) == [
        ("indexable", True, "settings"), ("indexable", False, "settings"), ("indexable", True, "settings"),
        ("indexable", False, "crew"), ("discoverable", True, "crew")]


async def test_other_changes_say_nothing(site):
    [wren] = await people("wren3")
    async with writing(wren, cause="tests") as w:
        await accounts.update(w, accounts.Changes(note="plovers"))
    assert await history(wren.account) == []


async def test_a_consent_names_the_versions_of_the_texts(site):
    async with writing(CREW, cause="tests") as w:
        await about.write(w, "rules", "- Be kind")
        await about.write(w, "terms", "One")
        await about.write(w, "terms", "Two")
    new = accounts.NewAccount("wren4", password="a plover on the beach", email="wren4@example.org")
    await accounts.sign_up(accounts.Newcomer(new, has_agreed=True), cause="tests")
    async with reading(CREW) as r:
        [account] = (await accounts.ids_by_handle(r, ["wren4"])).values()
    await drain("privacy.consents")
    async with reading(CREW) as r:
        assert [one.version for one in await privacy.consents.of(r, account)] == ["rules 1, terms 2"]
