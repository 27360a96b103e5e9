"""The site's texts: who writes them, which version counts, rules that keep their numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from petrel.core import clock
from petrel.core.doors import Doors, reading, writing
from petrel.core.errors import Invalid, Refused
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import about, accounts
from petrel.features.accounts import NewAccount, tokens


async def write(kind: about.Kind, text: str, **more: object) -> int:
    async with writing(System("test"), cause="test") as w:
        return await about.write(w, kind, text, **more)  # type: ignore[arg-type]


async def browser(handle: str, *, is_owner: bool = False) -> Member:
    """Somebody signed in at a browser."""
    async with writing(System("test"), cause="test") as w:
        made = await accounts.create(w, NewAccount(handle, role="owner" if is_owner else "member"))
        token = (await tokens.open_session(w, made.id)).token
    return Member(made.id, accounts.digest_of(token), is_session=True)


async def rules() -> list[tuple[str, str]]:
    async with reading(Anonymous()) as r:
        return [(rule.id, rule.text) for rule in await about.rules(r)]


async def test_a_rule_keeps_its_number_when_others_come_and_go(site: Doors) -> None:
    await write("rules", "- Be kind\n  To everybody.\n- No spam\n")
    (first, _), (second, _) = await rules()
    await write("rules", "Our rules:\n\n1. Describe your pictures\n2. Be kind\n   To everybody.\n")
    now = await rules()
    assert [text for _, text in now] == ["Describe your pictures", "Be kind"]
    assert now[1][0] == first and now[0][0] not in (first, second)
    async with reading(Anonymous()) as r:
        assert [(one.text, one.hint) for one in await about.rules(r, [int(first), int(second)])] == [
            ("Be kind", "To everybody."), ("No spam", "")]
    await write("rules", "- No spam")
    assert await rules() == [(second, "No spam")]


async def test_only_owners_and_admins_write(site: Doors) -> None:
    keeper, boss = await browser("keeper"), await browser("boss", is_owner=True)
    with pytest.raises(Refused):
        async with writing(keeper, cause="test") as w:
            await about.write(w, "about", "Mine now")
    async with writing(boss, cause="test") as w:
        assert await about.write(w, "about", "A **small** place") == 1


async def test_versions_people_agreed_to_stay_and_the_same_words_are_none(site: Doors) -> None:
    assert [await write("terms", text) for text in ("One", "One", "Two")] == [1, 1, 2]
    assert [await write("imprint", text) for text in ("Ada, Pier 1", "Ben, Pier 2")] == [1, 2]
    async with reading(Anonymous()) as r:
        assert [one.version for one in await about.versions(r, "terms")] == [2, 1]
        # Who left the crew is named no longer.
        assert [one.version for one in await about.versions(r, "imprint")] == [2]
        assert (await about.summary(r)).kinds >= {"terms", "imprint"}
    with pytest.raises(Invalid):
        await write("rules", "\n".join(f"- Rule {n}" for n in range(60)))


async def test_terms_can_be_announced_before_they_count(site: Doors) -> None:
    today = clock.now().date()
    await write("terms", "Today's")
    await write("terms", "Next month's", effective_on=today + timedelta(days=30))
    async with reading(Anonymous()) as r:
        now, later = await about.text(r, "terms"), await about.text(r, "terms", today + timedelta(days=30))
        assert now is not None and later is not None
        assert (now.markdown, now.is_in_force, now.succeeded_on) == ("Today's", True, today + timedelta(days=30))
        assert (later.markdown, later.is_in_force) == ("Next month's", False)
    with pytest.raises(Invalid):
        await write("terms", "Yesterday's", effective_on=today - timedelta(days=1))
    with pytest.raises(Invalid):
        await write("rules", "- Later", effective_on=today + timedelta(days=3))
    async with reading(System("test")) as r:
        said = await about.agreed_at(r, datetime.now(UTC))
    assert "terms" in said


async def test_members_are_told_when_what_they_agreed_to_changes(site: Doors) -> None:
    ada = await browser("reads_changes")
    soon = clock.now().date() + timedelta(days=40)
    for kind, text, day in (("privacy", "First", None), ("privacy", "Second", soon), ("privacy", "Secondly", soon),
                            ("imprint", "Ada", None), ("imprint", "Ben", None)):
        await write(kind, text, **({"effective_on": day} if day else {}))
    async with reading(ada) as r:
        told = [one.text for one in await accounts.announcements.listed(r) if "privacy" in one.text]
    assert len(told) == 1 and f"change on {soon.day} {soon:%B %Y}" in told[0] and told[0].endswith("/privacy")


async def test_contacts_are_kept_apart_from_words(site: Doors) -> None:
    async with writing(System("test"), cause="test") as w:
        await about.write_contacts(w, about.Contacts("law@petrel.example", "help@petrel.example", "English, Deutsch"))
    async with reading(Anonymous()) as r:
        assert (await about.contacts(r)).authorities == "law@petrel.example"


@pytest.mark.parametrize(("markdown", "html"), [
    ("# Head\nwords **so** *well*", "<h2>Head</h2>\n<p>words <strong>so</strong> <em>well</em></p>"),
    ("- a\n  more\n- b", "<ul><li>a<br>more</li><li>b</li></ul>"),
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    ('[x](https://a.example/"onmouseover=1)',
     '<p><a href="https://a.example/&quot;onmouseover=1" rel="noopener noreferrer">x</a></p>'),
    ("[x](//evil.example)", "<p>[x](//evil.example)</p>"),
])
def test_texts_become_clean_html(markdown: str, html: str) -> None:
    assert about.html_of(markdown) == html


@pytest.mark.parametrize("kind", ["about", "rules", "imprint", "privacy", "terms"])
def test_drafts_say_what_is_missing(kind: about.Kind) -> None:
    text = about.drafts.draft(kind, name="Rook", domain="rook.example", contacts=about.Contacts(people="a@b.example"))
    assert "{" not in text and bool(about.drafts.unfinished(text)) is (kind != "rules")
    assert not about.drafts.unfinished("see [what is kept](/about/data) and write to us")
    assert about.html_of(text).startswith("<")
