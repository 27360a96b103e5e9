"""A crew of one: the request waits in the open, and never when there are two."""

from datetime import timedelta

import pytest
import structlog

from petrel.core.doors import reading
from petrel.core.viewer import System
from petrel.ops import access
from petrel.ops.access import NotAllowed, jobs
from petrel.ops.doctor import work
from petrel.worker import jobs as worker
from tests.crew import approve, as_owner, ask, refuse, session_of, use
from tests.ops.access.test_requests import fresh, kinds_of, refused
from tests.people import people


async def later(addresses, request, minutes: int) -> None:
    await as_owner(addresses, "update access.request set asked_at = asked_at - make_interval(mins => $2) where id = $1",
                   request.id, minutes)


async def doctors(addresses) -> work.Check:
    [row] = await as_owner(addresses, work.LOOK)
    return work._check_alone(row["alone"])


async def state_of(request) -> str:
    async with reading(System("tests")) as r:
        return (await access.find(r, request.id)).state


async def test_it_approves_itself_after_half_an_hour_and_says_so_before(site, addresses):
    [ann] = await fresh(addresses, ann="owner")
    request = await ask(ann)
    assert request.approves_itself_at == request.asked_at + timedelta(minutes=30)
    with structlog.testing.capture_logs() as said:
        await worker.drain()
    assert [line["request"] for line in said if "approves itself" in line["event"]] == [request.id]
    check = await doctors(addresses)
    assert not check.ok and str(request.id) in check.found and "petrel access refuse" in check.cure
    with pytest.raises(NotAllowed):
        await approve(ann, request)
    await later(addresses, request, 29)
    await jobs.turn()
    assert await state_of(request) == "asked"
    await later(addresses, request, 1)
    await jobs.turn()
    assert await state_of(request) == "approved"
    assert await kinds_of(addresses, request) == [
        ("made", ann.account, [ann.account, 0]), ("approved", None, [ann.account, 0])]
    assert (await doctors(addresses)).ok
    await use(request)


async def test_it_can_be_stopped_meanwhile(site, addresses):
    [ann] = await fresh(addresses, ann="owner")
    request = await ask(ann)
    await refuse(await session_of(ann.account), request)
    await later(addresses, request, 40)
    await jobs.turn()
    assert await state_of(request) == "refused"


async def test_never_when_there_are_two(site, addresses):
    ann, bob = await fresh(addresses, ann="admin", bob="owner")
    request = await ask(ann)
    assert request.approves_itself_at is None
    await later(addresses, request, 600)
    await jobs.turn()
    assert await state_of(request) == "asked"
    # Not by sending the other away either: that makes nobody alone for a day.
    for change in ("role = 'member'", "role = 'owner', state = 128"):
        await as_owner(addresses, f"update accounts.account set {change} where id = $1", bob.account)
        await jobs.turn()
        assert await state_of(request) == "asked"
    await as_owner(addresses, "delete from accounts.account where id = $1", bob.account)
    await jobs.turn()
    assert await state_of(request) == "asked"
    await as_owner(addresses, "update access.crew_change set at = at - interval '25 hours'")
    await jobs.turn()
    assert await state_of(request) == "approved"


async def test_a_moderator_is_no_second_person_where_it_takes_an_admin(site, addresses):
    ann, _ = await fresh(addresses, ann="admin", mod="moderator")
    assert (await ask(ann)).approves_itself_at is not None


async def test_what_approved_itself_is_void_when_somebody_has_come(site, addresses):
    [ann] = await fresh(addresses, ann="owner")
    request = await ask(ann)
    await later(addresses, request, 31)
    await jobs.turn()
    [bob] = await people(f"late{ann.account}")
    await as_owner(addresses, "update accounts.account set role = 'admin' where id = $1", bob.account)
    assert await refused(use(request)) == "deny.no_longer_alone"
