"""People are told of decisions about them with the reasons, and somebody else decides their appeal."""

from datetime import UTC, datetime

import asyncpg
import pytest

from petrel import app
from petrel.core.doors import reading, writing
from petrel.core.errors import Conflict, Invalid, NotFound
from petrel.core.pages import Page
from petrel.core.viewer import Anonymous, Member
from petrel.features import accounts, moderation, notifications
from petrel.features.accounts import tokens
from petrel.features.moderation import NewReport, NotForYou, Plea, Verdict, Written, rules
from petrel.features.posts import Code
from petrel.worker import jobs
from tests.drain import drain
from tests.features.moderation.test_cases import RULES, code, crew, decided, reported
from tests.people import people, publish

SPAM = Verdict("suspend", "rules", "3. No spam", "Advertising all day.")


async def browser(member: Member) -> Member:
    async with writing(member, cause="tests") as w:
        issued = await tokens.open_session(w, member.account)
    return Member(member.account, accounts.digest_of(issued.token), is_session=True)


async def mine(member: Member) -> list[moderation.OwnDecision]:
    async with reading(member) as r:
        return await moderation.appeals.own(r)


async def appealed(by: Member, decision: int, text: str = "It was a quotation", **more: object) -> int:
    async with writing(by, cause="tests") as w:
        return await moderation.appeals.appeal(w, decision, Plea(text, **more))  # type: ignore[arg-type]


async def answered(by: Member, appeal: int, granted: bool) -> None:
    async with writing(by, cause="tests") as w:
        await moderation.appeals.answer(w, appeal, granted=granted, text="We have looked again.")


async def test_the_reasons_reach_whom_they_concern_and_nobody_else(site):
    ann, bob = await people("ann", "bob")
    mona = await crew("mona")
    bad = (await publish(bob, "You fool")).id
    await decided(mona, await reported(ann, bob, bad), RULES, bad)
    [one] = await mine(bob)
    assert "Post taken down" in one.text and "2. Be kind" in one.text and "A person decided" in one.text
    assert "ann" not in one.text and one.may_appeal and one.post == bad
    assert await mine(ann) == [] and await mine(Anonymous()) == []
    await drain("notifications")
    async with reading(bob) as r:
        told = await notifications.listed(r, Page(20), notifications.Wanted())
    assert [(one.kind.word, one.actor) for one in told] == [("moderation_warning", bob.account)]


async def test_somebody_else_decides_and_a_granted_appeal_undoes_it(site):
    cat, dee = await people("cat", "dee")
    mona, nora = await crew("mod_a"), await crew("mod_b")
    bad = (await publish(dee, "Rude")).id
    [decision] = await decided(mona, await reported(cat, dee, bad), RULES, bad)
    for stranger in (cat, Anonymous()):
        with pytest.raises(NotFound):
            await appealed(stranger, decision)
    appeal = await appealed(await browser(dee), decision)
    with pytest.raises(Conflict):
        await appealed(await browser(dee), decision)
    async with reading(mona) as r:
        assert [(a.id, a.conflict) for a in await moderation.appeals.waiting(r)] == [(appeal, "decided")]
    with pytest.raises(NotForYou):
        await answered(mona, appeal, granted=False)
    with pytest.raises(NotFound):
        await answered(await browser(dee), appeal, granted=True)
    await answered(nora, appeal, granted=True)
    assert await code(cat, bad) == Code.FULL
    [one] = await mine(dee)
    assert (one.appeal_state, one.answer, bool(one.undone_at)) == ("granted", "We have looked again.", True)
    with pytest.raises(Conflict):
        await answered(nora, appeal, granted=False)


async def test_who_is_suspended_reads_why_and_appeals(site):
    eva, fox = await people("eva", "fox")
    mona, nora = await crew("mod_c"), await crew("mod_d")
    post = (await publish(fox, "Buy this")).id
    own = await browser(fox)
    [decision] = await decided(mona, await reported(eva, fox, kind="spam"), SPAM)
    assert [one.id for one in await mine(own)] == [decision]
    appeal = await appealed(own, decision)
    await answered(nora, appeal, granted=False)
    assert await code(eva, post) == Code.TOMBSTONE
    assert [one.appeal_state for one in await mine(own)] == ["refused"]


async def test_a_counter_notice_needs_more_and_waits(site):
    [gil] = await people("gil")
    mona = await crew("mod_e")
    post = (await publish(gil, "A poem")).id
    new = NewReport(gil.account, "copyright", (post,), (), Written("Mine", "A. Writer", "a@writer.example", "",
                                                                   "My poem of 2019", True))
    async with writing(Anonymous(), cause="tests") as w:
        case = (await moderation.report(w, new)).case
    [decision] = await decided(mona, case, Verdict("take_down", "copyright", "A. Writer, My poem", "The same words."),
                               post)
    own = await browser(gil)
    for lacking in ({}, {"name": "Gil", "reach": "Here"}, {"name": "Gil", "good_faith": True}):
        with pytest.raises(Invalid):
            await appealed(own, decision, **lacking)
    await appealed(own, decision, name="Gil", reach="1 Street", good_faith=True)
    [one] = await mine(own)
    assert 12 <= (one.not_before - one.decided_at).days <= 15      # ten working days, from a Sunday on
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    assert rules.business_days_after(monday, 10) == datetime(2026, 3, 16, tzinfo=UTC)


async def test_a_warning_restricts_nothing_and_dismissing_tells_nobody(site):
    app.load_rooms()
    hue, ida = await people("hue", "ida")
    mona = await crew("mod_f")
    case = await reported(hue, ida)
    await decided(mona, case, Verdict("nothing"))
    assert await mine(ida) == []
    await jobs.drain()
    async with reading(await browser(hue)) as r:
        [one] = await moderation.appeals.own_reports(r)
    assert one.answered_at and not one.is_restricted


async def test_authors_are_told_how_often_the_crew_looked(site, addresses):
    jay, kit = await people("jay", "kit")
    mona = await crew("mod_g")
    narrow = (await publish(kit, "@jay between us", audience=3)).id
    case = await reported(jay, kit, narrow)
    async with writing(mona, cause="tests") as w:
        await moderation.look(w, case, "A threat was reported")
    own = await browser(kit)
    async with reading(own) as r:
        assert await moderation.appeals.looks_at_own(r) == {}, "not before thirty days"
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update moderation.look set at = at - interval '31 days'")
    await owner.close()
    async with reading(own) as r:
        assert await moderation.appeals.looks_at_own(r) == {"violation": 1}
