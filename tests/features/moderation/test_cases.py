"""Reports, what the crew may see of them, decisions and taking them back."""

import pytest

from petrel.core.doors import reading, writing
from petrel.core.errors import Invalid, NotFound, Refused
from petrel.core.viewer import Anonymous, Member, Staff, System
from petrel.features import accounts, moderation, posts, relationships
from petrel.features.accounts import tokens
from petrel.features.moderation import NewReport, NotCrew, NotForYou, Verdict, Written
from petrel.features.posts import Audience, Code, Surface
from tests.drain import drain
from tests.people import follow, people, publish, tell

RULES = Verdict("take_down", "rules", "2. Be kind", "It insults somebody by name.")


async def crew(handle: str, role: accounts.Role = "moderator") -> Member:
    """Somebody of the crew, at a browser."""
    [one] = await people(handle)
    async with writing(System("tests"), cause="tests") as w:
        await accounts.set_role(w, one.account, role)
        issued = await tokens.open_session(w, one.account)
    return Member(one.account, accounts.digest_of(issued.token), role=role, is_session=True)


async def reported(by: Member | Anonymous, about: Member, *found: int, kind="violation", text="Look at this") -> int:
    async with writing(by, cause="tests") as w:
        return (await moderation.report(w, NewReport(about.account, kind, found, (), Written(comment=text)))).case


async def decided(by: Member, case: int, verdict: Verdict, *found: int, keep_open: bool = False) -> list[int]:
    verdict = Verdict(verdict.what, verdict.ground, verdict.reference, verdict.facts, found)
    async with writing(by, cause="tests") as w:
        return await moderation.decide(w, case, verdict, keep_open=keep_open)


async def code(viewer: Member | Anonymous, post: int, surface: Surface = Surface.LINK) -> int:
    async with reading(viewer) as r:
        found = await posts.shown(r, surface, [post])
    return found[0].row["code"] if found else 0


async def evidence(by: Member, case: int) -> dict[int, str | None]:
    async with reading(Staff(by.account, by.digest, "tests")) as r:
        return {one.post: one.copy and one.copy.text for one in await moderation.evidence(r, case)}


async def test_reports_about_one_account_are_one_case_and_the_worst_comes_first(site):
    ada, ben, cleo = await people("ada", "ben", "cleo")
    mona = await crew("mona")
    spam = await reported(ada, ben, kind="spam")
    assert await reported(cleo, ben, kind="other") == spam
    worse = await reported(ben, cleo, kind="legal")
    async with reading(mona) as r:
        queue = await moderation.queue(r)
        assert [(c.id, c.kind, c.reports) for c in queue] == [(worse, "legal", 1), (spam, "other", 2)]
        assert [one.written.comment for one in await moderation.reports(r, spam)] == ["Look at this"] * 2


async def test_nobody_else_sees_the_desk(site):
    dan, eve = await people("dan", "eve")
    case = await reported(dan, eve)
    for viewer in (dan, eve, Anonymous()):
        async with reading(viewer) as r:
            assert await moderation.queue(r) == []
            with pytest.raises(NotFound):
                await moderation.find(r, case)
            with pytest.raises(NotCrew):
                await moderation.crew(r)
            assert await moderation.evidence(r, case) == []
    for act in (lambda w: moderation.look(w, case, "because I want to"), lambda w: moderation.close(w, case)):
        with pytest.raises(NotFound):
            async with writing(dan, cause="tests") as w:
                await act(w)


