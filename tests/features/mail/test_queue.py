"""Letters from being asked for to the post office, and what holds them up."""

import re

import pytest

from petrel import app
from petrel.core.doors import deriving, reading, writing
from petrel.core.errors import PetrelError
from petrel.core.viewer import Member, System
from petrel.features import accounts, mail
from petrel.features.mail import jobs as sent
from petrel.features.mail import sending
from petrel.ops import watching
from petrel.outside import mail as outside
from petrel.worker import jobs
from tests.conftest import loop
from tests.features.mail.post_office import office

SYSTEM = System("tests")
LINK = {"link": "https://birds.example/auth/reset/abc"}


async def member(handle: str, email: str | None = None, password: str | None = None) -> int:
    secret_hash = await accounts.hash_password(password) if password else None
    async with writing(SYSTEM, cause="tests") as w:
        return (await accounts.create(w, accounts.NewAccount(handle, email=email), secret_hash=secret_hash)).id


async def ask(to: int | str, template: str = "reset", facts: dict[str, str] | None = None, **given: str) -> bool:
    async with writing(SYSTEM, cause="tests") as w:
        return await mail.queue(w, to, template, LINK if facts is None else facts, **given)


async def letters() -> list[tuple[str, int, str]]:
    async with reading(SYSTEM) as r:
        return [tuple(x) for x in await r.fetch("select state, attempts, code from mail.letter order by id")]


async def overdue_s() -> float:
    return next(one.value for one in await watching.measuring.of_databases() if one.name == "mail_overdue_seconds")


@pytest.fixture(autouse=True)
def empty(site):
    app.load_rooms()
    loop().run_until_complete(forget())
    outside.install(None)


async def forget() -> None:
    async with deriving("tests") as w:
        await w.execute("delete from mail.letter")
        await w.execute("delete from mail.breaker")
        await w.execute("delete from ops.job")


async def test_without_a_relay_nothing_is_written(site):
    assert not mail.is_on()
    assert not await ask("crew@birds.example", "notice", {"subject": "s", "text": "t"})
    assert await letters() == []


async def test_a_letter_arrives_with_both_parts_and_a_way_back(site):
    anna = await member("anna", "anna@nest.example")
    async with office() as post:
        assert mail.is_on() and await ask(anna)
        await jobs.drain()
        envelope, raw = post.taken[0]
        assert envelope.rcpt_tos == ["anna@nest.example"]
        assert envelope.mail_from.startswith("petrel+") and envelope.mail_from.endswith("@birds.example")
        assert post.last()["Auto-Submitted"] == "auto-generated"
        assert "@anna" in post.text() and LINK["link"] in post.text()
        html = post.last().get_body(("html",)).get_content()
        assert f'<a href="{LINK["link"]}">' in html and b"DKIM-Signature:" in raw
    assert await letters() == [("sent", 0, "250")]


async def test_what_a_letter_says_is_gone_when_it_has_left(site):
    from petrel.core import seal

    async with office():
        await ask("crew@birds.example", "notice", {"subject": "s", "text": "t"})
        async with reading(SYSTEM) as r:
            number = await r.value("select id from mail.letter")
        assert await seal.keys([number])
        await jobs.drain()
    assert not await seal.keys([number])


async def test_it_is_told_once(site):
    async with office() as post:
        for _ in range(3):
            assert await ask("crew@birds.example", "notice", {"subject": "s", "text": "t"}, once="disk full")
        await jobs.drain()
        assert len(post.taken) == 1


async def test_an_undone_write_sends_nothing(site):
    async with office() as post:
        with pytest.raises(ValueError, match="on purpose"):
            async with writing(SYSTEM, cause="tests") as w:
                await mail.queue(w, "crew@birds.example", "notice", {"subject": "s", "text": "t"})
                raise ValueError("on purpose")
        await jobs.drain()
        assert not post.taken


async def test_whoever_asks_twice_can_use_the_first_link_and_another_address_has_its_own(site):
    ada = await member("ada", password="four random words")
    session = await accounts.sign_in("ada", "four random words", cause="tests")
    viewer = Member(ada, accounts.digest_of(session.token), is_session=True)
    async with office() as post:
        for address, links in (("aad@nest.example", 1), ("ada@nest.example", 2), ("ada@nest.example", 2)):
            await mail.change_address(viewer, address, "four random words", cause="tests")
            await jobs.drain()
            confirms = [one for one in post.letters if "/auth/confirm/" in post.text_of(one)]
            assert len(confirms) == links and confirms[-1]["To"] == address
        [secret] = re.findall(r"/auth/confirm/(\S+)", post.text_of(confirms[-1]))
    async with writing(SYSTEM, cause="tests") as w:
        assert await accounts.confirm_email(w, secret) == ada


