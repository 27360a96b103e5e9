"""While nobody answers what presses, the site grows careful; answering ends it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from petrel.core import limits
from petrel.core.doors import Writer, reading, writing
from petrel.core.viewer import System
from petrel.features import accounts, moderation, signup
from petrel.features.accounts.shapes import RegistrationClosed
from petrel.features.signup import rows as arrivals
from petrel.ops import attendance, watching
from petrel.ops.attendance.rules import caution
from tests.crew import as_owner, crew, session_of

pytestmark = pytest.mark.usefixtures("site")
FIRE = """
insert into ops.alert (rule, owner, value, fired_at) values ('disk', 'crew', 0.9, now() - $1::interval) returning id
"""


CLEAR = """
with a as (delete from ops.alert), b as (update moderation.case_file set state = 'closed'),
     c as (delete from signup.gate), d as (delete from signup.arrival) delete from ops.attendance
"""


@pytest.fixture(autouse=True)
def attended() -> Iterator[None]:
    limits.be_careful(0)
    yield
    limits.be_careful(0)


async def fire(addresses: Any, hours: float) -> int:
    [[number]] = await as_owner(addresses, FIRE, timedelta(hours=hours))
    return int(number)


async def level() -> int:
    await attendance.look()
    await attendance.hear()
    return limits.current().caution


@pytest.mark.parametrize(("hours", "expected"), [(None, 0), (0, 0), (3.9, 0), (4, 1), (11.9, 1), (12, 2), (500, 2)])
def test_caution_follows_the_oldest_pressing_thing(hours: float | None, expected: int) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    oldest = None if hours is None else now - timedelta(hours=hours)
    assert caution(now, oldest, careful_h=4, safe_h=12) == expected


async def test_nobody_joins_while_an_alert_waits_and_answering_opens_again(addresses: Any) -> None:
    await as_owner(addresses, CLEAR)
    assert await level() == 0 and limits.current().registrations == "open"
    young = await fire(addresses, 5)
    assert await level() == 1 and limits.current().registrations == "approval"
    assert limits.current().newcomer_hours == 168
    await as_owner(addresses, "update ops.alert set fired_at = now() - interval '13 hours'")
    assert await level() == 2
    newcomer = accounts.Newcomer(accounts.NewAccount(handle="late", password="correct horse battery"),
                                 has_agreed=True)
    with pytest.raises(RegistrationClosed):
        await accounts.sign_up(newcomer, cause="tests")
    async with writing(System("cli"), cause="tests") as w:
        await watching.alerts.quiet(w, young, 3600)
    assert await level() == 0 and limits.current().registrations == "open"
    assert await accounts.sign_up(newcomer, cause="tests") is not None
    kinds = [row["kind"] for row in await as_owner(addresses, "select kind from journal.entry")]
    assert kinds.count("ops.attendance.changed") == 3


async def test_what_the_operator_chooses_meanwhile_counts_afterwards(addresses: Any) -> None:
    await as_owner(addresses, CLEAR)
    await fire(addresses, 20)
    assert await level() == 2
    before = limits.current()
    limits.install(replace(before, registrations="invite", caution=0))
    assert limits.current().registrations == "closed"
    await as_owner(addresses, "delete from ops.alert")
    assert await level() == 0 and limits.current().registrations == "invite"
    limits.install(replace(before, registrations="open", caution=0))


async def test_the_list_is_in_the_order_to_take_it_and_for_the_crew_alone(addresses: Any) -> None:
    await as_owner(addresses, CLEAR)
    [mod] = await crew(moth="moderator")
    async with writing(System("tests"), cause="tests") as w:
        victim, rogue = await accounts.create_many(w, [accounts.NewAccount(handle=h) for h in ("wren1", "rook1")])
    member = await session_of(victim)
    async with writing(member, cause="tests") as w:
        made = await moderation.report(w, moderation.NewReport(rogue, "spam"))
    number = await fire(addresses, 1)
    async with reading(mod) as r:
        found = await attendance.waiting_for(r)
    assert [(one.kind, one.number) for one in found] == [("alert", number), ("case", made.case)]
    async with reading(member) as r:
        assert await attendance.waiting_for(r) == []
    async with writing(mod, cause="tests") as w:
        await moderation.assign(w, made.case, to_me=True)
    async with reading(mod) as r:
        assert [one.kind for one in await attendance.waiting_for(r)] == ["alert"], "who has taken it answers"


async def test_a_shut_gate_and_newcomers_are_in_the_list_but_press_nobody(addresses: Any) -> None:
    await as_owner(addresses, CLEAR)
    await signup.crew.shut(System("cli"), cause="tests")
    way = accounts.Way(waits_for_crew=True)
    new = accounts.NewAccount(handle="patient", password="correct horse battery")

    async def note(w: Writer, account: int) -> None:
        await arrivals.arrived(w, account, None, None, None)

    await accounts.sign_up(accounts.Newcomer(new, has_agreed=True), cause="tests", way=way, note=note)
    async with reading(System("tests")) as r:
        found = await attendance.waiting(r)
    assert [(one.kind, attendance.where(one)) for one in found] == [
        ("gate", "/desk/arrivals"), ("newcomers", "/desk/arrivals")]
    assert found[0].what == "nobody more is taken, by the crew" and found[1].what == "1 wait to be let in"
    assert await level() == 0