async def test_what_is_not_public_takes_a_reason_which_is_recorded(site):
    fay, gus = await people("fay", "gus")
    mods = [await crew("mara"), await crew("milo")]
    await follow(fay, gus)
    open_one = (await publish(gus, "For everybody")).id
    narrow = (await publish(gus, "For my followers", audience=Audience.FOLLOWERS)).id
    case = await reported(fay, gus, open_one, narrow)
    shown = await evidence(mods[0], case)
    assert shown[open_one] == "For everybody" and shown[narrow] is None
    with pytest.raises(Invalid):
        async with writing(mods[0], cause="tests") as w:
            await moderation.look(w, case, " ? ")
    async with writing(mods[0], cause="tests") as w:
        await moderation.look(w, case, "It may be a threat")
    assert (await evidence(mods[0], case))[narrow] == "For my followers"
    assert (await evidence(mods[1], case))[narrow] is None, "whoever looks says why themselves"
    entry = await site.pools["system"].fetchrow(
        "select actor, refs from journal.entry where kind = 'moderation.case.looked' and subject = $1", case)
    assert entry["actor"] == mods[0].account and narrow in entry["refs"]


async def test_a_reporter_hands_over_no_more_than_they_could_see(site):
    hal, ivy = await people("hal", "ivy")
    mona = await crew("moll")
    hidden = (await publish(ivy, "Not for hal", audience=Audience.FOLLOWERS)).id
    of_others = (await publish(hal, "My own")).id
    case = await reported(hal, ivy, hidden, of_others)
    async with writing(mona, cause="tests") as w:
        await moderation.look(w, case, "to see whether there is more")
    assert set(await evidence(mona, case)) == {0}, "the profile, and nothing else"


async def test_of_a_direct_message_five_either_side_are_shown(site):
    jon, kim = await people("jon", "kim")
    mona = await crew("mina")
    sent = [(await tell(jon, "@kim number 0")).id]
    for n in range(1, 14):
        sent.append((await tell(kim if n % 2 else jon, f"@{'jon' if n % 2 else 'kim'} number {n}",
                                reply_to=sent[-1])).id)
    case = await reported(jon, kim, sent[7])
    async with writing(mona, cause="tests") as w:
        await moderation.look(w, case, "it is said to be a threat")
    assert sorted(post for post in await evidence(mona, case) if post) == sent[2:13]


async def test_taken_down_and_given_back(site):
    lou, max_, nia = await people("lou", "max", "nia")
    mona = await crew("mira")
    asked = (await publish(lou, "A question")).id
    bad = (await publish(max_, "You are a fool", reply_to=asked)).id
    await drain("counts")
    case = await reported(nia, max_, bad)
    [decision] = await decided(mona, case, RULES, bad)
    assert await code(nia, bad) == Code.TOMBSTONE and await code(max_, bad) == Code.FULL
    assert await code(nia, bad, Surface.PROF) == Code.NOTHING
    await drain("counts")
    assert await site.pools["system"].fetchval("select replies from posts.post where id = $1", asked) == 0
    async with reading(mona) as r:
        assert (await moderation.find(r, case)).state == "closed"
        [one] = await moderation.history(r, max_.account)
    assert one.statement.facts == "It insults somebody by name." and one.post == bad
    async with writing(mona, cause="tests") as w:
        await moderation.undo(w, decision)
    assert await code(nia, bad) == Code.FULL
    await drain("counts")
    assert await site.pools["system"].fetchval("select replies from posts.post where id = $1", asked) == 1


async def test_a_message_is_taken_down_too_and_an_edit_does_not_bring_it_back(site):
    oli, pia = await people("oli", "pia")
    mona = await crew("moni")
    bad = (await tell(oli, "@pia I know where you live")).id
    [_] = await decided(mona, await reported(pia, oli, bad), RULES, bad)
    assert await code(pia, bad) == Code.TOMBSTONE
    async with writing(oli, cause="tests") as w:
        await posts.edit(w, bad, posts.Draft("@pia hello"))
    assert await code(pia, bad) == Code.TOMBSTONE


