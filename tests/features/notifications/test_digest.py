"""The weekly line: to who wished for it, when the law lets them be told of something, and with nothing in it."""

from datetime import UTC, datetime

import pytest

from petrel.core import clock
from petrel.core.doors import deriving, reading, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, mail, relationships
from petrel.features.notifications import digest
from petrel.worker import jobs
from tests.drain import drain
from tests.features.mail.post_office import office
from tests.people import people, publish

SYSTEM = System("tests")


async def with_address(handle: str) -> int:
    async with writing(SYSTEM, cause="tests") as w:
        account = (await accounts.create(w, accounts.NewAccount(handle, email=f"{handle}@nest.example"))).id
        await accounts.confirm_email(w, await accounts.make_confirm_link(w, account))
    return account


@pytest.fixture
def hour_of(monkeypatch):
    def turn(account: int) -> None:
        now = clock.now().timestamp()
        week = int(now) // 3600 // digest.HOURS
        at = datetime.fromtimestamp((week * digest.HOURS + (account >> 16) % digest.HOURS) * 3600 + 1, UTC)
        monkeypatch.setattr(digest.clock, "now", lambda: at)
    return turn


async def test_who_wished_for_it_gets_one_line_without_names_or_text(site, hour_of):
    anna = await with_address("anna")
    [ben] = await people("ben")
    async with deriving("tests") as w:
        await w.execute("insert into mail.wish (cell, account, topic) values (law.cell($1), $1, 'digest')", anna)
    hour_of(anna)
    async with office() as post:
        assert await digest.write_due() == 0, "there is nothing new"
        await publish(ben, "Look, @anna, a plover")
        await drain("notifications")
        assert await digest.write_due() == 1
        await digest.write_due()
        await jobs.drain()
        assert len(post.taken) == 1, "one a week"
        text = post.text() + str(post.last()["Subject"])
        assert "plover" not in text and "ben" not in text and "/notifications" in text
    async with reading(SYSTEM) as r:
        assert not await r.value("select count(*) from accounts.token where account = $1 and revoked_at is null", anna)


async def test_nobody_is_told_of_what_they_may_not_see(site, hour_of):
    cleo = await with_address("cleo")
    [dan] = await people("dan")
    async with deriving("tests") as w:
        await w.execute("insert into mail.wish (cell, account, topic) values (law.cell($1), $1, 'digest')", cleo)
    await publish(dan, "Look, @cleo")
    await drain("notifications")
    async with writing(SYSTEM, cause="tests") as w:
        session = await accounts.open_session(w, cleo)
    me = Member(cleo, accounts.digest_of(session.token), is_session=True)
    async with reading(me) as r:
        assert await digest.has_news(r)
    async with writing(me, cause="tests") as w:
        await relationships.block(w, dan.account)
    hour_of(cleo)
    async with office():
        assert await digest.write_due() == 0


async def test_without_a_wish_or_a_relay_nobody_is_written_to(site, hour_of):
    eve = await with_address("eve")
    [fay] = await people("fay")
    await publish(fay, "Look, @eve")
    await drain("notifications")
    hour_of(eve)
    async with office():
        assert await digest.write_due() == 0
    assert not mail.is_on() and await digest.write_due() == 0