async def test_a_missing_fact_and_a_missing_template_are_errors_at_once(site):
    with pytest.raises(mail.NoSuchTemplate, match="link"):
        await ask("a@b.example", "reset", {})
    with pytest.raises(mail.NoSuchTemplate):
        await ask("a@b.example", "nothing_like_it", {})


async def test_who_has_no_address_gets_nothing_and_the_asker_learns_it(site):
    ben = await member("ben")
    async with office():
        assert not await ask(ben)


async def test_the_subject_cannot_break_out_of_its_line(site):
    async with office() as post:
        await ask("crew@birds.example", "notice", {"subject": "x\r\nBcc: all@birds.example", "text": "<b>&amp;"})
        await jobs.drain()
        assert post.last()["Bcc"] is None and post.last()["Subject"] == "x Bcc: all@birds.example"
        assert "&lt;b&gt;&amp;amp;" in post.last().get_body(("html",)).get_content()


async def test_long_addresses_stay_whole_and_bad_ones_end_the_letter(site):
    long = f"{'x' * 60}@{'y' * 60}.{'z' * 60}.example"
    async with office() as post:
        for to in (long, "two words@nest.example", "nobody", "a@b..example", "ü@bücher.example"):
            await ask(to, "notice", {"subject": "s" * 300, "text": "t" * 2000})
        await jobs.drain()
        assert sorted(str(m["To"]) for m in post.letters) == sorted([long, "ü@xn--bcher-kva.example"])
        assert all(len(line) < 998 for _, raw in post.taken for line in raw.split(b"\r\n"))
    assert sorted(code for _, _, code in await letters()) == ["250", "250", "bad address", "bad address", "bad address"]


async def test_a_full_mailbox_is_tried_again_and_a_dead_address_is_not(site):
    cleo = await member("cleo", "cleo@nest.example")
    async with office() as post:
        post.answers = {"cleo@nest.example": "452 4.2.2 mailbox full"}
        await ask(cleo)
        await jobs.drain()
        assert await letters() == [("waiting", 1, "452 4.2.2")]
        post.answers = {"cleo@nest.example": "550 5.1.1 no such user"}
        async with deriving("tests") as w:
            await w.execute("update mail.letter set next_at = now()")
        await sending.send_due()
        assert await letters() == [("refused", 1, "550 5.1.1")]
    async with reading(SYSTEM) as r:
        assert await r.value("select why from mail.refusal where account = $1", cleo) == "bounce"


async def test_a_dead_relay_costs_no_letter_a_try(site):
    async with office() as post:
        pass
    outside.install(outside.Relay("127.0.0.1", "petrel@birds.example", post.port, "none"))
    await ask("crew@birds.example", "notice", {"subject": "s", "text": "t"})
    await jobs.drain()
    assert await letters() == [("waiting", 0, "")]
    async with reading(SYSTEM) as r:
        assert await r.value("select open_until > now() from mail.breaker where domain = ''")


async def test_a_letter_that_a_clock_put_off_for_hours_leaves_when_it_is_right(site):
    async with office() as post:
        await ask("crew@birds.example", "notice", {"subject": "s", "text": "t"})
        async with deriving("tests") as w:
            await w.execute("update mail.letter set made_at = made_at + interval '6 h', "
                            "next_at = next_at + interval '6 h', until_at = until_at + interval '6 h'")
        await sending.send_due()
        assert not post.taken
        await sent.send_again()
        assert len(post.taken) == 1


async def test_a_letter_that_such_a_clock_put_off_again_or_claimed_leaves_too(site):
    async with office() as post:
        await ask("crew@birds.example", "notice", {"subject": "s", "text": "t"})
        async with deriving("tests") as w:
            await w.execute("update mail.letter set next_at = next_at + interval '6 h'")
            await w.execute("insert into mail.breaker (domain, failures, code, said_at, open_until) values "
                            "('', 9, '421', now() + interval '6 h', now() + interval '6 h 10 min')")
        await sent.send_again()
        assert len(post.taken) == 1
        await ask("crew@birds.example", "notice", {"subject": "s", "text": "u"})
        async with deriving("tests") as w:
            await w.execute("update mail.letter set locked_until = now() + interval '6 h' where state = 'waiting'")
        await sent.send_again()
        async with reading(SYSTEM) as r:
            assert await r.value(
                "select locked_until < now() + interval '61 min' from mail.letter where state = 'waiting'")