async def test_an_account_is_limited_suspended_and_released(site):
    quin, rosa = await people("quin", "rosa")
    mona = await crew("muse")
    post = (await publish(rosa, "Buy this")).id
    case = await reported(quin, rosa, kind="spam")
    [limited] = await decided(mona, case, Verdict("limit", "rules", "3. No spam", "Advertising all day."),
                              keep_open=True)
    assert await code(quin, post, Surface.PUB) == Code.NOTHING and await code(quin, post) == Code.FULL
    [suspended] = await decided(mona, case, Verdict("suspend", "rules", "3. No spam", "It went on."))
    assert await code(quin, post) == Code.TOMBSTONE
    async with writing(mona, cause="tests") as w:
        await moderation.undo(w, suspended)
        await moderation.undo(w, limited)
    assert await code(quin, post, Surface.PUB) == Code.FULL


@pytest.mark.parametrize("relation", ["own", "follows", "followed", "blocks"])
async def test_nobody_handles_what_is_about_somebody_close(site, relation):
    suffix = relation
    sam, tom = await people(f"sam_{suffix}", f"tom_{suffix}")
    mona = await crew(f"mod_{suffix}")
    about = mona if relation == "own" else tom
    if relation == "follows":
        await follow(mona, tom)
    elif relation == "followed":
        await follow(tom, mona)
    elif relation == "blocks":
        async with writing(mona, cause="tests") as w:
            await relationships.block(w, tom.account)
    case = await reported(sam, about)
    async with reading(mona) as r:
        assert (await moderation.find(r, case)).conflict == relation
    for verdict in (Verdict("nothing"), Verdict("warn", "rules", "1", "Please be kind")):
        with pytest.raises(NotForYou):
            await decided(mona, case, verdict)
    with pytest.raises(NotForYou):
        async with writing(mona, cause="tests") as w:
            await moderation.look(w, case, "I am curious")


async def test_nobody_restricts_an_equal_and_reasons_are_needed(site):
    [uma] = await people("uma")
    mona, other = await crew("mod_a"), await crew("mod_b")
    boss = await crew("boss", "admin")
    case = await reported(uma, other)
    with pytest.raises(Refused):
        await decided(mona, case, Verdict("warn", "rules", "1", "Please be kind"))
    for lacking in (Verdict("warn", "none", "1", "Please be kind"), Verdict("warn", "rules", "", "Please be kind"),
                    Verdict("warn", "rules", "1", "")):
        with pytest.raises(Invalid):
            await decided(boss, case, lacking)
    assert await decided(boss, case, Verdict("warn", "rules", "1", "Please be kind"))


async def test_who_reported_is_for_senior_people(site):
    vic, wil = await people("vic", "wil")
    mona, boss = await crew("mod_c"), await crew("boss_c", "admin")
    case = await reported(vic, wil)
    for viewer, seen in ((mona, (None, "")), (boss, (vic.account, "vic"))):
        async with reading(viewer) as r:
            [one] = await moderation.reports(r, case)
        assert (one.reporter, one.reporter_handle) == seen


async def test_somebody_without_an_account_reports_and_follows_it(site):
    [xan] = await people("xan")
    mona = await crew("mod_d")
    post = (await publish(xan, "Stolen words")).id
    new = NewReport(xan.account, "copyright", (post,), (), Written(
        comment="These are mine", name="A. Writer", email="a@writer.example", law="My poem of 2019", good_faith=True))
    async with writing(Anonymous(), cause="tests") as w:
        made = await moderation.report(w, new)
    async with reading(Anonymous()) as r:
        assert (await moderation.followed(r, made.link)).answered_at is None
        with pytest.raises(NotFound):
            await moderation.followed(r, "another")
    assert (await evidence(mona, made.case))[post] == "Stolen words"
    for lacking in ("name", "email", "law", "good_faith"):
        written = Written(**{name: getattr(new.written, name) for name in ("comment", "name", "email", "law",
                                                                          "good_faith") if name != lacking})
        with pytest.raises(Invalid):
            async with writing(Anonymous(), cause="tests") as w:
                await moderation.report(w, NewReport(xan.account, "copyright", (post,), (), written))
