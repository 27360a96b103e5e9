"""What moderation holds of people is theirs too: in an export, gone with the account, and gone with time; and what was
taken away is taken away again after a restore."""

import asyncpg
import pytest

from petrel import app
from petrel.core import retention, seal
from petrel.core.doors import reading, writing
from petrel.core.restrictions import AGAIN, Kept
from petrel.core.viewer import System
from petrel.features import moderation, privacy
from petrel.features.moderation import Verdict, jobs
from petrel.features.posts import Code
from tests.features.moderation.test_appeals import SPAM, appealed, browser
from tests.features.moderation.test_cases import RULES, code, crew, decided, evidence, reported
from tests.features.privacy.test_export import data, exported, table
from tests.people import people, publish, tell

CREW = System("tests")
__all__ = ["data"]


async def test_reasons_and_reports_are_in_ones_export_and_evidence_is_not(site, data):
    app.load_rooms()
    ann, bea = await people("ann", "bea")
    mona = await crew("mona")
    bad = (await publish(bea, "You fool")).id
    case = await reported(ann, bea, bad, text="Rude to me")
    await decided(mona, case, RULES, bad)
    await appealed(await browser(bea), (await moderation_of(bea))[0])
    theirs = await exported(bea.account)
    [decision] = table(theirs, "tables/moderation.decision")
    assert decision["sealed"]["facts"] == "It insults somebody by name." and "decided_by" not in decision
    [appeal] = table(theirs, "tables/moderation.appeal")
    assert appeal["sealed"]["text"] == "It was a quotation"
    for hidden in ("evidence", "look"):
        assert table(theirs, f"tables/moderation.{hidden}") == []
    assert b"Rude to me" not in b"".join(theirs.read(name) for name in theirs.namelist())
    [mine] = table(await exported(ann.account), "tables/moderation.report")
    assert mine["sealed"]["comment"] == "Rude to me"


async def moderation_of(member) -> list[int]:
    async with reading(await browser(member)) as r:
        return [one.id for one in await moderation.appeals.own(r)]


async def test_all_of_it_goes_with_the_account(site, data):
    app.load_rooms()
    cal, dot = await people("cal", "dot")
    mona = await crew("mod_a")
    bad = (await publish(dot, "You fool")).id
    case = await reported(cal, dot, bad)
    await reported(dot, cal, text="No, him")
    [decision] = await decided(mona, case, RULES, bad)
    appeal = await appealed(await browser(dot), decision)
    async with writing(CREW, cause="tests") as w:
        await privacy.erasure.begin(w, dot.account)
    await privacy.erasure.run(dot.account)
    async with reading(CREW) as r:
        assert await privacy.reach.remains(r, dot.account) == {}
    assert await seal.keys([decision, appeal]) == {}
    assert bad not in await evidence(mona, case)
    async with reading(mona) as r:
        assert (await moderation.history(r, dot.account))[0].statement is None


async def test_copies_and_reports_end_with_time(site, addresses):
    app.load_rooms()
    eve, flo = await people("eve", "flo")
    mona = await crew("mod_b")
    post = (await publish(flo, "You fool")).id
    case = await reported(eve, flo, post)
    await decided(mona, case, Verdict("nothing"))
    assert await jobs.sweep() is None and post in await evidence(mona, case)
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update moderation.case_file set closed_at = now() - interval '181 days' where id = $1", case)
    await owner.close()
    assert "ended" in (await jobs.sweep() or "")
    assert await evidence(mona, case) == {}
    async with reading(mona) as r:
        assert [one.written.comment for one in await moderation.reports(r, case)] == [""]
    assert await jobs.sweep() is None
    assert retention.RULES["moderation.evidence"].days == 180


@pytest.mark.parametrize("what", ["post", "message", "account"])
async def test_a_restore_takes_it_away_again(site, addresses, what):
    app.load_rooms()
    gus, hal = await people("gus_" + what, "hal_" + what)
    mona = await crew("mod_" + what)
    post = (await publish(hal, "You fool") if what != "message" else await tell(hal, f"@gus_{what} you fool")).id
    case = await reported(gus, hal, post)
    await decided(mona, case, *((SPAM,) if what == "account" else (RULES, post)))
    shut = await code(gus, post)
    owner = await asyncpg.connect(**addresses.main["owner"])
    kind = {"post": "posts.post.taken_down", "message": "messages.message.taken_down",
            "account": "accounts.account.suspended"}[what]
    e = await owner.fetchrow("select * from journal.entry where kind = $1 order by id desc limit 1", kind)
    for trigger in ("posts.post", "accounts.account"):
        await owner.execute(f"alter table {trigger} disable trigger only_on_purpose")
    await owner.execute("update posts.post set flags = flags & ~64 where id = $1", post)
    await owner.execute("select messages.set_removed('tests', $1, $2, false)", post, hal.account)
    await owner.execute("update accounts.account set state = 0 where id = $1", hal.account)
    for trigger in ("posts.post", "accounts.account"):
        await owner.execute(f"alter table {trigger} enable trigger only_on_purpose")
    await owner.close()
    assert shut == Code.TOMBSTONE and await code(gus, post) == Code.FULL
    kept = Kept(e["cell"], e["id"], e["epoch"], e["xid"], 0, e["kind"], e["subject"], e["actor"], e["refs"])
    async with writing(System("restore"), cause="restore") as w:
        assert await AGAIN[kind](w, kept) and not await AGAIN[kind](w, kept)
        w.record(kind, e["subject"], refs=e["refs"])
    assert await code(gus, post) == Code.TOMBSTONE
