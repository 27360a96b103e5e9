"""Letters of moderation, through a real mail server: a notice is confirmed and answered, reasons reach whom they
concern, a counter-notice goes to who sent the notice."""

import asyncpg
import pytest

from petrel import app
from petrel.core.doors import reading, writing
from petrel.core.viewer import Anonymous, Member, System
from petrel.features import accounts, moderation
from petrel.features.moderation import NewReport, NotForYou, Plea, Verdict, Written
from petrel.features.moderation import jobs as rounds
from petrel.outside import mail as outside
from petrel.worker import jobs
from tests.features.mail.post_office import office
from tests.features.moderation.test_cases import RULES, crew, decided, reported
from tests.people import people, publish

WRITER = "a.writer@poems.example"


@pytest.fixture(autouse=True)
def rooms(site):
    app.load_rooms()
    yield
    outside.install(None)


async def with_address(handle: str) -> Member:
    async with writing(System("tests"), cause="tests") as w:
        made = await accounts.create(w, accounts.NewAccount(handle, email=f"{handle}@nest.example"))
        issued = await accounts.open_session(w, made.id)
    return Member(made.id, accounts.digest_of(issued.token), is_session=True)


def taken(post, to: str) -> list[str]:
    """What was sent to somebody, as text, in order."""
    return [raw.decode() for envelope, raw in post.taken if envelope.rcpt_tos == [to]]


async def test_from_a_notice_to_a_counter_notice(site):
    gil = await with_address("gil")
    mona = await crew("mona")
    poem = (await publish(gil, "A poem")).id
    written = Written("These are mine", "A. Writer", WRITER, "", "My poem of 2019", True)
    async with office() as post:
        async with writing(Anonymous(), cause="tests") as w:
            made = await moderation.report(w, NewReport(gil.account, "copyright", (poem,), (), written))
        await jobs.drain()
        [receipt] = taken(post, WRITER)
        assert str(made.id) in receipt and made.link in receipt
        verdict = Verdict("take_down", "copyright", "A. Writer, My poem", "The same words, in the same order.")
        [decision] = await decided(mona, made.case, verdict, poem)
        await jobs.drain()
        [reasons] = taken(post, "gil@nest.example")
        assert "The same words" in reasons and "/settings/moderation" in reasons and "A. Writer, My poem" in reasons
        assert "acted on what you told us" in taken(post, WRITER)[1]
        async with writing(gil, cause="tests") as w:
            await moderation.appeals.appeal(w, decision, Plea("I wrote it", "Gil", "1 Street", True))
        await jobs.drain()
        assert "1 Street" in taken(post, WRITER)[2] and "I wrote it" in taken(post, WRITER)[2]
        async with writing(mona, cause="tests") as w:
            await moderation.undo(w, decision)
        await jobs.drain()
        assert "Taken back" in taken(post, "gil@nest.example")[1]
        await jobs.drain()
        assert len(taken(post, "gil@nest.example")) == 2, "each is written once"


async def test_who_waits_a_week_is_told_that_there_may_be_nobody_else(site, addresses):
    async def mine() -> moderation.OwnDecision:
        async with reading(lea) as r:
            return (await moderation.appeals.own(r))[0]

    lea, mona = await with_address("lea"), await crew("mod_h")
    bad = (await publish(lea, "Rude")).id
    [max_] = await people("max")
    [decision] = await decided(mona, await reported(max_, lea, bad), RULES, bad)
    async with writing(lea, cause="tests") as w:
        appeal = await moderation.appeals.appeal(w, decision, Plea("It was a quotation"))
    assert not (await mine()).is_unheard and await rounds.tell_unheard() is None
    owner = await asyncpg.connect(**addresses.main["owner"])
    await owner.execute("update moderation.appeal set made_at = now() - interval '7 days 1 hour' where id = $1", appeal)
    await owner.close()
    assert (await mine()).is_unheard
    async with office() as post:
        for _ in range(2):
            assert await rounds.tell_unheard() == "1 appeals wait for somebody else"
        await jobs.drain()
        [told] = [text for text in taken(post, "lea@nest.example") if "still waits" in text]
        assert "Nobody else of the crew" in told
    with pytest.raises(NotForYou):
        async with writing(mona, cause="tests") as w:
            await moderation.appeals.answer(w, appeal, granted=True, text="On second thoughts")
    async with reading(Anonymous()) as r:
        year = await moderation.numbers.of_year(r, (await mine()).decided_at.year)
    assert [one.count for one in year.of("unheard")] == [1]
    async with writing(mona, cause="tests") as w:
        await moderation.undo(w, decision)
    assert (await mine()).undone_at