@pytest.mark.parametrize("said", ["554 5.7.1 <dora@nest.example>: Relay access denied", "550 relay not permitted",
                                  "530 5.7.0 Authentication required"])
async def test_a_relay_that_hands_on_nothing_for_us_ends_no_letter_and_blames_nobody(site, said):
    dora = await member(f"dora{len(said)}", "dora@nest.example")
    async with office() as post:
        post.answers = {"dora@nest.example": said}
        await ask(dora)
        await jobs.drain()
        assert [(state, attempts) for state, attempts, _ in await letters()] == [("waiting", 1)]
        with pytest.raises(mail.NotTaken, match="mail_user"):
            await mail.try_out("dora@nest.example")
        post.answers = {}
        async with writing(SYSTEM, cause="tests") as w:
            await mail.retry(w)
        await jobs.drain()
        assert len(post.taken) == 1
    async with reading(SYSTEM) as r:
        assert await r.value("select count(*) from mail.refusal where account = $1", dora) == 0


async def test_how_long_the_relay_has_taken_nothing_is_counted_from_its_first_refusal(site):
    async with office() as post:
        post.answers = {"crew@birds.example": "554 5.7.1 <crew@birds.example>: Relay access denied"}
        await ask("crew@birds.example", "notice", {"subject": "s", "text": "t"})
        await jobs.drain()
        async with deriving("tests") as w:
            await w.execute("update mail.breaker set since = since - interval '1 hour', open_until = null")
        async with writing(SYSTEM, cause="tests") as w:
            await mail.retry(w)
        await jobs.drain()
        assert [(state, attempts) for state, attempts, _ in await letters()] == [("waiting", 2)]
        assert 3600 <= await overdue_s() < 3700
        post.answers = {}
        async with writing(SYSTEM, cause="tests") as w:
            await mail.retry(w)
        await jobs.drain()
        assert await overdue_s() == 0


async def test_a_letter_at_which_the_relay_hangs_does_not_hold_up_the_others(site, monkeypatch):
    monkeypatch.setattr(outside, "LETTER_S", 0.2)
    async with office() as post:
        post.hangs_at = "a@slow.example"
        for to in ("a@slow.example", "b@nest.example"):
            await ask(to, "notice", {"subject": "s", "text": "t"})
        async with deriving("tests") as w:
            await w.execute("update mail.letter set next_at = now() - interval '1 h' "
                            "where id = (select min(id) from mail.letter)")
        await sending.send_due(1)
        async with deriving("tests") as w:
            await w.execute("delete from mail.breaker")                     # the relay has rested
        await sending.send_due(1)
        assert [e.rcpt_tos for e, _ in post.taken] == [["b@nest.example"]]
    assert [(state, attempts) for state, attempts, _ in await letters()] == [("waiting", 1), ("sent", 0)]


async def test_a_domain_that_refuses_is_let_rest_and_others_go_on(site):
    async with office() as post:
        post.answers = {f"p{i}@shut.example": "451 4.7.1 try later" for i in range(9)}
        for i in range(9):
            await ask(f"p{i}@shut.example", "notice", {"subject": "s", "text": "t"})
        await ask("q@open.example", "notice", {"subject": "s", "text": "t"})
        await jobs.drain()
        assert [e.rcpt_tos for e, _ in post.taken] == [["q@open.example"]]
        tried = [attempts for state, attempts, _ in await letters() if state == "waiting"]
        assert sorted(tried) == [0, 0, 0, 0, 1, 1, 1, 1, 1]


async def test_a_follower_may_ask_for_letters_too(site):
    async with office() as post:
        async with deriving("tests") as w:
            assert await mail.queue(w, "crew@birds.example", "notice", {"subject": "s", "text": "t"})
        await jobs.drain()
        assert len(post.taken) == 1


def test_errors_of_the_room_are_not_shown_as_ours() -> None:
    assert not issubclass(mail.NoSuchTemplate, PetrelError)
