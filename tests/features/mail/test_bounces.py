"""What comes back: reports that are ours count, forged ones and other post do not."""

import pytest

from petrel import app
from petrel.core.doors import deriving, reading, writing
from petrel.core.viewer import Member, System
from petrel.features import accounts, mail
from petrel.worker import jobs
from tests.features.mail.post_office import office

SYSTEM = System("tests")
DSN = """\
From: mailer-daemon@relay.test
To: {to}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.test

Final-Recipient: rfc822; somebody@nest.example
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {id}

--b--
"""
ABUSE = """\
From: feedback@big.example
To: abuse@birds.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--b
Content-Type: message/rfc822

Message-ID: {id}
Subject: x

x
--b--
"""


async def sent(handle: str) -> tuple[int, str, str]:
    """An account that got a letter: its number, the letter's way back, its Message-ID."""
    app.load_rooms()
    async with writing(SYSTEM, cause="tests") as w:
        account = (await accounts.create(w, accounts.NewAccount(handle, email=f"{handle}@nest.example"))).id
        await accounts.confirm_email(w, await accounts.make_confirm_link(w, account))
    async with office() as post:
        async with writing(SYSTEM, cause="tests") as w:
            await mail.queue(w, account, "reset", {"link": "https://birds.example/x"})
        await jobs.drain()
        return account, str(post.taken[0][0].mail_from), str(post.last()["Message-ID"])


async def refusal(account: int) -> str | None:
    async with reading(SYSTEM) as r:
        return await r.value("select why || ' ' || code from mail.refusal where account = $1", account)


def dsn(to: str = "petrel@birds.example", status: str = "5.1.1", action: str = "failed", id: str = "<x@y>") -> bytes:
    return DSN.format(to=to, status=status, action=action, id=id).encode()


async def test_a_report_to_the_letters_own_address_counts(site):
    anna, back, _ = await sent("anna")
    assert (await mail.take_bounce(dsn(back.upper()))).is_ours
    assert await refusal(anna) == "bounce 5.1.1"


async def test_a_report_that_returns_our_message_id_counts_where_the_relay_wrote_its_own_address(site):
    ben, _, number = await sent("ben")
    assert "@ben" in (await mail.take_bounce(dsn(id=number))).said
    assert await refusal(ben) == "bounce 5.1.1"


async def test_the_address_can_be_told_by_the_mail_server(site):
    cleo, back, _ = await sent("cleo")
    await mail.take_bounce(dsn(), back)
    assert await refusal(cleo) == "bounce 5.1.1"


@pytest.mark.parametrize("wrong", ["forged number", "forged proof", "no report", "rubbish"])
async def test_what_is_not_ours_changes_nothing(site, wrong):
    name = "dan" + wrong.replace(" ", "_")
    dan, back, number = await sent(name)
    local, _, domain = back.rpartition("@")
    raw = {"forged number": dsn(f"petrel+{int(local.split('+')[1].split('-')[0]) + 1}-{local.split('-')[1]}@{domain}"),
           "forged proof": dsn(id=number.replace(".", ".x", 1)), "no report": f"To: {back}\r\n\r\nI am away".encode(),
           "rubbish": b"\xff\x00" * 5000}[wrong]
    await mail.take_bounce(raw)
    assert await refusal(dan) is None


async def test_a_delay_is_no_bounce_and_a_policy_says_nothing_of_the_address(site):
    eve, back, _ = await sent("eve")
    await mail.take_bounce(dsn(back, "4.4.1", "delayed"))
    await mail.take_bounce(dsn(back, "5.7.1"))
    assert await refusal(eve) is None
    async with reading(SYSTEM) as r:
        assert await r.value("select state || code from mail.letter where account = $1", eve) == "refused5.7.1"


async def test_after_a_complaint_only_what_is_asked_for_is_sent(site):
    fay, _, number = await sent("fay")
    async with deriving("tests") as w:
        await w.execute("insert into mail.wish (cell, account, topic) values (law.cell($1), $1, 'digest')", fay)
    async with office():
        async with writing(SYSTEM, cause="tests") as w:
            assert await mail.queue(w, fay, "digest", {})
        assert "complaint" in (await mail.take_bounce(ABUSE.format(id=number).encode())).said
        async with writing(SYSTEM, cause="tests") as w:
            assert not await mail.queue(w, fay, "digest", {})
            assert await mail.queue(w, fay, "reset", {"link": "https://birds.example/x"})


async def test_one_click_ends_a_topic_and_a_forged_link_nothing(site):
    gus, _, _ = await sent("gus")
    async with writing(SYSTEM, cause="tests") as w:
        session = await accounts.open_session(w, gus)
    viewer = Member(gus, accounts.digest_of(session.token), is_session=True)
    async with writing(viewer, cause="tests") as w:
        await mail.wish(w, "digest", on=True)
    async with office() as post:
        async with writing(SYSTEM, cause="tests") as w:
            await mail.queue(w, gus, "digest", {})
        await jobs.drain()
        letter = post.last()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    secret = letter["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    for link in (secret[:-1] + ("a" if secret[-1] != "a" else "b"), f"{gus}-digest-", "", "x-y-z", "é"):
        await mail.unsubscribe(link, cause="tests")
    async with reading(viewer) as r:
        assert (await mail.own(r)).topics == {"digest"}
    for _ in range(2):
        await mail.unsubscribe(secret, cause="tests")
    async with reading(viewer) as r:
        assert (await mail.own(r)).topics == frozenset()
